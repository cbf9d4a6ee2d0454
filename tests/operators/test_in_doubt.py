"""Messages of which nobody knows whether they went out: looked up, waited for, decided."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.api.errors import (
    ClickSendMessageRefusedError,
    ClickSendOutcomeUnknownError,
)
from tests.support.tasks import STORES, Task
from tests.support.texts import ANN, BOB, CARL, HISTORY, SEND, failure_of, numbers, sms

with_and_without_store = pytest.mark.parametrize("store", STORES)


def later_try(operator):
    """A second try of which Airflow remembers nothing but its number."""
    return Task(operator, tries=1)


@with_and_without_store
def test_a_changed_order_texts_nobody_twice_and_the_new_one_once(sandbox, store):
    task = Task(sms(to=[ANN, BOB, ANN]), store=store)
    task.run()
    task.operator = sms(to=[CARL, ANN, ANN, BOB])
    assert task.run()["accepted"] == 4
    assert sorted(message["to"] for message in sandbox.messages()) == [ANN, ANN, BOB, CARL]
    if store:  # the new order is written down by now
        sandbox.control("DELETE", "requests")
        assert task.run()["accepted"] == 4
        assert sandbox.request_counts() == {}


@with_and_without_store
def test_a_reference_of_the_users_works_as_well(sandbox, store):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    task = Task(sms(to=[ANN, BOB], custom_string="order-17"), store=store)
    assert task.run()["accepted"] == task.run()["accepted"] == 2
    assert {message["custom_string"] for message in sandbox.messages()} == {"order-17"}
    assert sandbox.count(by="to")["accepted"] == 2


@with_and_without_store
def test_a_refusal_among_messages_of_one_reference_is_tried_again_alone(sandbox, store):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INTERNAL_ERROR", "times": 1})
    task = Task(sms(to=[ANN, BOB], custom_string="order-17"), store=store)
    failure_of(task, ClickSendMessageRefusedError)
    assert task.run()["accepted"] == 2
    assert sandbox.count(by="to")["doubled"] == 0


def test_throttled_on_something_in_doubt_is_a_hint_that_it_went_out(sandbox):
    # The history stays silent for longer than `settle`, so the text is sent again; that it was throttled says why.
    sandbox.settings(history_lag=0.8, throttle_window=5)
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    result = Task(sms(to=ANN)).run()
    assert (result["accepted"], result["refused"]) == (1, [])
    assert sandbox.count()["accepted"] == 1


@with_and_without_store
def test_doubt_can_fail_the_task_and_a_later_try_looks_again(sandbox, store):
    sandbox.settings(history_lag=3)
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    task = Task(sms(to=ANN, on_unknown="fail"), store=store)
    text = failure_of(task, ClickSendOutcomeUnknownError)
    assert "1 messages were sent is unknown" in text
    time.sleep(2.5)
    assert task.run()["accepted"] == 1
    assert sandbox.request_counts()[SEND] == 1


def test_what_was_never_accepted_stays_unknown_where_doubt_fails_the_task(sandbox):
    sandbox.fault("dropped", "/v3/sms/send")
    task = Task(sms(to=ANN, on_unknown="fail"))
    for _ in range(2):
        failure_of(task, ClickSendOutcomeUnknownError)
    assert sandbox.request_counts()[SEND] == 1


def test_nothing_is_sent_again_while_the_history_cannot_be_read(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    sandbox.fault("500", "/v3/sms/history", times=None)
    task = Task(sms(to=ANN))
    for _ in range(2):
        assert "the history cannot be read" in failure_of(task, ClickSendOutcomeUnknownError)
    assert sandbox.request_counts()[SEND] == 1
    sandbox.control("DELETE", "faults")
    assert task.run()["accepted"] == 1
    assert sandbox.count()["accepted"] == 1


def test_a_look_up_survives_429(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    sandbox.fault("429", "/v3/sms/history", times=3, retry_after=0)
    assert Task(sms(to=numbers(20))).run()["accepted"] == 20
    assert sandbox.count()["accepted"] == 20


def test_few_numbers_are_looked_up_by_number(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    Task(sms(to=[ANN, BOB])).run()
    asked = sandbox.control("GET", "requests", params={"operation": HISTORY})["requests"]
    by_number = [request for request in asked if "to:" in str(request) or "to%3A" in str(request)]
    assert by_number
    assert len(asked) - len(by_number) == 1, "only ClickSend's time was asked for, of which no answer had told"


@pytest.mark.slow
@pytest.mark.parametrize("lag", [0.0, 3.0])
def test_ten_thousand_in_doubt_cost_at_most_110_requests(sandbox, lag):
    sandbox.settings(history_lag=lag)
    everybody = numbers(10_000)
    Task(sms(to=everybody)).run()
    sandbox.control("DELETE", "requests")
    assert later_try(sms(to=everybody, settle=60)).run()["accepted"] == 10_000
    counts = sandbox.request_counts()
    assert set(counts) == {HISTORY}
    assert counts[HISTORY] <= 110
