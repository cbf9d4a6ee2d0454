"""An alert that cannot be sent, and one that nobody knows of; in a task and in the triggerer."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from airflow_provider_clicksend.api.models.messages import SendResult
from airflow_provider_clicksend.api.resources.sms import SmsResource
from airflow_provider_clicksend.exceptions import (
    ClickSendAuthenticationError,
    ClickSendConfigError,
    ClickSendMessageRefusedError,
    ClickSendOutcomeUnknownError,
)
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import BaseNotifier
from tests.notifications.conftest import Variables
from tests.notifications.contexts import (
    ME,
    YOU,
    Task,
    bodies,
    deadline_context,
    knows_deadlines,
    task_context,
)


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
    assert sandbox.request_counts()["POST /v3/sms/send"] == sent


def test_an_alert_in_doubt_is_sent_once_more_when_the_history_cannot_be_read(sandbox: Sandbox) -> None:
    sandbox.fault("dropped", "/v3/sms/send", times=1)
    sandbox.fault("500", "/v3/sms/history", method="GET", times=None)
    ClickSendSmsNotifier(to=ME)(task_context("x"))
    assert len(sandbox.messages()) == 1
    assert sandbox.request_counts()["POST /v3/sms/send"] == 2


def test_who_was_told_is_not_told_again_for_the_sake_of_another(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClickSendSmsNotifier, "SETTLE", 0.2)
    sandbox.settings(history_lag=0)
    send, sent = SmsResource.send, []

    def send_one(resource: SmsResource, messages: list[Any], **more: Any) -> SendResult:
        sent.append(messages[0]["to"])
        return send(resource, messages[:1], **more)  # the second of the first request never reaches ClickSend

    monkeypatch.setattr(SmsResource, "send", send_one)
    ClickSendSmsNotifier(to=[ME, YOU])(task_context("x"))
    assert [message["to"] for message in sandbox.messages()] == sent == [ME, YOU]


def test_an_alert_that_never_gets_an_answer_is_not_sent_without_end(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClickSendSmsNotifier, "SETTLE", 0.3)
    sandbox.fault("dropped", "/v3/sms/send", times=None)
    with pytest.raises(ClickSendOutcomeUnknownError):
        ClickSendSmsNotifier(to=ME).notify(task_context("x"))
    assert sandbox.request_counts()["POST /v3/sms/send"] == 2


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

    assert asyncio.run(alert()) >= 3
    assert bodies(sandbox) == ["nightly_load is late"]


@knows_deadlines
def test_in_an_event_loop_the_fallback_is_tried_too(sandbox: Sandbox) -> None:
    notifier = ClickSendSmsNotifier(to=ME, clicksend_conn_id="nowhere", fallback=[ClickSendSmsNotifier(to=YOU)])
    asyncio.run(notifier.async_notify(deadline_context()))
    assert [message["to"] for message in sandbox.messages()] == [YOU]


@knows_deadlines
def test_a_deadline_that_airflow_reports_in_each_triggerer_is_texted_once(
    sandbox: Sandbox, variables: Variables
) -> None:
    """As Airflow 3.3.2 does: a triggerer takes every callback, also one that runs in another triggerer."""

    async def report_thrice() -> None:
        await asyncio.gather(*(ClickSendSmsNotifier(to=ME).async_notify(deadline_context()) for _ in range(3)))

    asyncio.run(report_thrice())
    assert len(sandbox.messages()) == 1
    assert not variables
    asyncio.run(ClickSendSmsNotifier(to=ME).async_notify(deadline_context() | {"deadline": {"id": "another"}}))
    assert len(sandbox.messages()) == 2


@knows_deadlines
def test_a_deadline_that_the_first_triggerer_cannot_tell_of_is_told_by_another(sandbox: Sandbox) -> None:
    sandbox.fault("401", "/v3/sms/send", times=1)

    async def report_twice() -> list[BaseException | None]:
        calls = [ClickSendSmsNotifier(to=ME).async_notify(deadline_context()) for _ in range(2)]
        return await asyncio.gather(*calls, return_exceptions=True)

    errors = [error for error in asyncio.run(report_twice()) if error is not None]
    assert [type(error) for error in errors] == [ClickSendAuthenticationError]
    assert len(sandbox.messages()) == 1


@knows_deadlines
def test_a_deadline_in_an_executor_process_writes_no_variable(sandbox: Sandbox, variables: Variables) -> None:
    """Airflow 3.3 does not answer there, and the callback would hang."""
    ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))(deadline_context())
    assert len(sandbox.messages()) == 1
    assert not variables
