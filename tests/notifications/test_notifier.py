"""Notifiers against the sandbox: what arrives, how often, and what happens when it does not."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest

from airflow_provider_clicksend.exceptions import ClickSendConfigError, ClickSendMessageRefusedError
from airflow_provider_clicksend.messaging.segments import count_parts
from airflow_provider_clicksend.notifications import clicksend
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_0_PLUS, BaseNotifier
from tests.notifications.conftest import Variables
from tests.notifications.contexts import PAGE, LostTaskInstance, Task, dag_context, deadline_context, task_context

#: Contexts without a DAG come with deadlines.
knows_deadlines = pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="there are no deadlines")
ME, YOU = "+15551234567", "+15551234568"
SEND = "POST /v3/sms/send"


def bodies(sandbox: Sandbox) -> list[str]:
    return [message["body"] for message in sandbox.messages()]


def test_an_alert_is_one_request(sandbox: Sandbox) -> None:
    ClickSendSmsNotifier(to=ME)(task_context(ValueError("no such table")))
    assert sandbox.request_counts() == {SEND: 1}
    [message] = sandbox.messages()
    assert message["to"] == ME
    assert message["body"].splitlines()[1:] == [
        "ValueError: no such table",
        f"{PAGE}/tasks/load_rows?try_number=1",
    ]


def test_the_aliases_are_the_notifiers() -> None:
    assert clicksend.send_clicksend_sms is ClickSendSmsNotifier
    assert clicksend.send_clicksend_voice is ClickSendVoiceNotifier


def test_one_instance_sends_two_right_texts(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to="{{ params_to }}", body="{{ ti.task_id }} failed: {{ exception }}")
    notifier(task_context("first", task_id="a") | {"params_to": ME})
    notifier(task_context("second", task_id="b") | {"params_to": YOU})
    assert [(m["to"], m["body"]) for m in sandbox.messages()] == [(ME, "a failed: first"), (YOU, "b failed: second")]


@pytest.mark.parametrize(
    ("context", "start"),
    [
        (task_context(state="success"), "Task load_rows of nightly_load succeeded at "),
        (task_context(state="running"), "Task load_rows of nightly_load started at "),
        (task_context("marked as failed", map_index=3), "Task load_rows[3] of nightly_load FAILED at "),
        (dag_context("task_failure"), "DAG nightly_load FAILED at "),
        (dag_context("success"), "DAG nightly_load succeeded at "),
        pytest.param(deadline_context(), "DAG nightly_load is LATE at ", marks=knows_deadlines),
        pytest.param({}, "Airflow: something FAILED at ", marks=knows_deadlines),
    ],
)
def test_every_context_gives_a_text(sandbox: Sandbox, context: dict[str, Any], start: str) -> None:
    ClickSendSmsNotifier(to=ME)(context)
    [body] = bodies(sandbox)
    assert body.startswith(start)
    assert count_parts(body) <= 2


def test_a_failed_dag_names_the_task_and_links_to_its_log(sandbox: Sandbox) -> None:
    ClickSendSmsNotifier(to=ME)(dag_context("task_failure", map_index=7))
    assert "Task load_rows[7] failed." in bodies(sandbox)[0]
    assert "/tasks/load_rows?" in bodies(sandbox)[0]


def test_a_dag_that_failed_otherwise_blames_no_task(sandbox: Sandbox) -> None:
    ClickSendSmsNotifier(to=ME)(dag_context("timed_out"))
    ClickSendSmsNotifier(to=YOU)(dag_context("task_failure", state="success"))  # Airflow 2.11: any task of the run
    assert "It took longer than its dagrun_timeout." in bodies(sandbox)[0]
    assert "A task failed." in bodies(sandbox)[1]
    assert not any("load_rows" in body for body in bodies(sandbox))


def test_a_question_has_its_answers_and_the_page(sandbox: Sandbox) -> None:
    class Approval(Task):
        subject = "Load 1.2M rows?"
        options = ("Approve", "Reject")

        def generate_link_to_ui(self, *, task_instance: object) -> str:
            return "https://airflow.example.com/required_actions"

    ClickSendSmsNotifier(to=ME)(task_context(state="running", task=Approval()))
    assert bodies(sandbox)[0].splitlines() == [
        "Load 1.2M rows? (Approve, Reject): Airflow waits for your answer, task load_rows of nightly_load.",
        "https://airflow.example.com/required_actions",
    ]


# Templates


@pytest.mark.parametrize(
    "body",
    [
        "{{ nobody }} failed",
        "{{ ti.nothing.at_all }}",
        "{{ 1 / 0 }}",
        "{% if",
        "{{ conn.nowhere.host }}",
        "{{ '' }}",
        " ",
    ],
)
@pytest.mark.parametrize("context", [task_context("broken"), pytest.param(deadline_context(), marks=knows_deadlines)])
def test_a_template_that_cannot_be_rendered_does_not_lose_the_alert(
    sandbox: Sandbox, body: str, context: dict[str, Any]
) -> None:
    ClickSendSmsNotifier(to=ME, body=body)(context)
    assert "nightly_load" in bodies(sandbox)[0]


def test_the_log_says_why_the_default_text_went_out(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    ClickSendSmsNotifier(to=ME, body="{{ nobody }} failed")(task_context("broken"))
    assert "`body` of the notifier cannot be rendered here (UndefinedError: 'nobody' is undefined)" in caplog.text


@knows_deadlines
def test_a_deadline_renders_what_it_has(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME, body="{{ dag_run.dag_id }} was due {{ deadline.deadline_time }}")
    notifier(deadline_context())
    assert bodies(sandbox) == ["nightly_load was due 2026-11-24 03:30:00+00:00"]


def test_a_body_is_cut_to_two_parts_unless_more_are_allowed(sandbox: Sandbox) -> None:
    ClickSendSmsNotifier(to=ME, body="{{ exception }}")(task_context("word " * 400))
    ClickSendSmsNotifier(to=YOU, body="{{ exception }}", max_parts=4)(task_context("word " * 400))
    assert [message["parts"] for message in sandbox.messages()] == [2, 4]


def test_secrets_that_airflow_masks_are_masked_in_the_text(sandbox: Sandbox) -> None:
    from airflow.providers.common.compat.sdk import mask_secret

    mask_secret("hunter2hunter2")
    ClickSendSmsNotifier(to=ME)(task_context(ValueError("login app:hunter2hunter2 refused")))
    ClickSendSmsNotifier(to=YOU, body="{{ exception }}")(task_context(ValueError("hunter2hunter2")))
    assert "login app:*** refused" in bodies(sandbox)[0]
    assert bodies(sandbox)[1] == "***"


def test_voice_speaks_the_same_without_the_link(sandbox: Sandbox) -> None:
    ClickSendVoiceNotifier(to=ME, voice="male", lang="en-gb")(task_context(ValueError("no such table")))
    [call] = sandbox.messages(channel="voice")
    assert call["body"].startswith("Task load rows of nightly load FAILED at ")
    assert call["body"].endswith("ValueError: no such table.")
    assert (call["details"]["voice"], call["details"]["lang"]) == ("male", "en-gb")


# When


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


def test_parallel_failures_send_one_text(sandbox: Sandbox) -> None:
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


# When it cannot be sent


def refuse(sandbox: Sandbox, to: str = ME) -> None:
    sandbox.control("POST", "refusals", json={"to": to, "status": "INVALID_RECIPIENT"})


def test_a_refused_alert_is_an_error_with_the_reason(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    refuse(sandbox)
    with pytest.raises(ClickSendMessageRefusedError, match="INVALID_RECIPIENT"):
        ClickSendSmsNotifier(to=ME).notify(task_context("x"))
    assert any("INVALID_RECIPIENT" in r.getMessage() for r in caplog.records if r.levelno == logging.ERROR)
    assert ME not in caplog.text


def test_the_fallback_takes_over(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    refuse(sandbox)
    told: list[Any] = []
    broken = ClickSendSmsNotifier(to="nonsense")
    ClickSendSmsNotifier(to=ME, fallback=[broken, ClickSendVoiceNotifier(to=YOU), told.append])(task_context("x"))
    assert [message["to"] for message in sandbox.messages(channel="voice")] == [YOU]
    assert told == []
    assert "The fallback ClickSendVoiceNotifier took over." in caplog.text


def test_a_fallback_speaks_about_what_the_notifier_would_have_spoken_about(sandbox: Sandbox) -> None:
    refuse(sandbox)
    notifier = ClickSendSmsNotifier(to=ME, fallback=[ClickSendSmsNotifier(to=YOU)])
    retried = {"state": "up_for_retry", "max_tries": 2}
    notifier(task_context("x", task=Task(on_retry_callback=[notifier]), **retried))
    assert [message["to"] for message in sandbox.messages(status="SUCCESS")] == [YOU]


def test_a_stock_notifier_as_fallback_says_the_right_thing_each_time(sandbox: Sandbox) -> None:
    said: list[str] = []

    class Shout(BaseNotifier):
        template_fields = ("words",)

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

        def notify(self, context: Any) -> None:
            said.append(self.words)

    notifier = ClickSendSmsNotifier(to="nobody", fallback=[Shout("{{ ti.task_id }}")])
    for task_id in ("a", "b"):
        notifier(task_context("x", task_id=task_id))
    assert said == ["a", "b"]


def test_the_fallback_is_tried_when_there_is_no_connection(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    ClickSendSmsNotifier(to=ME, clicksend_conn_id="nowhere", fallback=[told.append])(task_context("x"))
    assert len(told) == 1


def test_an_alert_that_was_not_sent_is_sent_when_airflow_reports_it_again(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))
    sandbox.control("POST", "refusals", json={"to": ME, "status": "INVALID_RECIPIENT", "times": 1})
    with pytest.raises(ClickSendMessageRefusedError):
        notifier.notify(task_context("x"))
    notifier(task_context("x"))
    assert len(sandbox.messages(status="SUCCESS")) == 1


def test_fail_silently_logs_and_lets_the_task_live(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    refuse(sandbox)
    ClickSendSmsNotifier(to=ME, fail_silently=True).notify(task_context("x"))
    assert "THE ALERT WAS NOT SENT" in caplog.text
    assert "INVALID_RECIPIENT" in caplog.text


def test_a_number_that_is_none_does_not_silence_the_others(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    ClickSendSmsNotifier(to=[ME, "0155512345678", ME, YOU])(task_context("x"))
    assert [message["to"] for message in sandbox.messages()] == [ME, YOU]
    assert "No alert for 01555***5678" in caplog.text


def test_nobody_to_tell_is_an_error(sandbox: Sandbox) -> None:
    for to in ("{{ nobody }}", [], "", "5551234567"):
        with pytest.raises(ClickSendConfigError, match="nobody can be told"):
            ClickSendSmsNotifier(to=to).notify(task_context("x"))


@pytest.mark.parametrize(("fault", "sent"), [("accepted-then-502", 1), ("502", 2), ("accepted-then-html", 1)])
def test_an_alert_in_doubt_arrives_once(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, fault: str, sent: int
) -> None:
    monkeypatch.setattr(ClickSendSmsNotifier, "SETTLE", 1.0)
    sandbox.fault(fault, "/v3/sms/send", times=1)
    ClickSendSmsNotifier(to=ME)(task_context("x"))
    assert len(sandbox.messages()) == 1
    assert sandbox.request_counts()[SEND] == sent


# In the triggerer


@knows_deadlines
def test_in_an_event_loop_it_is_the_same_and_does_not_block(sandbox: Sandbox) -> None:
    async def alert() -> int:
        ticks = 0
        task = asyncio.ensure_future(
            ClickSendSmsNotifier(to=ME, body="{{ dag_run.dag_id }} is late").async_notify(deadline_context())
        )
        while not task.done():
            ticks += 1
            await asyncio.sleep(0.005)
        await task
        return ticks

    assert asyncio.run(alert()) > 5
    assert bodies(sandbox) == ["nightly_load is late"]


@knows_deadlines
def test_in_an_event_loop_the_fallback_is_tried_too(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME, clicksend_conn_id="nowhere", fallback=[ClickSendSmsNotifier(to=YOU)])
    asyncio.run(notifier.async_notify(deadline_context()))
    assert [message["to"] for message in sandbox.messages()] == [YOU]


@knows_deadlines
def test_a_deadline_in_an_executor_process_writes_no_variable(sandbox: Sandbox, variables: Variables) -> None:
    """Airflow 3.3 does not answer there, and the callback would hang."""
    ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))(deadline_context())
    assert len(sandbox.messages()) == 1
    assert not variables
