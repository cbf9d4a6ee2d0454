"""Questions to people over a real sandbox: who is asked, what counts, and what is said to whom, once."""

from __future__ import annotations

import asyncio
import logging
import time
from unittest import mock

import pytest

from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.operators.ask import ClickSendAskOperator
from airflow_provider_clicksend.triggers import ask as triggers
from airflow_provider_clicksend.version_compat import AirflowFailException, AirflowSkipException
from tests.operators.asking import ANN, BOB, CARL, Asking, ask

HINT = "Please answer YES or NO."


def bodies(sandbox, to):
    return [message["body"] for message in sandbox.messages(to=to)]


@pytest.fixture
def said(caplog, monkeypatch):
    monkeypatch.setattr(ClickSendAskOperator, "log", logging.getLogger("ask"), raising=False)
    caplog.set_level(logging.INFO, "ask")
    return caplog


def test_everybody_is_asked_and_the_first_answer_wins(sandbox):
    asking = Asking(ask())
    asking.ask()
    assert bodies(sandbox, ANN) == bodies(sandbox, BOB) == ["Load 1.2M rows? Reply YES or NO."]
    sandbox.reply(BOB, "no, not tonight")
    assert asking.wait()["answer"] == "NO"
    assert asking.result["answered_by"] == "+1555***0002"
    assert asking.result["text"] == "no, not tonight"
    assert asking.result["answered_at"].endswith("+00:00")
    assert len(sandbox.messages()) == 2


def test_a_wrong_answer_gets_one_text_that_says_which_are_understood(sandbox):
    asking = Asking(ask())
    asking.ask()
    sandbox.reply(ANN, "maybe")
    asking.wait()
    assert bodies(sandbox, ANN)[1:] == [HINT]
    sandbox.reply(ANN, "what do you mean?")
    time.sleep(1.1)
    sandbox.reply(ANN, "Yes!")
    assert asking.wait()["answer"] == "YES"
    assert bodies(sandbox, ANN)[1:] == [HINT]
    assert len(bodies(sandbox, BOB)) == 1


def test_the_others_are_told_when_that_is_wanted(sandbox):
    asking = Asking(ask(tell_others=True))
    asking.ask()
    sandbox.reply(ANN, "yes")
    asking.wait()
    assert bodies(sandbox, BOB)[1:] == [
        'Answered: YES, by +1555***0001. You need not answer "Load 1.2M rows?" any more.'
    ]
    assert len(bodies(sandbox, ANN)) == 1


def test_only_numbers_that_were_asked_count(sandbox):
    asking = Asking(ask(timeout=1))
    asking.ask()
    sandbox.reply(CARL, "YES")
    with pytest.raises(AirflowFailException, match="Nobody answered"):
        asking.wait()


def test_the_whole_number_is_there_when_asked_for(sandbox):
    asking = Asking(ask(full_number=True))
    asking.ask()
    sandbox.reply(ANN, "YES")
    assert asking.wait()["answered_by"] == ANN


def test_options_may_have_translations(sandbox):
    asking = Asking(ask(translations={"YES": ["y", "ja", "да"]}))
    asking.ask()
    sandbox.reply(ANN, "Да!")
    assert asking.wait()["answer"] == "YES"


def test_stop_is_no_answer(sandbox, said):
    asking = Asking(ask())
    asking.ask()
    sandbox.reply(ANN, "STOP")
    sandbox.reply(BOB, "yes")
    assert asking.wait()["answered_by"] == "+1555***0002"
    assert len(sandbox.messages()) == 2


def test_when_everybody_opts_out_the_question_ends_as_unanswered(sandbox, said):
    asking = Asking(ask(to=ANN, on_timeout="NO"))
    asking.ask()
    sandbox.reply(ANN, "stop")
    assert asking.wait() == {"answer": "NO", "answered_by": None, "answered_at": None, "text": None}
    assert "opted out: +1555***0001" in said.text


@pytest.mark.parametrize(("policy", "error"), [("fail", AirflowFailException), ("skip", AirflowSkipException)])
def test_nobody_answers(sandbox, policy, error):
    asking = Asking(ask(timeout=0.5, on_timeout=policy))
    asking.ask()
    with pytest.raises(error, match=r"text to \+1555\*\*\*0001, \+1555\*\*\*0002: no answer"):
        asking.wait()


def test_a_default_counts_when_nobody_answers(sandbox):
    asking = Asking(ask(timeout=0.5, on_timeout="NO"))
    asking.ask()
    assert asking.wait() == {"answer": "NO", "answered_by": None, "answered_at": None, "text": None}


def test_an_answer_that_no_look_saw_in_time_is_found_before_a_default_counts(sandbox):
    asking = Asking(ask(timeout=0.3, on_timeout="NO", poll_interval=60))
    asking.ask()
    asking.event()
    sandbox.reply(ANN, "YES")
    assert asking.resume({"status": "timeout"})["answer"] == "YES"


def test_no_default_counts_while_nobody_can_see_whether_there_is_an_answer(sandbox):
    asking = Asking(ask(timeout=0.3, on_timeout="NO"))
    asking.ask()
    sandbox.reply(ANN, "YES")
    sandbox.fault("500", "*", times=None)
    with pytest.raises(Exception, match="500"):
        asking.resume({"status": "timeout"})
    sandbox.control("DELETE", "faults")
    asking.ask()
    assert asking.wait()["answer"] == "YES"


def test_an_alert_in_between_does_not_hide_the_answer(sandbox, client):
    asking = Asking(ask(to=ANN))
    asking.ask()
    client.sms.send([{"to": ANN, "body": "Disk full", "custom_string": "al-0123456789abcdef-x-0123456789abcdef-0"}])
    sandbox.reply(ANN, "YES")
    assert asking.wait()["answer"] == "YES"


def test_no_log_line_shows_a_number_or_a_text(sandbox, said):
    asking = Asking(ask())
    asking.ask()
    sandbox.reply(ANN, "perhaps, my secret")
    asking.wait()
    sandbox.reply(ANN, "yes, secretly")
    asking.wait()
    assert "Answered YES by +1555***0001." in said.text
    assert ANN not in said.text
    assert "secret" not in said.text


def test_somebody_who_cannot_be_asked_does_not_keep_the_others_from_answering(sandbox, said):
    sandbox.control("POST", "refusals", json={"to": ANN, "status": "INVALID_RECIPIENT"})
    asking = Asking(ask())
    asking.ask()
    assert "+1555***0001 cannot be asked: INVALID_RECIPIENT" in said.text
    sandbox.reply(BOB, "yes")
    assert asking.wait()["answer"] == "YES"


def test_a_question_that_reaches_nobody_fails(sandbox):
    sandbox.control("POST", "refusals", json={"to": ANN, "status": "INVALID_RECIPIENT", "times": None})
    with pytest.raises(AirflowFailException, match="INVALID_RECIPIENT"):
        Asking(ask(to=ANN)).ask()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"options": []}, "no option"),
        ({"options": ["YES", "STOP"]}, "opt out"),
        ({"on_timeout": "MAYBE"}, "choose one of fail, skip, YES, NO"),
        ({"options": ["skip", "go"], "on_timeout": "skip"}, "also an option"),
        ({"timeout": 0}, "more than 0"),
        ({"ladder": []}, "at least one"),
        ({"ladder": [], "to": ANN}, "leave out"),
    ],
)
def test_what_cannot_work_is_refused_when_the_dag_is_parsed(arguments, problem):
    with pytest.raises(ClickSendConfigError, match=problem):
        ask(**arguments)


def test_a_question_from_a_name_is_refused_before_anything_leaves(sandbox):
    with pytest.raises(AirflowFailException, match="nobody can reply"):
        Asking(ask(sender="Shop")).ask()
    assert sandbox.messages() == []


def test_a_trigger_in_a_triggerer_yields_nothing_before_the_worker_has_reported(sandbox, monkeypatch):
    monkeypatch.setattr(triggers, "MIN_LIFE", 0.8)
    asking = Asking(ask(timeout=0.1))
    asking.ask()
    asking.trigger.task_instance = mock.Mock(spec=["task_id"])  # a triggerer sets it
    began = time.monotonic()

    async def first():
        return await anext(asking.trigger.run())

    assert asyncio.run(first()).payload["status"] == "timeout"
    assert time.monotonic() - began >= 0.8
