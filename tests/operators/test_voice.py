"""Calls against the sandbox over HTTP."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.operators.voice import ClickSendVoiceOperator
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.tasks import STORES, Task

ANN, BOB = "+15551230001", "+15551230002"
SEND, LANGUAGES = "POST /v3/voice/send", "GET /v3/voice/lang"


def voice(**arguments):
    return ClickSendVoiceOperator(**{"task_id": "call", "body": "The load failed", "settle": 0.5, **arguments})


def test_a_call_is_made_with_voice_language_and_what_it_waits_for(sandbox):
    result = Task(voice(to=ANN, voice="male", lang="de-de", require_input=True, machine_detection=True)).run()
    [call] = sandbox.messages()
    details = call["details"]
    assert result["message_ids"] == [call["message_id"]]
    assert (details["voice"], details["lang"]) == ("male", "de-de")
    assert (details["require_input"], details["machine_detection"]) == (1, 1)


def test_a_row_may_have_a_language_of_its_own(sandbox):
    Task(voice(to=[ANN, {"to": BOB, "lang": "fr-fr"}])).run()
    assert [call["details"]["lang"] for call in sandbox.messages()] == ["en-us", "fr-fr"]


@pytest.mark.parametrize("store", STORES)
def test_calls_in_doubt_are_looked_up_and_made_once(sandbox, store):
    sandbox.fault("accepted-then-502", "/v3/voice/send")
    task = Task(voice(to=[ANN, BOB]), store=store)
    assert task.run()["accepted"] == task.run()["accepted"] == 2
    assert sandbox.count(by="to")["accepted"] == 2


def test_the_language_can_be_checked_first(sandbox):
    Task(voice(to=ANN, validate_language=True)).run()
    assert sandbox.request_counts() == {LANGUAGES: 1, SEND: 1}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [({"lang": "xx-xx"}, "does not speak 'xx-xx'"), ({"voice": "robot"}, "has no robot voice")],
)
def test_a_language_or_voice_that_is_not_there_is_an_error_before_the_call(sandbox, arguments, problem):
    with pytest.raises(AirflowFailException, match=problem):
        Task(voice(to=ANN, validate_language=True, **arguments)).run()
    assert SEND not in sandbox.request_counts()


def test_an_account_without_voice_is_told_what_403_means(sandbox):
    sandbox.settings(voice_enabled=False)
    with pytest.raises(AirflowFailException, match="no permission"):
        Task(voice(to=ANN)).run()


def test_bad_input_is_a_clear_error_before_anything_leaves(sandbox):
    for bad in ({"to": "0412345678"}, {"to": ANN, "body": ""}, {"to": ANN, "schedule": 1}):
        with pytest.raises(AirflowFailException):
            Task(voice(**bad)).run()
    assert sandbox.request_counts() == {}


def test_a_scheduled_call_stays_when_its_task_has_ended(sandbox):
    task = Task(voice(to=ANN, schedule=int(time.time()) + 3600, cancel_on_kill=True))
    task.run()
    task.operator.on_kill()
    assert not sandbox.messages()[0]["cancelled"]
