"""Send, wait for the handset and for the answer: the sensors and triggers against the sandbox."""

from __future__ import annotations

import asyncio
import time

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor, ClickSendReplySensor
from airflow_provider_clicksend.triggers.clicksend import ClickSendDeliveryTrigger, ClickSendReplyTrigger
from airflow_provider_clicksend.version_compat import AirflowFailException, AirflowSensorTimeout

TICK = 0.1
ANN, BOB = "+15551230001", "+15551230002"
BATCH = "af-0123456789abcdef"


@pytest.fixture
def client(sandbox):
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        yield client


def send(client, *numbers, **more):
    result = client.sms.send([{"to": number, "body": "Load it?", **more} for number in numbers])
    return [message.message_id for message in result.messages]


def delivery(message_ids, **arguments):
    arguments = {"poke_interval": TICK, "timeout": 10, "deferrable": False, **arguments}
    return ClickSendDeliverySensor(task_id="delivered", message_ids=message_ids, **arguments)


def reply(message_ids, **arguments):
    arguments = {"poke_interval": TICK, "timeout": 10, "deferrable": False, **arguments}
    return ClickSendReplySensor(task_id="answer", message_ids=message_ids, **arguments)


def run(trigger):
    async def main():
        return [event.payload async for event in trigger.run()]

    [payload] = asyncio.run(main())
    return payload


def test_delivery_is_waited_for_on_the_worker_and_in_the_trigger(sandbox, client):
    ids = send(client, ANN, BOB)
    assert delivery(ids).execute({})["delivered"] == 2
    event = run(ClickSendDeliveryTrigger(message_ids=send(client, ANN), deadline=time.time() + 10, poll_interval=TICK))
    assert event["result"]["messages"][0]["status_code"] == "201"


def test_a_temporary_failure_is_waited_out_and_a_final_one_is_not(sandbox, client):
    sandbox.decide("temporary", to=ANN)
    sandbox.decide("failed", to=BOB)
    assert delivery(send(client, ANN)).execute({})["delivered"] == 1
    with pytest.raises(AirflowFailException, match="301"):
        delivery(send(client, BOB)).execute({})


@pytest.mark.parametrize(
    ("number", "outcome", "cause"),
    [
        ("+61411111111", "delivered", "test number"),
        (ANN, "never", "without a report from the carrier"),
        (ANN, "review", "review"),
    ],
)
def test_a_time_out_says_which_cause_fits(sandbox, client, number, outcome, cause):
    sandbox.settings(deliver_after=60)
    sandbox.decide(outcome, to=number)
    with pytest.raises(AirflowSensorTimeout, match=cause):
        delivery(send(client, number), timeout=0.5).execute({})


def test_a_batch_of_thousands_is_waited_for_by_its_reference(sandbox, client):
    numbers = [f"+1555200{i:04}" for i in range(1200)]
    references = [f"{BATCH}-{place}-0123456789" for place in range(1200)]
    handle = {"reference": BATCH, "since": int(time.time()), "count": 1200}
    sandbox.decide("failed", to=numbers[7])
    rows = [{"to": n, "body": "x", "custom_string": r} for n, r in zip(numbers, references, strict=True)]
    for start in (0, 600):
        client.sms.send(rows[start : start + 600])
    result = delivery(handle, min_delivered=1199, timeout=60).execute({})
    assert (result["delivered"], len(result["messages"])) == (1199, result["failed"])
    sandbox.reply(numbers[3], "YES")
    assert reply(handle).execute({})["custom_string"] == references[3]


def test_the_answer_is_waited_for_past_one_that_does_not_fit(sandbox, client):
    ids = send(client, ANN)
    sandbox.reply(ANN, "who is this?")
    assert reply(ids, pattern="(?i)^who").execute({})["from"] == ANN
    sandbox.reply(ANN, "yes")
    trigger = ClickSendReplyTrigger(message_ids=ids, deadline=time.time() + 10, poll_interval=TICK, pattern="^yes$")
    assert run(trigger)["result"]["body"] == "yes"


def test_waiting_marks_nothing_as_read(sandbox, client):
    ids = send(client, ANN)
    delivery(ids).execute({})
    sandbox.reply(ANN, "yes")
    reply(ids).execute({})
    assert client.sms.receipts().total == 1
    assert client.sms.inbound().total == 1


@pytest.mark.parametrize("fault", ["dropped", "500", "503", "html", "empty", "429-without-retry-after"])
def test_faults_that_pass_are_waited_out(sandbox, client, fault):
    ids = send(client, ANN)
    sandbox.fault(fault, "/v3/sms/receipts/{id}", times=1)
    assert delivery(ids).execute({})["delivered"] == 1
