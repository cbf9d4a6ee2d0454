"""A task and its tries, as Airflow runs them, for operators that send. `Task(operator).run()` is one try."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

#: With a state store, as Airflow 3.3 has one, and without anything that outlives a try.
STORES = [pytest.param(True, id="store"), pytest.param(False, id="no store")]


class StateStore(dict[str, str]):
    """Airflow 3.3's ``task_state_store``: what is not JSON does not survive, and what is survives everything."""

    def get(self, key: str, default: Any = None) -> Any:
        return json.loads(self[key]) if key in self else default

    def set(self, key: str, value: Any, *, retention: Any = None) -> None:
        self[key] = json.dumps(value)


@dataclass
class Task:
    """One task instance. Each `run` is a try.

    :param store: whether Airflow keeps state for it, as 3.3 does.
    :param began: when its run started; the clock of the tests that have one of their own.
    """

    operator: Any
    store: bool = False
    run_id: str = "manual__1"
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    tries: int = 0
    pushed: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = StateStore()
        self.max_tries = self.operator.retries or 0
        self.started = self.began

    def run(self) -> Any:
        """Execute the next try and return what it returns. XComs of the try before are gone, as in Airflow."""
        self.tries += 1
        self.pushed.clear()
        # Without Airflow's guard around it, which wants a real task runner.
        execute = inspect.unwrap(type(self.operator).execute)
        return execute(self.operator, self.context())

    def clear(self, now: datetime | None = None) -> None:
        """Do what Airflow does when a person clears the task: the run starts anew, the tries are counted on."""
        self.max_tries = self.tries + (self.operator.retries or 0)
        self.started = now or datetime.now(UTC)

    def context(self) -> dict[str, Any]:
        instance = SimpleNamespace(
            dag_id="dag",
            run_id=self.run_id,
            task_id=self.operator.task_id,
            map_index=-1,
            try_number=self.tries,
            max_tries=self.max_tries,
            xcom_push=lambda key, value: self.pushed.update({key: json.loads(json.dumps(value))}),
        )
        run = SimpleNamespace(start_date=self.started, run_after=self.began)
        state = {"task_state_store": self.state if self.store else None}
        return {"ti": instance, "dag_run": run, **state}
