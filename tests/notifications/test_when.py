"""When a notifier speaks, and when it holds its tongue."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import pytest

from airflow_provider_clicksend.messaging.segments import count_parts
from airflow_provider_clicksend.notifications import _alert_state as memory
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.notifications.conftest import Variables
from tests.notifications.contexts import (
    ME,
    YOU,
    LostTaskInstance,
    Task,
    bodies,
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
    monkeypatch.setattr(memory, "WAIT", 0.5)
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


def test_a_memory_that_somebody_edited_starts_anew(sandbox: Sandbox, variables: Variables) -> None:
    notifier = ClickSendSmsNotifier(to=ME)
    notifier(task_context("x"))
    [key] = variables
    for text in ("{", "[]", '{"a": 1}', "null"):
        variables[key] = text
        notifier(task_context("x"))
    assert len(sandbox.messages()) == 5


def test_the_memory_holds_no_number(sandbox: Sandbox, variables: Variables) -> None:
    ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))(task_context("x"))
    assert ME[1:] not in json.dumps(variables)
