"""A question leaves once and an answer counts once, over retries, kills and clears, and between several questions."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.engine.sender import Sender
from airflow_provider_clicksend.messaging.conversation import question_code
from tests.operators.asking import ANN, BOB, SEND, Asking, ask
from tests.support.tasks import STORES

QUESTION = "Load 1.2M rows? Reply YES or NO."


def bodies(sandbox, to):
    return [message["body"] for message in sandbox.messages(to=to)]


def code_of(sandbox, words):
    [message] = [message for message in sandbox.messages(to=ANN) if message["body"].startswith(words)]
    return question_code(message["custom_string"])


@pytest.mark.parametrize("store", STORES)
def test_a_task_that_is_tried_again_asks_nobody_again(sandbox, store):
    asking = Asking(ask(), store=store)
    asking.ask()
    time.sleep(0.2)
    asking.ask()
    assert len(sandbox.messages()) == 2
    sandbox.reply(ANN, "YES")
    assert asking.wait()["answer"] == "YES"


@pytest.mark.parametrize("store", STORES)
def test_a_hint_is_sent_once_although_the_worker_dies_before_it_waits_again(sandbox, store):
    asking = Asking(ask(to=ANN), store=store)
    asking.ask()
    sandbox.reply(ANN, "maybe")
    event = asking.event()
    asking.resume(event)
    time.sleep(0.3)
    asking.ask()  # the try that waited is lost; the next one begins anew
    if not store:
        asking.resume(asking.event())
    assert bodies(sandbox, ANN).count("Please answer YES or NO.") == 1
    sandbox.reply(ANN, "no")
    assert asking.wait()["answer"] == "NO"


def test_the_closing_text_is_sent_once_although_the_worker_dies_in_between(sandbox, monkeypatch):
    asking = Asking(ask(tell_others=True))
    asking.ask()
    sandbox.reply(ANN, "YES")
    event = asking.event()
    with monkeypatch.context() as patch:
        patch.setattr(Sender, "run", dies)
        with pytest.raises(KeyboardInterrupt):
            asking.resume(event)
    assert asking.ask()["answer"] == "YES"
    assert len(bodies(sandbox, BOB)) == 2


def dies(*_, **__):
    raise KeyboardInterrupt


def test_a_lost_answer_to_the_request_doubles_no_question(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send", times=1)
    asking = Asking(ask())
    asking.ask()
    assert len(sandbox.messages()) == 2
    sandbox.reply(BOB, "YES")
    assert asking.wait()["answer"] == "YES"


def test_a_cleared_task_has_its_answer_and_asks_nobody(sandbox):
    asking = Asking(ask())
    asking.ask()
    sandbox.reply(ANN, "YES")
    first = asking.wait()
    asking.clear()
    before = sandbox.request_counts()
    assert asking.ask() == first
    assert sandbox.request_counts() == before


def test_a_cleared_task_without_an_answer_waits_once_more_and_asks_nobody_again(sandbox):
    asking = Asking(ask(timeout=0.4, on_timeout="fail"))
    asking.ask()
    with pytest.raises(Exception, match="Nobody answered"):
        asking.wait()
    asking.clear()
    asking.operator.timeout = asking.operator.rungs[0].wait = 20
    asking.ask()
    sandbox.reply(ANN, "YES")
    assert asking.wait()["answer"] == "YES"
    assert len(sandbox.messages()) == 2


def test_a_cleared_task_asks_again_when_told_to_and_the_old_answer_does_not_count(sandbox):
    asking = Asking(ask(to=ANN, resend_on_clear=True))
    asking.ask()
    sandbox.reply(ANN, "YES")
    asking.wait()
    time.sleep(1.1)
    asking.clear()
    asking.ask()
    assert bodies(sandbox, ANN) == [QUESTION, QUESTION]
    sandbox.reply(ANN, "NO")
    assert asking.wait()["answer"] == "NO"


def test_without_a_store_a_cleared_task_finds_its_question_and_answer_in_the_history(sandbox):
    asking = Asking(ask(), store=False)
    asking.ask()
    sandbox.reply(ANN, "YES")
    asking.wait()
    time.sleep(0.3)
    asking.clear()
    asking.ask()
    assert asking.wait()["answer"] == "YES"
    assert len(sandbox.messages()) == 2


def two_questions(**arguments):
    first = Asking(ask(task_id="load", to=ANN, question="Load it?", **arguments), run_id="one")
    second = Asking(ask(task_id="drop", to=ANN, question="Drop it?", **arguments), run_id="two")
    first.ask()
    time.sleep(1.1)
    second.ask()
    time.sleep(0.3)
    return first, second


def test_of_two_open_questions_a_bare_answer_counts_for_none_and_a_code_decides(sandbox):
    load, drop = two_questions()
    sandbox.reply(ANN, "YES")
    load.wait()
    codes = code_of(sandbox, "Load it?"), code_of(sandbox, "Drop it?")
    text = bodies(sandbox, ANN)[2]
    assert f'For "Load it?" answer {codes[0]} YES or {codes[0]} NO.' in text
    # Nobody waits for it on this triggerer yet; it stands in the history only.
    assert f'Begin with {codes[1]} for "Drop it? Reply YES or NO."' in text
    sandbox.reply(ANN, f"{codes[1]} no")
    assert drop.wait()["answer"] == "NO"
    sandbox.reply(ANN, f"{codes[0].lower()}: yes")
    assert load.wait()["answer"] == "YES"
    assert len(bodies(sandbox, ANN)) == 3


def test_an_answer_with_a_code_is_never_counted_for_the_other_question(sandbox):
    load, drop = two_questions(on_timeout="NO")
    sandbox.reply(ANN, f"YES {code_of(sandbox, 'Drop it?')}")
    assert drop.wait()["answer"] == "YES"
    assert load.resume({"status": "timeout"})["answer"] == "NO"


def test_a_question_that_was_closed_by_somebody_else_does_not_make_the_next_one_ambiguous(sandbox):
    first = Asking(ask(task_id="load", tell_others=True), run_id="one")
    first.ask()
    sandbox.reply(BOB, "YES")
    first.wait()
    time.sleep(1.2)
    second = Asking(ask(task_id="drop", to=ANN, question="Drop it?"), run_id="two")
    second.ask()
    time.sleep(0.3)
    sandbox.reply(ANN, "NO")
    assert second.wait()["answer"] == "NO"


def test_the_first_try_of_a_healthy_question_makes_one_request(sandbox):
    Asking(ask()).ask()
    assert sandbox.request_counts() == {SEND: 1}
