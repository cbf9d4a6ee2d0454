"""When a notifier speaks, and when it holds its tongue."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import pytest
from requests import RequestException

from airflow_provider_clicksend.messaging import alert_brake
from airflow_provider_clicksend.messaging.alert_window import Record
from airflow_provider_clicksend.messaging.segments import count_parts
from airflow_provider_clicksend.notifications._told import told_here
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.notifications.conftest import Variables
from tests.notifications.contexts import (
    ME,
    YOU,
    LostTaskInstance,
    Task,
    bodies,
    cuts_off,
    dag_context,
    task_context,
)


def test_a_task_that_will_be_tried_again_is_no_reason_to_wake_anybody(sandbox: Sandbox) -> None:
    retried = task_context("x", state="up_for_retry", max_tries=2)
    ClickSendSmsNotifier(to=ME)(retried)
    assert sandbox.messages() == []
    ClickSendSmsNotifier(to=ME, only_final=False)(retried)
    assert "failed, will be tried again" in bodies(sandbox)[0]


def test_as_a_retry_callback_a_notifier_speaks_about_retries(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME)
    notifier(task_context("x", state="up_for_retry", max_tries=2, task=Task(on_retry_callback=[notifier])))
    assert "try 1 of 3" in bodies(sandbox)[0]


@pytest.mark.parametrize(("known", "texts"), [("up_for_retry", 0), ("queued", 0), ("failed", 1)])
def test_a_lost_task_is_final_only_when_airflow_says_so(sandbox: Sandbox, known: str, texts: int) -> None:
    context = task_context() | {"ti": LostTaskInstance(max_tries=3, known_elsewhere=known)}
    ClickSendSmsNotifier(to=ME)(context)
    assert len(sandbox.messages()) == texts
    assert all("process was lost or killed" in body for body in bodies(sandbox))


def test_a_failure_for_good_with_tries_left_is_final(sandbox: Sandbox) -> None:
    ClickSendSmsNotifier(to=ME)(task_context("AirflowFailException", state="failed", max_tries=5))
    assert len(sandbox.messages()) == 1


def test_the_same_failure_reported_twice_is_texted_once(sandbox: Sandbox) -> None:
    for _ in range(3):
        ClickSendSmsNotifier(to=ME)(task_context("x"))
        ClickSendSmsNotifier(to=ME)(dag_context("task_failure"))
    assert sandbox.count(by="custom_string") == {
        "accepted": 2, "refused": 0, "distinct": 2, "doubled": 0, "doubled_values": []
    }  # fmt: skip
    ClickSendSmsNotifier(to=ME)(task_context("x", try_number=2))
    ClickSendSmsNotifier(to=YOU)(task_context("x"))
    assert len(sandbox.messages()) == 4


def test_a_run_that_was_cleared_and_fails_again_is_texted_again(sandbox: Sandbox) -> None:
    first, again = dag_context("task_failure"), dag_context("task_failure")
    again["dag_run"].clear_number = 1
    for context in (first, again, again):
        ClickSendSmsNotifier(to=ME)(context)
    assert len(sandbox.messages()) == 2


def test_a_storm_is_one_text_and_a_summary(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=[ME, YOU], cooldown=timedelta(seconds=2))
    for index in range(15):
        notifier(task_context("x", map_index=index))
    assert len(sandbox.messages()) == 2
    threading.Event().wait(2.1)
    notifier(task_context("y", map_index=99))
    [summary] = {message["body"] for message in sandbox.messages()[2:]}
    assert summary.startswith("14 more failures of nightly_load in 1 min from ")
    assert "first: load_rows[1].\nTask load_rows[99] of nightly_load FAILED" in summary
    assert count_parts(summary) <= 2


def test_a_group_is_a_template_and_a_broken_one_falls_back_to_the_dag(sandbox: Sandbox) -> None:
    for task_id in ("a", "b"):
        for group in ("{{ ti.task_id }}", "{{ nobody }}"):
            ClickSendSmsNotifier(to=ME, group=group, cooldown=timedelta(hours=1))(task_context("x", task_id=task_id))
    assert len(sandbox.messages()) == 3


def test_good_news_does_not_hold_back_bad_news(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))
    notifier(task_context(state="success"))
    notifier(task_context("x", task_id="b"))
    assert len(sandbox.messages()) == 2


def test_parallel_failures_send_one_text(
    sandbox: Sandbox, variables: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(key: str, value: str, description: str | None = None) -> None:
        time.sleep(0.05)  # so that all have read the empty memory before the first has written
        variables[key] = value

    monkeypatch.setattr(variables, "set", slowly)
    monkeypatch.setattr(alert_brake, "STANDS", 0.5)
    notifier = ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))
    threads = [threading.Thread(target=notifier, args=(task_context("x", map_index=i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sandbox.messages()) == 1


def test_a_memory_that_cannot_be_reached_does_not_silence(
    sandbox: Sandbox, variables: Variables, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("API server is down")

    monkeypatch.setattr(variables, "set", broken)
    for index in range(2):
        ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))(task_context("x", map_index=index))
    assert len(sandbox.messages()) == 2
    assert "API server is down). The alert is sent, maybe twice." in caplog.text


HOUR = timedelta(hours=1)


def told(**changed: object) -> str:
    """What the memory holds after a text was accepted just now."""
    known = Record(call="x", state="accepted", at=time.time(), name="load")
    return json.dumps(known.to_json() | changed)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        "17",
        '{"a": 1}',
        "[" * 5000,
        told(v=1),
        told(v=3),
        told(at=None),
        told(at="now"),
        told(at=float("nan")),
        told(at=time.time() + 86_400),
        told(at=time.time() * 1000),
        told(at=time.time() - 7200),
        told(state="sent"),
        told(untold=None),
        told(more=1),
    ],
)
def test_a_memory_that_says_nothing_silences_nobody(sandbox: Sandbox, variables: Variables, text: str) -> None:
    notifier = ClickSendSmsNotifier(to=ME, cooldown=HOUR)
    notifier(task_context("x"))
    key = min(variables)
    assert variables[key].startswith('{"v": 2')
    told_here.clear()
    variables[key] = text
    notifier(task_context("x", map_index=1))
    assert len(sandbox.messages()) == 2


def test_a_memory_that_says_that_somebody_was_told_just_now_holds_back(sandbox: Sandbox, variables: Variables) -> None:
    notifier = ClickSendSmsNotifier(to=ME, cooldown=HOUR)
    notifier(task_context("x"))
    variables[min(variables)] = told()
    notifier(task_context("x", map_index=1))
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize("error", [KeyError, EOFError, TypeError, RecursionError, RequestException, MemoryError])
@pytest.mark.parametrize("call", ["get", "set"])
def test_whatever_the_memory_raises_the_alert_is_sent(
    sandbox: Sandbox, variables: Variables, monkeypatch: pytest.MonkeyPatch, call: str, error: type[Exception]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error("no")

    monkeypatch.setattr(variables, call, broken)
    ClickSendSmsNotifier(to=ME, cooldown=HOUR)(task_context("x"))
    assert len(sandbox.messages()) == 1


@cuts_off
def test_a_memory_that_never_answers_does_not_hold_up_the_alert(
    sandbox: Sandbox, variables: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variables, "get", lambda *_: threading.Event().wait(60))
    monkeypatch.setattr(ClickSendSmsNotifier, "TIME", 4.0)
    began = time.monotonic()
    ClickSendSmsNotifier(to=ME, cooldown=HOUR)(task_context("x"))
    assert len(sandbox.messages()) == 1
    assert time.monotonic() - began < 4


def test_without_a_cooldown_nothing_is_remembered_and_nobody_waits(
    sandbox: Sandbox, variables: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_seconds: float) -> None:
        raise AssertionError("nobody sleeps")

    monkeypatch.setattr("time.sleep", never)
    ClickSendSmsNotifier(to=ME)(task_context("x"))
    assert sandbox.request_counts() == {"POST /v3/sms/send": 1}
    assert not variables


def test_a_hundred_other_failures_between_two_reports_of_one_change_nothing(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME)
    for index in [*range(101), 0]:
        notifier(task_context("x", map_index=index))
    assert len(sandbox.messages()) == 101


def test_a_lost_task_that_another_process_told_of_is_not_told_again(sandbox: Sandbox) -> None:
    for _ in range(2):
        ClickSendSmsNotifier(to=ME)(task_context() | {"ti": LostTaskInstance()})
        told_here.clear()  # the next report comes to another process
    assert len(sandbox.messages()) == 1
    ClickSendSmsNotifier(to=ME)(task_context() | {"ti": LostTaskInstance(map_index=1)})
    assert len(sandbox.messages()) == 2


@pytest.mark.parametrize("world", [{}, {"q_to": "error"}])
def test_a_lost_task_is_recognised_under_the_texts_of_others(sandbox: Sandbox, world: dict[str, str]) -> None:
    sandbox.world(**world)
    ClickSendSmsNotifier(to=ME)(task_context() | {"ti": LostTaskInstance()})
    told_here.clear()
    sandbox.other_traffic(texts=90 if world else 250, ago=0, spread=0)
    ClickSendSmsNotifier(to=ME)(task_context() | {"ti": LostTaskInstance()})
    assert sandbox.count(by="custom_string")["doubled"] == 0


def test_a_run_that_was_deleted_and_made_anew_fails_anew(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME)
    for context in (task_context("x"), dag_context("timed_out")):
        notifier(context)
        context["ti"].start_date += timedelta(minutes=1)
        context["dag_run"].start_date += timedelta(minutes=1)
        notifier(context)
    assert len(sandbox.messages()) == 4


def test_two_notifiers_of_one_task_both_speak(sandbox: Sandbox) -> None:
    for notifier in (
        ClickSendSmsNotifier(to=ME, body="one"),
        ClickSendSmsNotifier(to=ME, body="two"),
        ClickSendSmsNotifier(to=[ME, YOU], body="one"),
    ):
        notifier(task_context("x"))
    assert [(m["to"], m["body"]) for m in sandbox.messages()] == [(ME, "one"), (ME, "two"), (ME, "one"), (YOU, "one")]
    assert sandbox.count(by="custom_string")["doubled"] == 0


def test_the_memory_holds_no_number(sandbox: Sandbox, variables: Variables) -> None:
    ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))(task_context("x"))
    assert ME[1:] not in json.dumps(variables)
