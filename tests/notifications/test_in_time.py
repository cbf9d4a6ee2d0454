"""Whatever the gateway does, somebody is told within the time that an alert has, or the log says that nobody was."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from airflow_provider_clicksend.exceptions import (
    ClickSendAuthenticationError,
    ClickSendMessageRefusedError,
    ClickSendOutcomeUnknownError,
    ClickSendTimeoutError,
    ClickSendTransportError,
)
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier
from airflow_provider_clicksend.sandbox.testing import Sandbox, serve
from tests.notifications.contexts import ME, YOU, bodies, cuts_off, deadline_context, knows_deadlines, task_context
from tests.support.scripted_server import refused_url

TIME = 6.0
SEND = "/v3/sms/send"
BAD_GATEWAYS = [
    "hang",
    "accepted-then-hang",
    "drip",
    "502",
    "accepted-then-502",
    "dropped",
    "html",
    "429",
    "401",
    "500",
]


def connect(monkeypatch: pytest.MonkeyPatch, name: str, url: str, key: str = "k" * 20) -> str:
    connection = {"conn_type": "clicksend", "host": url, "password": key}
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
    return name


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClickSendSmsNotifier, "TIME", TIME)
    monkeypatch.setattr(ClickSendSmsNotifier, "SETTLE", 0.5)


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A gateway that works, behind the connection `other`."""
    with serve(history_lag=0.2) as other:
        connect(monkeypatch, "other", other.url, other.api_key)
        yield other


def failure_in_time(notifier: Any, context: Any = None) -> Exception:
    began = time.monotonic()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is what the tests ask
        notifier.notify(context or task_context("x"))
    assert time.monotonic() - began < TIME + 0.5
    return caught.value


def told_in_time(notifier: Any, context: Any = None) -> None:
    began = time.monotonic()
    notifier.notify(context or task_context("x"))
    assert time.monotonic() - began < TIME + 0.5


@pytest.mark.parametrize("fault", BAD_GATEWAYS)
def test_the_fallback_takes_over_from_a_gateway_that_does_not_work(
    sandbox: Sandbox, other: Sandbox, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    sandbox.fault(fault, "*", times=None)
    told_in_time(ClickSendSmsNotifier(to=ME, fallback=[ClickSendSmsNotifier(to=ME, clicksend_conn_id="other")]))
    assert len(other.messages()) == 1
    assert len(sandbox.messages()) <= 1
    assert "The fallback ClickSendSmsNotifier took over." in caplog.text
    # Somebody else is told before anybody looks for what is in doubt.
    assert "GET /v3/sms/history" not in sandbox.request_counts()


@pytest.mark.parametrize("fault", BAD_GATEWAYS)
def test_without_a_fallback_the_log_says_that_nobody_was_told(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    sandbox.fault(fault, "*", times=None)
    failure_in_time(ClickSendSmsNotifier(to=ME))
    assert any("NOBODY WAS TOLD" in r.getMessage() for r in caplog.records if r.levelno == logging.ERROR)
    assert sandbox.request_counts().get("POST /v3/sms/send", 0) <= 4
    assert len(sandbox.messages()) <= 2
    assert ME not in caplog.text


def test_a_gateway_that_is_not_there_is_not_waited_for(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    connect(monkeypatch, "gone", refused_url())
    assert isinstance(failure_in_time(ClickSendSmsNotifier(to=ME, clicksend_conn_id="gone")), ClickSendTransportError)
    told_in_time(ClickSendSmsNotifier(to=ME, clicksend_conn_id="gone", fallback=[ClickSendSmsNotifier(to=ME)]))
    assert len(sandbox.messages()) == 1


def test_in_doubt_it_leaves_twice_at_most(sandbox: Sandbox) -> None:
    sandbox.settings(history_lag=100)
    sandbox.fault("accepted-then-502", SEND, times=None)
    assert isinstance(failure_in_time(ClickSendSmsNotifier(to=ME)), ClickSendOutcomeUnknownError)
    assert len(sandbox.messages()) == 2


def test_when_the_fallback_cannot_tell_either_the_first_is_looked_for(sandbox: Sandbox, other: Sandbox) -> None:
    sandbox.fault("accepted-then-502", SEND, times=None)
    other.control("POST", "refusals", json={"to": ME, "status": "INVALID_RECIPIENT"})
    told_in_time(ClickSendSmsNotifier(to=ME, fallback=[ClickSendSmsNotifier(to=ME, clicksend_conn_id="other")]))
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize("fault", ["hang", "401", "502"])
def test_of_two_fallbacks_the_second_takes_over_when_the_first_fails(
    sandbox: Sandbox, other: Sandbox, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.fault(fault, "*", times=None)
    first = ClickSendVoiceNotifier(to=ME)
    second = ClickSendSmsNotifier(to=YOU, clicksend_conn_id="other")
    told_in_time(ClickSendSmsNotifier(to=ME, fallback=[first, second]))
    assert [message["to"] for message in other.messages()] == [YOU]
    assert "The fallback ClickSendVoiceNotifier failed too" in caplog.text
    assert "ClickSendVoiceNotifier took over" not in caplog.text


def test_a_fallback_passes_no_brake_of_its_own_also_for_the_same_person(
    sandbox: Sandbox, other: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClickSendSmsNotifier, "TIME", 15.0)
    sandbox.fault("401", "*", times=None)
    brake = {"to": ME, "cooldown": timedelta(hours=1)}
    told_in_time(ClickSendSmsNotifier(**brake, fallback=[ClickSendSmsNotifier(**brake, clicksend_conn_id="other")]))
    assert len(other.messages()) == 1
    # What a fallback told opens the window too.
    told_in_time(
        ClickSendSmsNotifier(**brake, fallback=[ClickSendSmsNotifier(**brake, clicksend_conn_id="other")]),
        task_context("x", map_index=1),
    )
    assert len(other.messages()) == 1


def test_a_fallback_with_another_sender_reaches_the_same_person(sandbox: Sandbox) -> None:
    refusal = {"to": ME, "status": "INVALID_SENDER_ID", "times": 1}
    sandbox.control("POST", "refusals", json=refusal)
    told_in_time(ClickSendSmsNotifier(to=ME, sender="Shop", fallback=[ClickSendSmsNotifier(to=ME, sender="Night")]))
    assert [message["from"] for message in sandbox.messages(status="SUCCESS")] == ["Night"]


def test_took_over_is_said_only_of_a_text_that_was_accepted(
    sandbox: Sandbox, other: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    for gateway in (sandbox, other):
        gateway.control("POST", "refusals", json={"to": ME, "status": "INVALID_RECIPIENT"})
    silent = ClickSendSmsNotifier(to=ME, clicksend_conn_id="other", fail_silently=True)
    error = failure_in_time(ClickSendSmsNotifier(to=ME, fallback=[silent]))
    assert isinstance(error, ClickSendMessageRefusedError)
    assert "took over" not in caplog.text
    sandbox.control("POST", "refusals", json={"to": ME, "status": "INVALID_RECIPIENT"})
    ClickSendSmsNotifier(to=ME, fallback=[lambda _context: None]).notify(task_context("x"))
    assert "took over" not in caplog.text
    assert "The fallback function ran without an error." in caplog.text


@cuts_off
def test_somebody_elses_notifier_that_hangs_does_not_take_all_the_time(sandbox: Sandbox, other: Sandbox) -> None:
    sandbox.fault("500", "*", times=None)
    hanging = [lambda _context: threading.Event().wait(60)]
    told_in_time(
        ClickSendSmsNotifier(to=ME, fallback=[*hanging, ClickSendSmsNotifier(to=YOU, clicksend_conn_id="other")])
    )
    assert len(other.messages()) == 1


@cuts_off
def test_an_airflow_that_does_not_answer_does_not_keep_the_fallback_from_telling(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = ClickSendHook.get_connection

    def hangs(conn_id: str) -> Any:
        return threading.Event().wait(60) if conn_id == "stuck" else get(conn_id)

    monkeypatch.setattr(ClickSendHook, "get_connection", staticmethod(hangs))
    error = failure_in_time(ClickSendSmsNotifier(to=ME, clicksend_conn_id="stuck"))
    assert isinstance(error, ClickSendTimeoutError)
    told_in_time(ClickSendSmsNotifier(to=ME, clicksend_conn_id="stuck", fallback=[ClickSendSmsNotifier(to=ME)]))
    assert len(sandbox.messages()) == 1


def test_a_secrets_backend_may_raise_anything(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    get = ClickSendHook.get_connection

    def breaks(conn_id: str) -> Any:
        if conn_id == "broken":
            raise LookupError("the vault is sealed")
        return get(conn_id)

    monkeypatch.setattr(ClickSendHook, "get_connection", staticmethod(breaks))
    told_in_time(ClickSendSmsNotifier(to=ME, clicksend_conn_id="broken", fallback=[ClickSendSmsNotifier(to=ME)]))
    assert len(sandbox.messages()) == 1


def test_a_refusal_of_one_of_two_people_is_still_an_error_and_a_window(sandbox: Sandbox) -> None:
    sandbox.control("POST", "refusals", json={"to": YOU, "status": "INVALID_RECIPIENT"})
    notifier = ClickSendSmsNotifier(to=[ME, YOU], cooldown=timedelta(hours=1))
    assert isinstance(failure_in_time(notifier), ClickSendMessageRefusedError)
    told_in_time(notifier, task_context("x", map_index=1))
    assert len(sandbox.messages(status="SUCCESS")) == 1


def test_a_sender_that_failed_leaves_the_next_failure_to_be_told_with_it(sandbox: Sandbox) -> None:
    sandbox.fault("401", "*", times=1)
    notifier = ClickSendSmsNotifier(to=ME, cooldown=timedelta(hours=1))
    assert isinstance(failure_in_time(notifier), ClickSendAuthenticationError)
    told_in_time(notifier, task_context("y", map_index=7))
    [body] = bodies(sandbox)
    assert body.startswith("1 more failure of nightly_load in 1 min from ")
    assert "first: load_rows.\nTask load_rows[7] of nightly_load FAILED" in body


@knows_deadlines
@pytest.mark.parametrize("fault", ["hang", "401", "502"])
def test_a_deadline_callback_tells_in_time_too(sandbox: Sandbox, other: Sandbox, fault: str) -> None:
    import asyncio

    sandbox.fault(fault, "*", times=None)
    notifier = ClickSendSmsNotifier(to=ME, fallback=[ClickSendSmsNotifier(to=YOU, clicksend_conn_id="other")])
    told_in_time(notifier, deadline_context())
    began = time.monotonic()
    asyncio.run(notifier.async_notify(deadline_context() | {"deadline": {"id": "2"}}))
    assert time.monotonic() - began < TIME + 0.5
    assert len(other.messages()) == 2
