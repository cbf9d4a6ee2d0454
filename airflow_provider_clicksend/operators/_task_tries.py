"""What Airflow tells a task of its tries, and where it keeps what they write down."""

from __future__ import annotations

import json
import logging
from hashlib import blake2b
from typing import Any

from airflow_provider_clicksend.engine.send_state import OPENING_KEY, GuardedStore, TaskTry
from airflow_provider_clicksend.version_compat import (
    AIRFLOW_CALL_ERRORS,
    Context,
    never_expire,
    task_state_store,
)

log = logging.getLogger(__name__)


def task_key(context: Context) -> tuple[str, str, str, int]:
    """Return what a reference is made of: DAG, run, task and map index."""
    ti = context["ti"]
    return ti.dag_id, ti.run_id, ti.task_id, ti.map_index


def task_try(context: Context) -> TaskTry:
    """Return which try this is, and a time at or before the first one.

    A clear resets the run's start, not its planned time.
    """
    ti, dag_run = context["ti"], context.get("dag_run")
    names = ("start_date", "run_after", "data_interval_end", "logical_date")
    times = [time for name in names if (time := getattr(dag_run, name, None)) is not None]
    return TaskTry(ti.try_number, ti.max_tries, min(times).timestamp() if times else 0.0)


def state_store(context: Context) -> GuardedStore | None:
    """Return what outlives the tries of a task: Airflow 3.3's store, before that an Airflow Variable, or None.

    None where Variables cannot be read: then nothing is remembered, and the engine counts with what may have happened.
    """
    store: Any = task_state_store(context)
    if store is not None:
        return GuardedStore(store, AIRFLOW_CALL_ERRORS, never_expire())
    if "task_state_store" in context:
        return None
    try:
        return GuardedStore(_VariableStore(context), AIRFLOW_CALL_ERRORS, {})
    except AIRFLOW_CALL_ERRORS as error:
        log.warning("What this try does cannot be stored in an Airflow Variable (%s).", type(error).__name__)
        return None


class _VariableStore:
    """Keeps the state of one task instance in one Airflow Variable, which is deleted once nothing in it is needed."""

    def __init__(self, context: Context) -> None:
        from airflow.providers.common.compat.sdk import Variable

        key = task_key(context)
        self._variable = Variable
        self._key = f"clicksend_send_{blake2b(repr(key).encode(), digest_size=12).hexdigest()}"
        self._description = f"What {key[0]}.{key[2]} has texted in {key[1]}; deleted when all of it is settled"
        # By position: Airflow 2 and 3 have different names for the default.
        text = Variable.get(self._key, None)
        self._values: dict[str, Any] = _read(text)

    def get(self, key: str) -> Any:
        return self._values.get(key)

    def set(self, key: str, value: Any) -> None:
        self._values[key] = value
        self._variable.set(self._key, json.dumps(self._values), description=self._description)

    def forget(self) -> None:
        self._variable.delete(self._key)


def _read(text: str | None) -> dict[str, Any]:
    """Return the values; what is something else counts as a record that cannot be read."""
    try:
        values = json.loads(text) if text else {}
    except ValueError:
        values = None
    return values if isinstance(values, dict) else {OPENING_KEY: "unreadable"}
