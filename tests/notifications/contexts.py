"""What the tests of notifiers share: the contexts that Airflow hands to callbacks, as they were seen on 2.11 to 3.3."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_0_PLUS

#: Contexts without a DAG come with deadlines.
knows_deadlines = pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="there are no deadlines")
#: Airflow 2 reads its database itself: what hangs there, or in somebody else's notifier, is not cut off.
cuts_off = pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="on Airflow 2 nothing is cut off, and the docs say so")

ME, YOU = "+15551234567", "+15551234568"
STARTED = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
RUN_ID = "scheduled__2026-11-24T03:00:00+00:00"
PAGE = "https://airflow.example.com/dags/nightly_load/runs/scheduled__2026-11-24T03%3A00%3A00%2B00%3A00"


@dataclass
class TaskInstance:
    task_id: str = "load_rows"
    dag_id: str = "nightly_load"
    run_id: str = RUN_ID
    map_index: int = -1
    try_number: int = 1
    max_tries: int = 0
    state: str | None = "failed"
    start_date: datetime = STARTED

    @property
    def log_url(self) -> str:
        return f"{PAGE}/tasks/{self.task_id}?try_number={self.try_number}"


@dataclass
class LostTaskInstance(TaskInstance):
    """As a callback in the DAG processor gets it: its state must be asked for."""

    state: str | None = None
    known_elsewhere: str = "failed"

    def get_task_states(
        self, *, dag_id: str, task_ids: list[str], run_ids: list[str], map_index: int
    ) -> dict[str, Any]:
        assert (dag_id, map_index) == (self.dag_id, self.map_index)
        return {run_ids[0]: {task_ids[0]: self.known_elsewhere}}


@dataclass
class Task:
    on_retry_callback: list[Any] = field(default_factory=list)


@dataclass
class DagRun:
    dag_id: str = "nightly_load"
    run_id: str = RUN_ID
    start_date: datetime = STARTED
    clear_number: int = 0


def task_context(exception: object = None, *, task: object = None, **changed: Any) -> dict[str, Any]:
    return {
        "dag": DAG("nightly_load", schedule=None),
        "dag_run": DagRun(),
        "run_id": RUN_ID,
        "task": task or Task(),
        "ti": TaskInstance(**changed),
        "exception": exception,
    }


def dag_context(reason: str, **changed: Any) -> dict[str, Any]:
    """A DAG's callback; the task instance has no state on Airflow 3."""
    return task_context(**{"state": None, **changed}) | {"reason": reason}


def deadline_context() -> dict[str, Any]:
    """Nothing but JSON, and a time."""
    return {
        "dag_run": {
            "dag_run_id": RUN_ID,
            "dag_id": "nightly_load",
            "logical_date": None,
            "start_date": "2026-11-24T03:00:00Z",
            "state": "running",
        },
        "deadline": {"id": "0191", "deadline_time": datetime(2026, 11, 24, 3, 30, tzinfo=UTC)},
    }


def bodies(sandbox: Sandbox) -> list[str]:
    """What was sent, refused texts too."""
    return [message["body"] for message in sandbox.messages()]
