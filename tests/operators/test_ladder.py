"""Nobody sleeps through it: steps until somebody answers, by text or with a key in a call, each step once."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.engine.sender import Sender
from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.operators.ask import Call, Text
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.operators.asking import ANN, BOB, CARL, Asking, ask
from tests.support.tasks import STORES


def ladder(*steps, **arguments):
    return Asking(ask(ladder=list(steps), options=["OK"], question="Disk full.", **arguments))


def sent(sandbox):
    return [(message["channel"], message["to"]) for message in sandbox.messages()]


def test_it_ends_in_a_call_and_a_key_that_is_pressed(sandbox):
    sandbox.control("POST", "receipts", json={"outcome": "delivered", "to": BOB, "digits": "1"})
    asking = ladder(Text(ANN, wait=0.3), Call(BOB, wait=20), Text(CARL, wait=20))
    asking.ask()
    asking.wait()
    assert sent(sandbox) == [("sms", ANN), ("voice", BOB)]
    assert sandbox.messages(to=BOB)[0]["body"] == "Disk full. Press 1 for OK."
    assert asking.wait()["answer"] == "OK"
    assert (asking.result["answered_by"], asking.result["text"]) == ("+1555***0002", "1")
    assert [(s["kind"], s["to"], s["outcome"]) for s in asking.result["steps"]] == [
        ("text", ["+1555***0001"], "no answer"),
        ("call", ["+1555***0002"], "answered"),
        ("text", ["+1555***0003"], "not needed"),
    ]
    assert asking.pushed["steps"] == asking.result["steps"]


def test_an_answer_to_an_earlier_step_ends_it_too(sandbox):
    asking = ladder(Text(ANN, wait=0.3), Text([BOB, CARL], wait=20))
    asking.ask()
    asking.wait()
    sandbox.reply(ANN, "ok, I am awake")
    assert asking.wait()["answered_by"] == "+1555***0001"
    assert [s["outcome"] for s in asking.result["steps"]] == ["answered", "no answer"]


def test_somebody_who_is_asked_in_two_steps_gets_two_texts(sandbox):
    asking = ladder(Text(ANN, wait=0.3), Text(ANN, wait=0.3), on_timeout="OK")
    asking.ask()
    asking.wait()
    assert asking.wait()["answer"] == "OK"
    assert sent(sandbox) == [("sms", ANN), ("sms", ANN)]


def test_a_step_may_say_something_else(sandbox):
    ladder(Text(ANN, wait=5, body="Wake up, Ann!")).ask()
    assert sandbox.messages()[0]["body"] == "Wake up, Ann! Reply OK."


def test_a_step_that_reaches_nobody_is_passed_over_at_once(sandbox):
    sandbox.control("POST", "refusals", json={"to": ANN, "status": "INVALID_RECIPIENT"})
    asking = ladder(Text(ANN, wait=600), Text(BOB, wait=20))
    asking.ask()
    sandbox.reply(BOB, "OK")
    assert asking.wait()["answer"] == "OK"
    assert [s["outcome"] for s in asking.result["steps"]] == ["refused", "answered"]


def test_when_nobody_answers_the_error_and_an_xcom_say_what_became_of_each_step(sandbox):
    asking = ladder(Text(ANN, wait=0.2), Call(BOB, wait=0.2))
    asking.ask()
    asking.wait()
    with pytest.raises(AirflowFailException, match=r"text to \+1555\*\*\*0001: no answer; call to \+1555") as failed:
        asking.wait()
    assert failed.value.__cause__.steps == asking.pushed["steps"]


def test_a_key_that_stands_for_no_option_is_no_answer(sandbox):
    sandbox.control("POST", "receipts", json={"outcome": "delivered", "to": BOB, "digits": "7"})
    asking = ladder(Call(BOB, wait=1.5), on_timeout="skip")
    asking.ask()
    with pytest.raises(Exception, match="no answer"):
        asking.wait()


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("moment", ["before the send", "after the send"])
def test_each_step_is_sent_once_when_the_worker_is_killed_in_it(sandbox, monkeypatch, store, moment):
    asking = ladder(Text(ANN, wait=0.2), Call(BOB, wait=20))
    asking.store = store
    asking.ask()
    event = asking.event()
    run = Sender.run

    def dies(*arguments, **named):
        if moment == "after the send":
            run(*arguments, **named)
            time.sleep(0.3)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Sender, "run", dies)
        with pytest.raises(KeyboardInterrupt):
            asking.resume(event)
    sandbox.control("POST", "receipts", json={"outcome": "delivered", "to": BOB, "digits": "1"})
    asking.ask()
    asking.wait()
    [call] = sandbox.messages(channel="voice")
    sandbox.control("POST", "receipts", json={"outcome": "delivered", "message_id": call["message_id"], "digits": "1"})
    assert sent(sandbox) == [("sms", ANN), ("voice", BOB)]
    assert (asking.result or asking.wait())["answer"] == "OK"


def test_a_lost_triggerer_starts_the_wait_again_from_what_is_stored(sandbox):
    asking = ladder(Text(ANN, wait=20), Text(BOB, wait=20))
    asking.ask()
    sandbox.reply(ANN, "OK")
    assert asking.event() == asking.event()
    assert asking.wait()["answer"] == "OK"


def test_the_page_shows_no_number_of_a_ladder():
    assert repr(Text([ANN, BOB], wait=300)) == "Text(2 recipient(s), wait=300)"


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Text(ANN, wait=0), "more than 0"),
        (lambda: ladder("text"), "give a list"),
        (lambda: ask(ladder=[Call(ANN, wait=1)], options=[f"o{n}" for n in range(10)]), "keys of a call"),
    ],
)
def test_a_ladder_that_cannot_work_is_refused_when_the_dag_is_parsed(make, problem):
    with pytest.raises(ClickSendConfigError, match=problem):
        make()
