"""Sensors in poke, reschedule and deferrable mode, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import time

import pytest

from airflow_provider_clicksend.engine import waiting
from airflow_provider_clicksend.exceptions import (
    ClickSendAuthenticationError,
    ClickSendConfigError,
    ClickSendDeliveryFailedError,
    ClickSendOptedOutError,
)
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor, ClickSendReplySensor
from airflow_provider_clicksend.version_compat import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferred,
)

TICK = 0.05
CONTEXT: dict = {}


@pytest.fixture
def logged(caplog, capfd):
    """What was logged: Airflow 2 through handlers, Airflow 3 to the standard output."""
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text + "".join(capfd.readouterr())


def delivery(message_ids, **arguments):
    arguments = {"poke_interval": TICK, "timeout": 4 * TICK, "deferrable": False, **arguments}
    return ClickSendDeliverySensor(task_id="delivered", message_ids=message_ids, **arguments)


def reply(message_ids, **arguments):
    arguments = {"poke_interval": TICK, "timeout": 4 * TICK, "deferrable": False, **arguments}
    return ClickSendReplySensor(task_id="answer", message_ids=message_ids, **arguments)


def defer(sensor):
    with pytest.raises(TaskDeferred) as deferred:
        sensor.execute(CONTEXT)
    return deferred.value


def counts(result):
    return [result[state] for state in ("delivered", "failed", "pending", "unknown")]


def test_what_is_there_already_is_returned_without_waiting(gateway):
    gateway.receipt("A")
    gateway.reply("A")
    assert counts(delivery("A").execute(CONTEXT)) == [1, 0, 0, 0]
    assert reply("A").execute(CONTEXT)["body"] == "YES"


def test_a_deferrable_sensor_asks_for_nothing_before_it_defers(gateway):
    defer(delivery("A", deferrable=True))
    defer(reply("A", deferrable=True))
    assert gateway.asked == []


def test_what_the_history_shows_at_the_end_is_no_time_out(gateway):
    sensor = delivery([f"M{i}" for i in range(8)], timeout=2 * TICK)
    poke = sensor.poke
    sensor.poke = lambda context: (poke(context), [gateway.sent(f"M{i}", code="201") for i in range(8)])[0]
    sensor.poke_interval = 0.2
    assert counts(sensor.execute(CONTEXT)) == [8, 0, 0, 0]


def test_results_are_json(gateway):
    gateway.receipt("A")
    gateway.reply("A")
    for result in (delivery("A").execute(CONTEXT), reply("A").execute(CONTEXT)):
        assert json.loads(json.dumps(result)) == result


def test_a_poke_that_sees_nothing_is_not_done_and_keeps_what_it_saw(gateway):
    gateway.receipt("A")
    sensor = delivery(["A", "B"])
    assert not sensor.poke(CONTEXT)
    gateway.receipts.clear()  # somebody tidied up
    gateway.receipt("B")
    assert counts(sensor.poke(CONTEXT).xcom_value) == [2, 0, 0, 0]


def test_an_undelivered_message_fails_the_task_without_retry_and_with_the_cause(gateway):
    gateway.receipt("A", "301", "Absent subscriber")
    with pytest.raises(AirflowFailException, match="301 Absent subscriber") as caught:
        delivery(["A", "B"]).execute(CONTEXT)
    assert isinstance(caught.value.__cause__, ClickSendDeliveryFailedError)
    assert [entry["message_id"] for entry in caught.value.__cause__.failed] == ["A"]


def test_an_undelivered_message_may_be_a_warning(gateway, logged):
    gateway.receipt("A", "301", "Absent subscriber")
    gateway.receipt("B")
    sensor = delivery(["A", "B"], on_undelivered="warn")
    result = sensor.execute(CONTEXT)
    assert counts(result) == [1, 1, 0, 0]
    assert "1 of 2 messages were delivered" in logged()
    assert result["messages"][0] == {
        "message_id": "A",
        "outcome": "failed",
        "status_code": "301",
        "status_text": "Absent subscriber",
    }


def test_enough_delivered_is_enough(gateway):
    gateway.receipt("A")
    assert counts(delivery(["A", "B", "C"], min_delivered=1).execute(CONTEXT)) == [1, 0, 0, 2]
    assert counts(delivery(["A", "B", "C"], min_delivered=0.3).execute(CONTEXT)) == [1, 0, 0, 2]


def test_an_undelivered_message_skips_the_task_when_failures_are_soft(gateway):
    gateway.receipt("A", "301")
    with pytest.raises(AirflowSkipException):
        delivery("A", soft_fail=True).execute(CONTEXT)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_errors_that_cannot_heal_fail_once_they_have_lasted(gateway, monkeypatch, status):
    monkeypatch.setattr(waiting, "FINAL_AFTER_SECONDS", 0.01)
    gateway.broken = status
    with pytest.raises(AirflowFailException) as caught:
        delivery("A", timeout=20).execute(CONTEXT)
    assert caught.value.__cause__ is not None


def test_one_refused_key_in_passing_is_waited_out(gateway):
    gateway.receipt("A")
    gateway.faults = [(401, {})]
    assert counts(delivery("A", timeout=5).execute(CONTEXT)) == [1, 0, 0, 0]


def test_errors_that_may_heal_are_waited_out(gateway):
    gateway.receipt("A")
    gateway.faults = [(500, {}), (500, {})]
    assert counts(delivery("A", timeout=5).execute(CONTEXT)) == [1, 0, 0, 0]


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(gateway):
    gateway.receipt("A")
    gateway.faults = [(429, {"Retry-After": "0"})] * 3 + [(429, {"Retry-After": "60"})]
    sensor = delivery("A")
    assert not sensor.poke(CONTEXT)
    asked = len(gateway.asked)
    assert not sensor.poke(CONTEXT)
    assert len(gateway.asked) == asked


@pytest.mark.parametrize(
    ("make", "cause"),
    [(lambda **a: delivery("A", **a), "POLL for delivery receipts"), (lambda **a: reply("A", **a), "POLL for replies")],
)
def test_a_time_out_says_why_in_every_mode(gateway, make, cause):
    gateway.rules = []
    with pytest.raises(AirflowSensorTimeout, match=cause):
        make().execute(CONTEXT)
    with pytest.raises(AirflowSkipException, match=cause):
        make(soft_fail=True).execute(CONTEXT)
    with pytest.raises(AirflowSensorTimeout, match=cause):
        make(deferrable=True).execute_complete(CONTEXT, {"status": "timeout"})
    with pytest.raises(AirflowSkipException, match=cause):
        make(deferrable=True, soft_fail=True).execute_complete(CONTEXT, {"status": "timeout"})


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ({"to": "+61411111111"}, "test number"),
        ({"code": "200", "status": "Sent"}, "without a report from the carrier"),
        ({"status": "WaitApproval"}, "reviews the text"),
    ],
)
def test_a_time_out_names_what_the_history_shows(gateway, row, cause):
    gateway.sent("A", **row)
    with pytest.raises(AirflowSensorTimeout, match=cause):
        delivery("A", deferrable=True).execute_complete(CONTEXT, {"status": "timeout"})


@pytest.mark.parametrize(
    ("row", "cause"),
    [({"from": "ACME"}, "sent from a name"), ({"to": "+61411111111"}, "test number"), ({}, "nobody answered")],
)
def test_a_time_out_of_a_reply_names_what_the_history_shows(gateway, row, cause):
    gateway.sent("A", **row)
    with pytest.raises(AirflowSensorTimeout, match=cause):
        reply("A", deferrable=True).execute_complete(CONTEXT, {"status": "timeout"})


def test_a_time_out_counts_replies_that_did_not_fit_and_quotes_none(gateway):
    gateway.reply("A", "my secret answer")
    with pytest.raises(AirflowSensorTimeout, match="1 came that did not fit pattern") as caught:
        reply("A", pattern="^YES$").execute(CONTEXT)
    assert "secret" not in str(caught.value)


def test_a_time_out_while_clicksend_cannot_be_read_says_so(gateway):
    gateway.broken = 500
    with pytest.raises(AirflowSensorTimeout, match="last look failed"):
        delivery("A", deferrable=True).execute_complete(CONTEXT, {"status": "timeout"})


def test_what_came_after_the_triggers_last_poll_still_counts(gateway):
    names = [f"M{i}" for i in range(12)]
    for name in names:
        gateway.receipt(name)
        gateway.read.add(name)
    assert counts(delivery(names).execute_complete(CONTEXT, {"status": "timeout"})) == [12, 0, 0, 0]


def test_the_deferral_waits_in_the_trigger_until_its_deadline_and_airflows_comes_later(gateway):
    before = time.time()
    deferred = defer(delivery(["A", "B"], deferrable=True, timeout=100, min_delivered=0.5, channel="voice"))
    _, kwargs = deferred.trigger.serialize()
    assert before + 100 <= kwargs["deadline"] <= time.time() + 100
    assert kwargs["deadline"] < before + deferred.timeout.total_seconds()
    assert (kwargs["message_ids"], kwargs["poll_interval"], kwargs["channel"]) == (["A", "B"], TICK, "voice")
    assert json.loads(json.dumps(kwargs)) == kwargs


def test_a_deferred_wait_is_concluded_from_the_event(gateway):
    sensor = delivery(["A", "B"], deferrable=True, timeout=5)
    trigger = defer(sensor).trigger
    gateway.receipt("A")
    gateway.receipt("B", "301")

    async def event():
        return [event.payload async for event in trigger.run()]

    [payload] = asyncio.run(event())
    with pytest.raises(AirflowFailException, match="1 failed"):
        delivery(["A", "B"]).execute_complete(CONTEXT, payload)
    assert counts(delivery(["A", "B"], on_undelivered="warn").execute_complete(CONTEXT, payload)) == [1, 1, 0, 0]


def test_a_deferred_reply_is_returned(gateway):
    trigger = defer(reply("A", deferrable=True, timeout=5, from_numbers="+15551234567", pattern="YES")).trigger
    assert trigger.serialize()[1]["from_numbers"] == ["+15551234567"]
    gateway.reply("A")

    async def event():
        return [event.payload async for event in trigger.run()]

    [payload] = asyncio.run(event())
    assert reply("A").execute_complete(CONTEXT, payload)["message_id"] == "IN-1"


@pytest.mark.parametrize(
    "event", [None, {}, {"status": "what"}, {"status": "done"}, {"status": "done", "result": None}]
)
def test_a_task_that_is_resumed_by_something_else_fails_loudly(event):
    with pytest.raises(AirflowFailException, match="an event that no ClickSend trigger sends"):
        delivery("A").execute_complete(CONTEXT, event)


def test_what_the_trigger_could_not_heal_fails_the_task():
    with pytest.raises(AirflowFailException, match="wrong key"):
        delivery("A").execute_complete(CONTEXT, {"status": "error", "message": "wrong key"})


@pytest.mark.parametrize("message_ids", [None, "['A', 'B']", {"reference": "af-1"}])
@pytest.mark.parametrize("make", [delivery, reply])
@pytest.mark.parametrize("deferrable", [False, True])
def test_message_ids_that_are_none_fail_the_task_before_anything_is_asked(gateway, make, message_ids, deferrable):
    with pytest.raises(AirflowFailException) as caught:
        make(message_ids, deferrable=deferrable).execute(CONTEXT)
    assert isinstance(caught.value.__cause__, ClickSendConfigError)
    assert gateway.asked == []


def test_no_messages_are_delivered_at_once_and_never_answered(gateway):
    assert counts(delivery([]).execute(CONTEXT)) == [0, 0, 0, 0]
    with pytest.raises(AirflowFailException, match="no message to reply to"):
        reply([]).execute(CONTEXT)


@pytest.mark.parametrize(
    "arguments", [{"channel": "fax"}, {"min_delivered": 0}, {"min_delivered": 1.5}, {"on_undelivered": "ignore"}]
)
def test_wrong_arguments_of_a_delivery_sensor_fail_when_the_dag_is_parsed(arguments):
    with pytest.raises(ClickSendConfigError) as caught:
        delivery("A", **arguments)
    assert caught.value.field in arguments


def test_a_wrong_pattern_fails_when_the_dag_is_parsed_unless_it_is_a_template(gateway):
    with pytest.raises(ClickSendConfigError, match="pattern"):
        reply("A", pattern="(")
    sensor = reply("A", pattern="{{ params.pattern }} (")
    with pytest.raises(AirflowFailException, match="pattern"):
        sensor.execute(CONTEXT)


def test_a_missing_connection_field_fails_the_task_at_once(monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_CLICKSEND_DEFAULT", '{"conn_type": "clicksend", "extra": {"x": 1}, "password": "sandbox-key"}'
    )
    with pytest.raises(AirflowFailException):
        delivery("A").execute(CONTEXT)


def test_the_cause_of_a_wrong_key_is_kept(gateway, monkeypatch):
    monkeypatch.setattr(waiting, "FINAL_AFTER_SECONDS", 0.01)
    gateway.broken = 401
    with pytest.raises(AirflowFailException) as caught:
        reply("A", timeout=20).execute(CONTEXT)
    assert isinstance(caught.value.__cause__, ClickSendAuthenticationError)


def test_stop_fails_the_task_for_good_with_masked_numbers(gateway):
    gateway.sent("A", date=50)
    gateway.reply("A", "STOP")
    with pytest.raises(AirflowFailException) as caught:
        reply("A", pattern="^YES$").execute(CONTEXT)
    assert isinstance(caught.value.__cause__, ClickSendOptedOutError)
    assert "+1555***4567" in str(caught.value)


def test_no_log_of_a_wait_shows_a_text_or_a_number(gateway, logged, caplog):
    gateway.sent("A", code="200")
    gateway.faults = [(500, {}), (500, {})]
    gateway.reply("A", "my secret answer")
    with pytest.raises(AirflowSensorTimeout):
        delivery("A").execute(CONTEXT)
    with pytest.raises(AirflowSensorTimeout):
        reply("A", pattern="^NO$").execute(CONTEXT)
    log = logged()
    assert "could not be read" in log
    assert "secret" not in log
    assert "1234567" not in log
