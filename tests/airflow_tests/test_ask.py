"""Questions to people on a real Airflow 3.3: by text, by call, and on the page."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from tests.airflow_tests.ask_dags.asking import ANN, BOB, CARL
from tests.airflow_tests.conftest import Start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DAGS = Path(__file__).parent / "ask_dags"
#: Questions that are open at once; `QUESTIONS_OF=1000` are those that the documentation speaks of.
QUESTIONS = int(os.environ.get("QUESTIONS_OF", "20"))
LOOKS = 5


class Asked:
    """Runs of the DAGs that ask, and the phones of those who are asked."""

    def __init__(self, airflow: AirflowStandalone, sandbox: SandboxProcess) -> None:
        self.airflow = airflow
        self.sandbox = sandbox

    def start(self, dag_id: str, **conf: Any) -> str:
        self.airflow.wait(lambda: self.airflow.api.dag_exists(dag_id), dag_id, 90)
        return self.airflow.api.trigger(dag_id, conf)

    def texts(self, number: str, channel: str = "sms") -> list[str]:
        return [message["body"] for message in self.sandbox.messages(to=number, channel=channel)]

    def wait_for_text(self, number: str, start: str, channel: str = "sms") -> str:
        def found() -> list[str]:
            return [body for body in self.texts(number, channel) if body.startswith(start)]

        self.airflow.wait(lambda: bool(found()), f"{start!r} to {number[-4:]}", 120)
        return found()[-1]

    def wait_for_end(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        ends = {"success", "failed"}
        self.airflow.wait(lambda: self.airflow.api.run_state(dag_id, run_id) in ends, f"the end of {dag_id}", 120)
        return {row["task_id"]: row["state"] for row in self.airflow.api.task_instances(dag_id, run_id)}

    def answer(self, dag_id: str, run_id: str, task_id: str = "ask") -> dict[str, Any]:
        found: dict[str, Any] = self.airflow.api.xcom(dag_id, run_id, task_id)
        return found


@pytest.fixture
def asked(start: Start) -> Asked:
    return Asked(*start("3.3", DAGS))


def test_people_are_asked_and_answer(asked: Asked) -> None:
    run_id = the_first_fitting_answer_of_two_people_decides(asked)
    a_cleared_question_is_not_asked_again(asked, run_id)
    two_questions_to_one_person_are_told_apart(asked)


def the_first_fitting_answer_of_two_people_decides(asked: Asked) -> str:
    run_id = asked.start("asking")
    for number in (ANN, BOB):
        asked.wait_for_text(number, "Load it?")
    asked.sandbox.reply(ANN, "who is this")
    assert "YES" in asked.wait_for_text(ANN, "Please answer")
    # Somebody else's alert in between is not a question.
    asked.sandbox.reply("+15551239999", "no")
    asked.sandbox.reply(BOB, " Yes! ")
    states = asked.wait_for_end("asking", run_id)
    assert (states["ask"], states["load"], states["leave"]) == ("success", "success", "skipped")
    answer = asked.answer("asking", run_id)
    assert (answer["answer"], answer["answered_by"], answer["text"]) == ("YES", "+1555***0002", " Yes! ")
    assert "by +1555***0002" in asked.wait_for_text(ANN, "Answered: YES")
    assert not any(body.startswith("Answered") for body in asked.texts(BOB))
    return run_id


def a_cleared_question_is_not_asked_again(asked: Asked, run_id: str) -> None:
    before = len(asked.sandbox.messages())
    asked.airflow.api.clear("asking", run_id, "ask")
    time.sleep(3)  # until the scheduler has seen it
    assert asked.wait_for_end("asking", run_id)["ask"] == "success"
    assert asked.answer("asking", run_id)["answer"] == "YES"
    assert len(asked.sandbox.messages()) == before


def two_questions_to_one_person_are_told_apart(asked: Asked) -> None:
    count = len(asked.texts(ANN))
    load, drop = asked.start("asking"), asked.start("asking_too")
    asked.airflow.wait(lambda: len(asked.texts(ANN)) >= count + 2, "both questions", 120)
    asked.sandbox.reply(ANN, "no")
    told = asked.wait_for_text(ANN, "You were asked several questions.")
    codes = {
        question[:5]: code
        for question, code in (
            *re.findall(r'For "([^"]+)" answer (\S+) \w+ or', told),
            *(pair[::-1] for pair in re.findall(r'Begin with (\S+) for "([^"]+)"', told)),
        )
    }
    asked.sandbox.reply(ANN, f"{codes['Drop ']} yes")
    assert asked.wait_for_end("asking_too", drop) == {"ask": "success", "drop": "success"}
    assert asked.airflow.api.run_state("asking", load) == "running"
    asked.sandbox.reply(BOB, "no")
    assert asked.wait_for_end("asking", load)["leave"] == "success"
    assert asked.answer("asking", load)["answered_by"] == "+1555***0002"


@pytest.mark.timeout(max(900, 3 * QUESTIONS))
def test_many_open_questions_cost_one_poll(asked: Asked) -> None:
    run_id = asked.start("asking_many", people=QUESTIONS)

    def states() -> list[str | None]:
        return asked.airflow.api.states("asking_many", run_id, "ask")

    asked.airflow.wait(lambda: states() == ["deferred"] * QUESTIONS, "all questions to wait", max(120, 2 * QUESTIONS))
    assert len(asked.sandbox.messages()) == QUESTIONS
    requests, looks = requests_of_looks(asked)
    print(f"{QUESTIONS} questions: {requests} requests in {looks} looks")
    # The unread list, and in turn five messages by id and five people by number.
    assert requests <= 11 * (looks + 1)  # one was under way

    numbers = {0: "yes", QUESTIONS - 1: "no"}
    for index, text in numbers.items():
        asked.sandbox.reply(f"+1555200{index:04}", text)
    asked.airflow.wait(lambda: states().count("success") == len(numbers), "the two answers", 120)
    answers = [asked.airflow.api.xcom("asking_many", run_id, "ask", map_index=index)["answer"] for index in numbers]
    assert answers == ["YES", "NO"]
    assert states().count("deferred") == QUESTIONS - len(numbers)


def requests_of_looks(asked: Asked) -> tuple[int, int]:
    """Count the requests of some looks."""
    before, looks = asked.sandbox.request_counts(), 0
    while looks < LOOKS:
        time.sleep(1)
        after = asked.sandbox.request_counts()
        looks = after["GET /v3/sms/inbound"] - before["GET /v3/sms/inbound"]
    return sum(after.values()) - sum(before.values()), looks


def test_a_ladder_ends_in_a_call_though_the_triggerer_dies_and_each_step_is_taken_once(asked: Asked) -> None:
    run_id = asked.start("waking")
    asked.wait_for_text(ANN, "Disk full.")
    asked.airflow.kill_component("triggerer")
    asked.airflow.start_component("triggerer")
    asked.wait_for_text(CARL, "Disk full.", channel="voice")
    [call] = asked.sandbox.messages(to=CARL, channel="voice")
    asked.sandbox.control(
        "POST", "receipts", json={"outcome": "delivered", "message_id": call["message_id"], "digits": "1"}
    )
    states = asked.wait_for_end("waking", run_id)
    assert states == {"ask": "success", "thank": "success"}
    answer = asked.answer("waking", run_id)
    assert (answer["answer"], answer["answered_by"]) == ("OK", "+1555***0003")
    assert [step["outcome"] for step in answer["steps"]] == ["no answer", "no answer", "answered"]
    assert [len(asked.texts(number)) for number in (ANN, BOB)] == [2, 1]


def test_a_review_is_decided_by_phone_or_on_the_page_whichever_is_first(asked: Asked) -> None:
    by_phone = asked.start("reviewing", to=ANN)
    asked.wait_for_text(ANN, "Load it?")
    asked.sandbox.reply(ANN, "approved")
    assert asked.wait_for_end("reviewing", by_phone) == {"review": "success", "load": "success"}
    answer = asked.answer("reviewing", by_phone, "review")
    assert (answer["answer"], answer["answered_on"]) == ("Approve", "phone")

    # Answered at once, also while Airflow is still busy with the deferral, and after that.
    for number, seconds in ((BOB, 0), (CARL, 15)):
        on_page = asked.start("reviewing", to=number)
        asked.wait_for_text(number, "Load it?")
        waits_for_review(asked, on_page)
        time.sleep(seconds)
        asked.airflow.api.decide("reviewing", on_page, "review", "Reject")
        assert asked.wait_for_end("reviewing", on_page) == {"review": "success", "load": "skipped"}
        answer = asked.answer("reviewing", on_page, "review")
        assert (answer["answer"], answer["answered_on"]) == ("Reject", "page")
        asked.wait_for_text(number, "Answered: Reject")
        assert len(asked.texts(number)) == 2

    late = asked.start("reviewing_shortly")
    assert asked.wait_for_end("reviewing_shortly", late) == {"review": "success", "load": "skipped"}


def waits_for_review(asked: Asked, run_id: str) -> None:
    asked.airflow.wait(
        lambda: asked.airflow.api.states("reviewing", run_id, "review") == ["deferred"], "the review to wait", 60
    )
