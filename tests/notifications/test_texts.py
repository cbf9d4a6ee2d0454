"""What arrives on a phone, from each context and from templates of all sorts."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_clicksend.messaging.segments import count_parts
from airflow_provider_clicksend.notifications import clicksend
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.notifications.contexts import (
    ME,
    PAGE,
    YOU,
    Task,
    bodies,
    dag_context,
    deadline_context,
    knows_deadlines,
    task_context,
)


def test_an_alert_is_one_request(sandbox: Sandbox) -> None:
    ClickSendSmsNotifier(to=ME)(task_context(ValueError("no such table")))
    assert sandbox.request_counts() == {"POST /v3/sms/send": 1}
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
