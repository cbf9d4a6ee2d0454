"""Executing an operator as a worker does."""

from __future__ import annotations

from itertools import count
from typing import Any

from airflow_provider_clicksend.operators._base import ClickSendBaseOperator

_numbers = count()


def run(operator: type[ClickSendBaseOperator], **arguments: Any) -> Any:
    """Execute an operator as a worker does."""
    return operator(task_id=f"task_{next(_numbers)}", **arguments).execute({})
