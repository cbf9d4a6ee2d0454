"""Every fault of the sandbox, at the first, a middle and the last request, for texts, pictures and calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import pytest

from airflow_provider_clicksend.engine.requests import Requests
from airflow_provider_clicksend.operators.mms import ClickSendMmsOperator
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.operators.voice import ClickSendVoiceOperator
from airflow_provider_clicksend.sandbox.maton.faults import FaultName
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.once.conftest import CHUNK
from tests.support.tasks import Task
from tests.support.tcp_gate import TcpGate

SETTLE = 0.25
REQUESTS = 3
NUMBERS = [f"+1555123{n:04}" for n in range(REQUESTS * CHUNK)]
#: What has all its messages still sent by the same try.
PASSING = ["429", "429-without-retry-after"]
IN_DOUBT = ["dropped", "hang", "500", "502", "503", "504", "html", "empty", "envelope-401"]
IN_DOUBT += ["maton-message", "maton-error", "maton-detail", "302", "401-html", "413", "499", "drip", "huge"]
#: 4xx: ClickSend says that it took nothing, and is believed.
TURNED_AWAY = ["401", "maton-validation"]

at_each_request = pytest.mark.parametrize(
    "place", [0, pytest.param(1, marks=pytest.mark.slow), 2], ids=["first", "middle", "last"]
)


def tasks() -> dict[str, Task]:
    common: dict[str, Any] = {"task_id": "send", "to": NUMBERS, "body": "hi", "settle": SETTLE}
    picture = {"media_file": "https://example.com/cat.jpg", "subject": "Cat"}
    operators = {
        "sms": ClickSendSmsOperator(**common),
        "mms": ClickSendMmsOperator(**common, **picture),
        "voice": ClickSendVoiceOperator(**common),
    }
    return {channel: Task(operator, store=True) for channel, operator in operators.items()}


def run_all(tasks: dict[str, Task]) -> None:
    """Run a try of each, at once, because most of a try is waiting for the history."""
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda task: task.run(), tasks.values()))
    assert [result["accepted"] for result in results] == [len(NUMBERS)] * len(tasks)
    assert [len(set(result["message_ids"])) for result in results] == [len(NUMBERS)] * len(tasks)


def break_request(sandbox: Sandbox, fault: str, place: int) -> None:
    for channel in ("sms", "mms", "voice"):
        status = 400 if fault == "maton-validation" else 500
        sandbox.fault(fault, f"/v3/{channel}/send", skip=place, retry_after=0, status=status, megabytes=20)


def assert_all_are_accepted_once(sandbox: Sandbox) -> None:
    for channel in ("sms", "mms", "voice"):
        count = sandbox.count(by="to", channel=channel)
        assert (count["accepted"], count["distinct"]) == (len(NUMBERS), len(NUMBERS)), channel


def test_the_matrix_holds_every_fault() -> None:
    assert {*PASSING, *IN_DOUBT, *TURNED_AWAY} == set(get_args(FaultName))


@at_each_request
@pytest.mark.parametrize("fault", [*PASSING, *IN_DOUBT, *(f"accepted-then-{fault}" for fault in IN_DOUBT)])
def test_all_are_sent_once_by_the_try_that_meets_it(sandbox: Sandbox, fault: str, place: int) -> None:
    break_request(sandbox, fault, place)
    met = tasks()
    run_all(met)
    assert_all_are_accepted_once(sandbox)

    run_all(met)  # retried with what Airflow kept, if it keeps anything
    for task in met.values():
        task.state.clear()
    run_all(met)  # and with nothing but the history
    assert_all_are_accepted_once(sandbox)


@at_each_request
@pytest.mark.parametrize("fault", TURNED_AWAY)
def test_what_is_turned_away_fails_the_task_and_is_sent_after_a_clear(sandbox: Sandbox, fault: str, place: int) -> None:
    break_request(sandbox, fault, place)
    met = tasks()
    for channel, task in met.items():
        with pytest.raises(AirflowFailException):
            task.run()
        assert task.pushed["return_value"]["accepted"] == sandbox.count(channel=channel)["accepted"] == place * CHUNK
        task.clear()
    run_all(met)
    assert_all_are_accepted_once(sandbox)


@at_each_request
def test_a_refused_connection_fails_the_try_and_the_next_sends_the_rest(
    sandbox: Sandbox, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = TcpGate(int(sandbox.url.rpartition(":")[2]))
    connection = {"conn_type": "clicksend", "host": gate.url, "password": sandbox.api_key}
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps(connection))
    for channel, task in tasks().items():
        whole = Requests.__iter__

        def until_the_door_is_shut(requests: Requests, whole: Any = whole) -> Iterator[Any]:
            for number, request in enumerate(whole(requests)):
                if number == place:
                    gate.shut()
                yield request

        with monkeypatch.context() as patch:
            patch.setattr(Requests, "__iter__", until_the_door_is_shut)
            with pytest.raises(Exception, match="refused the connection"):
                task.run()
        assert sandbox.count(channel=channel)["accepted"] == place * CHUNK
        gate.open()
        assert task.run()["accepted"] == len(NUMBERS)
    gate.shut()
    assert_all_are_accepted_once(sandbox)
