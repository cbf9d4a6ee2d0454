"""A thousand open questions, and what their waiting costs."""

from __future__ import annotations

import asyncio
import time

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.messaging.reference import batch_reference, message_reference
from airflow_provider_clicksend.triggers.ask import ClickSendAskTrigger
from tests.triggers.test_triggers import Triggerer

NUMBERS = [f"+1555200{n:04}" for n in range(1000)]
POLL = 0.5
#: So many looks are counted.
LOOKS = 4


@pytest.fixture
def questions(sandbox):
    """A thousand questions of as many tasks, each to a person of its own."""
    references = [message_reference(batch_reference("dag", f"run {n}", "ask", -1), f"{n:016x}") for n in range(1000)]
    rows = [
        {"to": number, "body": "Load it? Reply YES or NO.", "custom_string": reference}
        for number, reference in zip(NUMBERS, references, strict=True)
    ]
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        sent = client.sms.send(rows).messages
    time.sleep(0.5)
    return [(message.message_id, message.to, message.custom_string) for message in sent]


def trigger(question):
    message_id, to, reference = question
    asked = {"id": message_id, "to": to, "at": int(time.time()) - 2, "reference": reference}
    return ClickSendAskTrigger(
        message_ids=[message_id],
        deadline=time.time() + 110,
        poll_interval=POLL,
        question="Load it?",
        options={"YES": [], "NO": []},
        memo={"v": 1, "questions": [asked]},
    )


async def cost_of_a_look(sandbox, triggers):
    """The requests of one look when all of these wait, and the runs that go on waiting."""
    triggerer = Triggerer()
    runs = [asyncio.create_task(triggerer.run(one)) for one in triggers]
    await asyncio.sleep(4 * POLL)
    before = await asyncio.to_thread(sandbox.request_counts)
    looks = 0
    while looks < LOOKS:
        await asyncio.sleep(POLL)
        after = await asyncio.to_thread(sandbox.request_counts)
        looks = after["GET /v3/sms/inbound"] - before["GET /v3/sms/inbound"]
    return (sum(after.values()) - sum(before.values())) / looks, looks, runs


@pytest.mark.timeout(120)
def test_a_thousand_open_questions_cost_as_many_requests_as_ten(sandbox, questions):
    async def main():
        few, _, runs = await cost_of_a_look(sandbox, list(map(trigger, questions[:10])))
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        many, looks, runs = await cost_of_a_look(sandbox, list(map(trigger, questions)))
        print(f"{few:.1f} requests a look for ten, {many:.1f} for a thousand ({looks} looks)")
        assert many <= 2 * few  # a look that had begun when the counting ended is counted, too
        await asyncio.to_thread(sandbox.reply, NUMBERS[500], "yes")
        await asyncio.to_thread(sandbox.reply, NUMBERS[999], "no")
        done, waiting = await asyncio.wait(runs, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        done |= (await asyncio.wait(waiting, timeout=20, return_when=asyncio.FIRST_COMPLETED))[0]
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        return [run.result()[0]["result"]["option"] for run in done]

    assert sorted(asyncio.run(main())) == ["NO", "YES"]
