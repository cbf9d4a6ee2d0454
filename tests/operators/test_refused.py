"""What ClickSend refuses, and what a person who clears the task gets."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.errors import (
    ClickSendMessageRefusedError,
)
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.tasks import STORES, Task
from tests.support.texts import ANN, BOB, SEND, failure_of, numbers, sms

with_a_store = pytest.mark.parametrize("store", STORES[:1])
with_and_without_store = pytest.mark.parametrize("store", STORES)


# Refusals


def test_the_result_is_pushed_before_a_refusal_fails_the_task(sandbox):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INVALID_RECIPIENT"})
    task = Task(sms(to=[ANN, BOB]))
    with pytest.raises(AirflowFailException, match=r"refused 1 of 2 messages: INVALID_RECIPIENT \(1\)") as caught:
        task.run()
    assert isinstance(caught.value.__cause__, ClickSendMessageRefusedError)
    result = task.pushed["return_value"]
    assert result["accepted"] == 1
    assert [entry["to"] for entry in result["refused"]] == [BOB]
    assert task.pushed["message_ids"] == result["message_ids"] == [result["messages"][0]["message_id"]]


def test_a_refusal_may_only_be_warned_of(sandbox, spoken):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INVALID_RECIPIENT"})
    assert Task(sms(to=[ANN, BOB], on_refused="warn")).run()["accepted"] == 1
    assert "refused 1 of 2 messages: INVALID_RECIPIENT (1)" in spoken.text


@with_and_without_store
def test_what_was_refused_for_the_moment_is_tried_again_alone(sandbox, store):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INTERNAL_ERROR", "times": 1})
    task = Task(sms(to=[ANN, BOB]), store=store)
    failure_of(task, ClickSendMessageRefusedError)
    result = task.run()
    assert (result["accepted"], result["refused"]) == (2, [])
    assert sandbox.count(by="to") | {"doubled_values": []} == {
        "accepted": 2,
        "refused": 1,
        "distinct": 2,
        "doubled": 0,
        "doubled_values": [],
    }


def test_what_was_refused_for_good_is_not_tried_again_until_the_task_is_cleared(sandbox):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INVALID_RECIPIENT", "times": 1})
    task = Task(sms(to=[ANN, BOB], on_refused="warn"), store=True)
    task.run()
    assert task.run()["refused"][0]["to"] == BOB
    assert sandbox.request_counts() == {SEND: 1}
    task.clear()
    assert task.run()["refused"] == []  # the refusal was lifted, and a cleared task asks again
    assert sandbox.count(by="to")["doubled"] == 0


@pytest.mark.parametrize(
    ("settings", "status", "hint"),
    [
        ({"balance": "0.05"}, "INSUFFICIENT_CREDIT", "no credit left: top it up"),
        ({"disabled_countries": ["+1"]}, "COUNTRY_NOT_ENABLED", "Enable the country"),
        ({"unregistered_senders": ["ACME"]}, "REGISTRATION_NEEDED", "must be registered"),
    ],
)
def test_what_stops_a_whole_account_is_said_once(sandbox, settings, status, hint):
    sandbox.settings(**settings)
    text = failure_of(Task(sms(to=numbers(1000), sender="ACME")))
    assert (text.count(status), text.count(hint)) == (1, 1)
    assert len(text) < 250


# Clearing


@with_a_store
def test_a_cleared_task_texts_nobody_again_and_says_when_and_what_was_sent(sandbox, spoken, store):
    task = Task(sms(to=[ANN, BOB]), store=store)
    first = task.run()
    task.clear()
    assert sorted(task.run()["message_ids"]) == sorted(first["message_ids"])
    assert sandbox.count(by="custom_string")["accepted"] == 2
    assert "2 of its sms messages were sent before, from 20" in spoken.text
    assert "resend_on_clear=True" in spoken.text
    assert f"+1555***0001 ({first['message_ids'][0]})" in spoken.text
    assert ANN not in spoken.text


@with_and_without_store
def test_an_ordinary_retry_says_nothing_of_a_clear(sandbox, spoken, store):
    task = Task(sms(to=ANN, retries=2), store=store)
    task.run()
    task.run()
    assert "cleared" not in spoken.text


@with_a_store
def test_resend_on_clear_texts_everybody_again_exactly_once(sandbox, store):
    task = Task(sms(to=[ANN, BOB], resend_on_clear=True, retries=2), store=store)
    task.run()
    task.clear()
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    assert task.run()["accepted"] == 2
    assert task.run()["accepted"] == 2  # a retry of the cleared task
    assert sandbox.count(by="to")["accepted"] == 4
    assert sandbox.count(by="custom_string")["distinct"] == 4
