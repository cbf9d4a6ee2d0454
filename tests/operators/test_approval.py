"""A review on Airflow's page and by phone: the first answer of both decides, and each shows the other's."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from airflow_provider_clicksend import review_page
from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.operators.approval import ClickSendApprovalOperator
from airflow_provider_clicksend.triggers import approval as module
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_1_PLUS, AirflowFailException
from tests.operators.asking import ANN, BOB, Asking

needs_the_page = pytest.mark.skipif(not AIRFLOW_V_3_1_PLUS, reason="the page of required actions came with 3.1")


class Page:
    """Airflow's table of required actions, with one row. It takes one answer."""

    def __init__(self):
        self.asked = []
        self.answered = None
        self.notes = {}

    def put_on_page(self, ti_id, **review):
        self.asked.append(review)
        self.answered = None

    def answer_on_page(self, ti_id):
        return self.answered

    def click(self, option, user="ada"):
        assert self.answered is None
        self.answered = {"option": option, "user": user, "at": datetime.now(UTC).isoformat()}

    def record_on_page(self, ti_id, option, notes):
        if self.answered is not None:
            return self.answered if self.answered["user"] is not None else None
        self.answered, self.notes = {"option": option, "user": None, "at": None}, notes
        return None


@pytest.fixture
def page(monkeypatch):
    page = Page()
    for name in ("put_on_page", "answer_on_page", "record_on_page"):
        monkeypatch.setattr(review_page, name, getattr(page, name))
    monkeypatch.setattr("airflow_provider_clicksend.operators._approval.put_on_page", page.put_on_page)
    return page


class Reviewing(Asking):
    """A task instance with an id, by which the page knows it."""

    def context(self):
        found = super().context()
        found["ti"].id = "01a216b9-9f1e-76fd-8487-b1a3677351c3"
        return found


def review(**arguments):
    defaults = {"task_id": "review", "to": [ANN, BOB], "question": "Load it?", "timeout": 20, "body": "1.2M rows"}
    return Reviewing(ClickSendApprovalOperator(**{**defaults, "poll_interval": 0.1, "settle": 0.5, **arguments}))


def from_airflow(option, user="ada"):
    """What Airflow 3.3 resumes a waiting task with."""
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "responded_by_user": {"id": "1", "name": user},
        "timedout": False,
    }


@needs_the_page
def test_the_review_stands_on_the_page_and_is_texted(sandbox, page):
    review().ask()
    [asked] = page.asked
    assert (asked["subject"], asked["body"], asked["options"]) == ("Load it?", "1.2M rows", ("Approve", "Reject"))
    assert sandbox.messages()[0]["body"] == "Load it? Reply Approve or Reject."


@needs_the_page
def test_an_answer_by_phone_is_recorded_on_the_page_with_the_masked_number(sandbox, page):
    reviewing = review()
    reviewing.ask()
    sandbox.reply(BOB, "yes")
    result = reviewing.wait()
    assert (result["answer"], result["answered_by"], result["answered_on"]) == ("Approve", "+1555***0002", "phone")
    assert page.answered["option"] == "Approve"
    assert page.notes == {"answered_by": "+1555***0002 by phone"}


@needs_the_page
def test_an_answer_on_the_page_decides_and_the_others_are_told_who_it_was(sandbox, page):
    reviewing = review(tell_others=True)
    reviewing.ask()
    result = reviewing.resume(from_airflow("Approve"))
    assert result == {
        "answer": "Approve",
        "answered_by": "ada",
        "answered_at": "2026-01-02T03:04:05+00:00",
        "text": None,
        "answered_on": "page",
    }
    assert [message["body"] for message in sandbox.messages(to=BOB)][1:] == [
        'Answered: Approve, by ada. You need not answer "Load it?" any more.'
    ]


@needs_the_page
def test_a_phone_that_is_later_than_the_page_does_not_count(sandbox, page, monkeypatch):
    reviewing = review()
    reviewing.ask()
    sandbox.reply(BOB, "yes")
    monkeypatch.setattr(module.ClickSendApprovalTrigger, "_answer_on_page", nothing)  # it comes after that look
    page.click("Approve")
    assert reviewing.wait()["answered_on"] == "page"


async def nothing(_trigger):
    return None


@needs_the_page
def test_an_answer_on_the_page_while_the_worker_sends_a_hint_is_not_lost(sandbox, page):
    reviewing = review()
    reviewing.ask()
    sandbox.reply(ANN, "what?")
    event = reviewing.event()
    page.click("Approve")
    reviewing.resume(event)
    assert reviewing.wait()["answered_by"] == "ada"
    assert len(page.asked) == 1


@needs_the_page
def test_before_airflow_3_3_the_trigger_looks_at_the_page(sandbox, page, monkeypatch):
    monkeypatch.setattr(module, "PAGE_POLL", 0.1)
    reviewing = review()
    reviewing.ask()
    later = threading.Timer(1, lambda: page.click("Approve"))
    later.start()
    assert reviewing.wait()["answered_on"] == "page"


@needs_the_page
def test_when_time_is_over_the_page_is_looked_at_a_last_time(sandbox, page):
    reviewing = review(timeout=0.5, on_timeout="Reject", reject=[])
    reviewing.ask()
    reviewing.wait()
    page.click("Approve")
    assert reviewing.wait()["answer"] == "Approve"


@needs_the_page
def test_a_default_is_recorded_on_the_page(sandbox, page):
    reviewing = review(timeout=0.5, on_timeout="Reject", reject=[])
    reviewing.ask()
    reviewing.wait()
    assert reviewing.wait() == {
        "answer": "Reject",
        "answered_by": None,
        "answered_at": None,
        "text": None,
        "answered_on": None,
    }
    assert page.notes == {"answered_by": "nobody in time"}


@needs_the_page
def test_nobody_answers_on_either(sandbox, page):
    reviewing = review(timeout=0.5)
    reviewing.ask()
    reviewing.wait()
    with pytest.raises(AirflowFailException, match="Nobody answered"):
        reviewing.wait()


@needs_the_page
def test_a_trigger_that_was_lost_after_it_recorded_an_answer_gives_it_again(sandbox, page):
    reviewing = review()
    reviewing.ask()
    sandbox.reply(ANN, "yes")
    reviewing.event()
    assert page.answered["user"] is None
    assert reviewing.wait()["answered_by"] == "+1555***0001"


@needs_the_page
def test_a_retry_forgets_no_answer_on_the_page(sandbox, page):
    reviewing = review()
    reviewing.ask()
    page.click("Approve")
    reviewing.ask()
    assert reviewing.wait()["answered_by"] == "ada"
    assert len(sandbox.messages()) == 2


@needs_the_page
def test_a_rejection_may_fail_the_task(sandbox, page):
    reviewing = review(fail_on_reject=True)
    reviewing.ask()
    sandbox.reply(ANN, "no")
    with pytest.raises(AirflowFailException, match=r"Rejected by \+1555\*\*\*0001"):
        reviewing.wait()


@needs_the_page
def test_a_page_that_cannot_be_read_keeps_nobody_from_answering_by_phone(sandbox, page, monkeypatch):
    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr(review_page, "answer_on_page", broken)
    monkeypatch.setattr(review_page, "record_on_page", broken)
    monkeypatch.setattr(module, "_PAUSE", 0.01)
    reviewing = review()
    reviewing.ask()
    sandbox.reply(ANN, "yes")
    assert reviewing.wait()["answer"] == "Approve"


@needs_the_page
def test_a_rejection_that_is_no_option_is_refused_when_the_dag_is_parsed():
    with pytest.raises(ClickSendConfigError, match="none of the options"):
        review(options=["GO", "NO GO"])


@pytest.mark.skipif(AIRFLOW_V_3_1_PLUS, reason="this Airflow has the page")
def test_an_airflow_without_the_page_says_so_when_the_dag_is_parsed():
    with pytest.raises(ClickSendConfigError, match=r"needs Airflow 3\.1"):
        review()
