"""What a look means for a wait."""

from __future__ import annotations

from airflow_provider_clicksend.engine.look import Look
from airflow_provider_clicksend.engine.waiting import REPORT_EVERY, Done, Failed, Reports, Sleep, WaitSteps
from airflow_provider_clicksend.exceptions import (
    ClickSendAuthenticationError,
    ClickSendConfigError,
    ClickSendForbiddenError,
    ClickSendServerError,
)
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.delivery import DeliveryWait, Outcome

REFUSED = Look([], ClickSendAuthenticationError("refused", status=401))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def steps(clock=None, ids="A"):
    return WaitSteps(DeliveryWait(Awaited.read(ids)), clock=clock or Clock())


def run(seconds, looks):
    clock = Clock()
    wait = steps(clock)
    taken = []
    for look in looks:
        taken.append(type(wait.after(look)))
        clock.now += seconds
    return taken


def test_a_refused_key_is_final_after_three_looks_and_two_minutes():
    assert run(60, [REFUSED] * 3) == [Sleep, Sleep, Failed]
    assert run(1, [REFUSED] * 30) == [Sleep] * 30
    assert run(500, [REFUSED] * 2) == [Sleep] * 2


def test_a_good_look_between_takes_back_what_came_before():
    assert run(60, [REFUSED, REFUSED, Look([]), REFUSED, REFUSED, REFUSED])[-2:] == [Sleep, Failed]
    answered = Look([], ClickSendAuthenticationError("refused", status=401), answered=3)
    assert run(60, [REFUSED, REFUSED, answered, REFUSED, REFUSED])[-1] is Sleep


def test_a_server_that_is_down_between_takes_nothing_back():
    down = Look([], ClickSendServerError("down", status=500))
    assert run(60, [REFUSED, down, REFUSED, REFUSED])[-1] is Failed


def test_a_connection_that_cannot_work_fails_at_once():
    assert run(1, [Look([], ClickSendConfigError("no key", field="password"))]) == [Failed]


def test_an_id_that_is_refused_fails_only_who_asked_for_it():
    error = ClickSendForbiddenError("no", status=403)
    look = Look([], errors={"A": error}, refused={"A": error})
    assert steps(ids="A").after(look) == Failed(error)
    assert steps(ids="B").after(look, poll_interval=7) == Sleep(7)


def test_what_was_seen_before_an_error_counts():
    look = Look([Outcome("A", "delivered")], ClickSendAuthenticationError("refused", status=401))
    assert isinstance(steps().after(look), Done)


def test_a_line_is_due_when_it_changes_and_now_and_then():
    clock = Clock()
    reports = Reports(clock=clock)
    assert [reports.due(text) for text in ("a", "a", "b", "b")] == [True, False, True, False]
    clock.now += REPORT_EVERY
    assert reports.due("b")
