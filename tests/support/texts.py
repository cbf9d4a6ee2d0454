"""Texts for the tests of the send operators: who they go to, and the operator that sends them."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.tasks import Task

ANN, BOB, CARL = "+15551230001", "+15551230002", "+15551230003"
SEND, HISTORY, PRICE = "POST /v3/sms/send", "GET /v3/sms/history", "POST /v3/sms/price"


def numbers(count: int) -> list[str]:
    return [f"+1555{n:07}" for n in range(count)]


def sms(**arguments: Any) -> ClickSendSmsOperator:
    return ClickSendSmsOperator(**{"task_id": "send", "body": "hi", "settle": 0.5, **arguments})


def failure_of(task: Task, error: type[Exception] = AirflowFailException) -> str:
    """Run a try that must fail, and return what its error says."""
    with pytest.raises(error) as caught:
        task.run()
    return str(caught.value)
