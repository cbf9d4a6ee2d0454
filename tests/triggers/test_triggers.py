"""Triggers, driven as a triggerer drives them, over real HTTP."""

from __future__ import annotations

import asyncio
import importlib
import json
import time

import pytest
from pydantic import TypeAdapter

from airflow_provider_clicksend.engine import waiting
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.triggers import clicksend as module
from airflow_provider_clicksend.triggers.clicksend import ClickSendDeliveryTrigger, ClickSendReplyTrigger

TICK = 0.05


def delivery(message_ids, *, seconds=10.0, **arguments):
    return ClickSendDeliveryTrigger(
        message_ids=message_ids, deadline=time.time() + seconds, poll_interval=TICK, **arguments
    )


def reply(message_ids, *, seconds=10.0, **arguments):
    return ClickSendReplyTrigger(
        message_ids=message_ids, deadline=time.time() + seconds, poll_interval=TICK, **arguments
    )


async def payloads(trigger):
    return [event.payload async for event in trigger.run()]


async def after(seconds, change):
    await asyncio.sleep(seconds)
    change()


@pytest.mark.parametrize(
    "trigger",
    [
        delivery(["A", "B"], since=5, channel="voice", min_delivered=0.5, on_undelivered="warn"),
        delivery({"reference": "af-0123456789abcdef", "since": 5, "count": 2000}, min_delivered=3),
        reply("A", from_numbers=["+15551234567"], pattern="(?i)^yes"),
    ],
    ids=lambda trigger: type(trigger).__name__,
)
def test_a_trigger_survives_being_written_down_and_made_again(trigger):
    path, kwargs = trigger.serialize()
    place, _, name = path.rpartition(".")
    made_again = getattr(importlib.import_module(place), name)(**json.loads(json.dumps(kwargs)))
    assert made_again.serialize() == (path, kwargs)
    assert made_again.shared_stream_key() == trigger.shared_stream_key()


def test_it_waits_for_all_and_yields_one_event(gateway):
    gateway.receipt("A")

    async def main():
        later = asyncio.create_task(after(4 * TICK, lambda: gateway.receipt("B")))
        return await payloads(delivery(["A", "B"])), await later

    [event], _ = asyncio.run(main())
    assert event["status"] == "done"
    assert [(m["message_id"], m["outcome"]) for m in event["result"]["messages"]] == [
        ("A", "delivered"),
        ("B", "delivered"),
    ]
    assert gateway.count()["/sms/receipts/A"] == 1


def test_an_undelivered_message_ends_the_wait_early(gateway):
    gateway.receipt("A", "301", "Absent subscriber")
    [event] = asyncio.run(payloads(delivery(["A", "B"])))
    assert (event["status"], event["result"]["failed"]) == ("done", 1)


def test_a_reply_that_does_not_fit_is_waited_past(gateway):
    gateway.reply("A", "who is this?", message_id="IN-1")

    async def main():
        later = asyncio.create_task(
            after(4 * TICK, lambda: gateway.reply("A", "yes", message_id="IN-2", timestamp=200))
        )
        return await payloads(reply("A", pattern="^yes$")), await later

    [event], _ = asyncio.run(main())
    assert event["result"]["message_id"] == "IN-2"


def test_the_log_of_an_event_shows_neither_text_nor_number(gateway):
    gateway.reply("A", "my secret answer")

    async def main():
        return [event async for event in reply("A").run()]

    [event] = asyncio.run(main())
    assert event.payload["result"]["body"] == "my secret answer"
    for shown in (repr(event), str(event)):
        assert "done" in shown
        assert "secret" not in shown
        assert "1234567" not in shown


def test_an_event_keeps_what_it_carries_on_its_way_through_airflow(gateway):
    base = importlib.import_module("airflow.triggers.base")
    if not hasattr(base, "DiscrimatedTriggerEvent"):
        pytest.skip("this Airflow hands events over within one process")
    gateway.reply("A")

    async def main():
        return [event async for event in reply("A").run()]

    [event] = asyncio.run(main())
    adapter = TypeAdapter(base.DiscrimatedTriggerEvent)
    assert adapter.validate_json(adapter.dump_json(event)).payload == event.payload


def test_the_deadline_holds_also_for_a_trigger_that_is_started_again_after_it(gateway):
    assert asyncio.run(payloads(delivery("A", seconds=3 * TICK))) == [{"status": "timeout"}]
    assert asyncio.run(payloads(delivery("A", seconds=-5))) == [{"status": "timeout"}]


def test_errors_that_may_heal_are_slept_on(gateway):
    gateway.broken = 500
    assert asyncio.run(payloads(delivery("A", seconds=20 * TICK))) == [{"status": "timeout"}]
    assert 4 <= len(gateway.asked) <= 2 * 30  # the receipt and the history, each look

    async def main():
        later = asyncio.create_task(after(3 * TICK, lambda: (gateway.receipt("A"), setattr(gateway, "broken", None))))
        return await payloads(delivery("A")), await later

    [event], _ = asyncio.run(main())
    assert event["status"] == "done"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_errors_that_cannot_heal_end_the_wait_once_they_have_lasted_and_say_why(gateway, monkeypatch, status):
    monkeypatch.setattr(waiting, "FINAL_AFTER_SECONDS", 0.01)
    gateway.broken = status
    [event] = asyncio.run(payloads(delivery("A")))
    assert event["status"] == "error"
    assert "/sms/receipts" in event["message"]


def test_one_refused_key_in_passing_is_waited_out(gateway):
    gateway.receipt("A")
    gateway.faults = [(401, {})]
    [event] = asyncio.run(payloads(delivery("A")))
    assert event["status"] == "done"


def test_a_connection_that_cannot_be_looked_up_once_is_waited_out(gateway, monkeypatch):
    gateway.receipt("A")
    find, calls = ClickSendHook.aget_conn, []

    async def find_later(hook):
        calls.append(1)
        if len(calls) == 1:
            raise OSError("database is restarting")
        return await find(hook)

    monkeypatch.setattr(ClickSendHook, "aget_conn", find_later)
    [event] = asyncio.run(payloads(delivery("A")))
    assert event["status"] == "done"


def test_a_connection_that_cannot_work_ends_the_wait_and_names_the_field(monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_CLICKSEND_DEFAULT", '{"conn_type": "clicksend", "password": "sandbox-key", "extra": {"x": 1}}'
    )
    [event] = asyncio.run(payloads(delivery("A")))
    assert event["status"] == "error"
    assert "x" in event["message"]


class Triggerer:
    """Airflow's own manager of shared streams, driven as the triggerer's runner drives it."""

    def __init__(self) -> None:
        self.manager = pytest.importorskip("airflow.triggers.shared_stream").SharedStreamManager()
        self.ids = iter(range(1000))

    async def run(self, trigger):
        trigger_id, key = next(self.ids), trigger.shared_stream_key()
        stream = self.manager.subscribe(trigger_id=trigger_id, trigger=trigger, key=key)
        try:
            return [event.payload async for event in trigger.filter_shared_stream(stream)]
        finally:
            await self.manager.unsubscribe(trigger_id, key)


def test_twenty_waits_are_one_stream_and_one_poll_at_a_time(gateway):
    async def main():
        triggerer = Triggerer()
        runs = [asyncio.create_task(triggerer.run(delivery(f"M{i}"))) for i in range(20)]
        began = time.monotonic()
        await asyncio.sleep(6 * TICK)
        assert len(triggerer.manager._groups) == 1
        polls = len(gateway.asked) / ((time.monotonic() - began) / TICK + 1)
        for i in range(20):
            gateway.receipt(f"M{i}")
        events = await asyncio.gather(*runs)
        assert triggerer.manager._groups == {}
        return polls, events

    polls, events = asyncio.run(main())
    assert polls <= 4  # a receipts list, a history page and two questions by id a tick, and not twenty times that
    assert [event["result"]["messages"][0]["message_id"] for [event] in events] == [f"M{i}" for i in range(20)]


def test_who_joins_late_is_served_by_the_next_look(gateway):
    for i in range(20):
        gateway.receipt(f"M{i}")

    async def main():
        triggerer = Triggerer()
        first = asyncio.create_task(triggerer.run(delivery("X")))
        await asyncio.sleep(4 * TICK)
        late = await asyncio.wait_for(triggerer.run(delivery([f"M{i}" for i in range(20)])), timeout=5)
        gateway.receipt("X")
        return late, await first

    [late], [first] = asyncio.run(main())
    assert (late["result"]["delivered"], first["result"]["delivered"]) == (20, 1)


def test_each_member_keeps_its_own_deadline_and_the_stream_lives_on(gateway):
    async def main():
        triggerer = Triggerer()
        patient = asyncio.create_task(triggerer.run(reply("A")))
        hasty = await triggerer.run(reply("B", seconds=4 * TICK))
        gateway.reply("A")
        return hasty, await patient

    hasty, [patient] = asyncio.run(main())
    assert hasty == [{"status": "timeout"}]
    assert patient["result"]["original_message_id"] == "A"


def test_a_member_times_out_also_when_no_look_ever_comes():
    async def silence():
        await asyncio.sleep(3600)
        yield

    async def main():
        return [event.payload async for event in delivery("A", seconds=2 * TICK).filter_shared_stream(silence())]

    assert asyncio.run(main()) == [{"status": "timeout"}]


def test_a_failed_poll_does_not_kill_the_stream(gateway):
    gateway.faults = [(500, {})] * 3

    async def main():
        triggerer = Triggerer()
        runs = [asyncio.create_task(triggerer.run(delivery(f"M{i}"))) for i in range(2)]
        await asyncio.sleep(5 * TICK)
        gateway.receipt("M0")
        gateway.receipt("M1")
        return await asyncio.gather(*runs)

    events = asyncio.run(main())
    assert [event["status"] for [event] in events] == ["done", "done"]


def test_a_wrong_key_that_lasts_ends_every_member_of_the_stream(gateway, monkeypatch):
    monkeypatch.setattr(waiting, "FINAL_AFTER_SECONDS", 0.01)
    gateway.broken = 401

    async def main():
        triggerer = Triggerer()
        return await asyncio.gather(*(triggerer.run(delivery(f"M{i}")) for i in range(3)))

    assert [event["status"] for [event] in asyncio.run(main())] == ["error"] * 3


@pytest.mark.parametrize("status", [400, 403])
def test_an_id_that_is_refused_fails_only_the_wait_that_asked_for_it(gateway, status):
    answer = gateway.answer
    gateway.answer = lambda path, query: (status, None) if "BAD" in path + query.get("q", "") else answer(path, query)

    async def main():
        triggerer = Triggerer()
        bad, good = (asyncio.create_task(triggerer.run(delivery(name))) for name in ("BAD", "GOOD"))
        [event] = await bad
        gateway.receipt("GOOD")
        return event, (await good)[0]

    bad, good = asyncio.run(main())
    assert (bad["status"], good["status"]) == ("error", "done")


def test_who_joins_wakes_the_stream_before_its_next_look(gateway, monkeypatch):
    monkeypatch.setattr(module, "JOIN_PAUSE", TICK)
    gateway.receipt("LATE")

    def hourly(name):
        return ClickSendDeliveryTrigger(message_ids=name, deadline=time.time() + 9, poll_interval=3600)

    async def main():
        triggerer = Triggerer()
        first = asyncio.create_task(triggerer.run(hourly("X")))
        await asyncio.sleep(3 * TICK)
        events = await asyncio.wait_for(triggerer.run(hourly("LATE")), timeout=5)
        first.cancel()
        return events

    [event] = asyncio.run(main())
    assert event["status"] == "done"


@pytest.mark.parametrize(
    "other",
    [
        delivery("A", channel="voice"),
        delivery("A", clicksend_conn_id="other"),
        reply("A"),
        ClickSendDeliveryTrigger(message_ids="A", deadline=1.0, poll_interval=9.0),
    ],
)
def test_what_a_look_depends_on_keeps_streams_apart_and_nothing_else_does(other):
    assert delivery("A").shared_stream_key() == delivery(["B"], since=7, min_delivered=1).shared_stream_key()
    assert delivery("A").shared_stream_key() != other.shared_stream_key()


def test_a_cancelled_member_is_no_longer_looked_for(gateway):
    async def main():
        triggerer = Triggerer()
        gone = asyncio.create_task(triggerer.run(delivery("GONE")))
        stays = asyncio.create_task(triggerer.run(delivery("STAYS")))
        await asyncio.sleep(3 * TICK)
        gone.cancel()
        await asyncio.sleep(3 * TICK)
        gateway.asked.clear()
        await asyncio.sleep(3 * TICK)
        gateway.receipt("STAYS")
        await stays

    asyncio.run(main())
    assert "/sms/receipts/STAYS" in gateway.asked
    assert "/sms/receipts/GONE" not in gateway.asked
