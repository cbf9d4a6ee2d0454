"""A task of Airflow without Airflow's processes: what an operator sees, and what survives its tries."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any


class StateStore:
    """Stands for the ``task_state_store`` of Airflow 3.3: JSON that outlives a try."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, key: str) -> Any:
        """Return what was set, or None."""
        return json.loads(self._values.get(key, "null"))

    def set(self, key: str, value: Any, **_retention: object) -> None:
        """Keep a value."""
        self._values[key] = json.dumps(value)


def task_context(task_id: str, *, retries: int = 0) -> dict[str, Any]:
    """Return the context of a first try; a retry is the same with ``context["ti"].try_number`` one up."""
    ti = SimpleNamespace(
        dag_id="benchmark",
        run_id="manual__2026-11-24",
        task_id=task_id,
        map_index=-1,
        try_number=1,
        max_tries=retries,
        xcom_push=lambda **_xcom: None,
    )
    return {"ti": ti, "dag_run": SimpleNamespace(start_date=datetime.now(UTC)), "task_state_store": StateStore()}


def airflow_environment(home: str, url: str, **extra: Any) -> dict[str, str]:
    """Return the variables of an Airflow of our own, with connections to `url`.

    :param extra: extras of the ClickSend connection, such as ``timeout``.
    """
    connection = {"conn_type": "clicksend", "host": url, "password": "sandbox-key", "extra": extra}
    return {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
        "AIRFLOW_CONN_CLICKSEND_DEFAULT": json.dumps(connection),
        "AIRFLOW_CONN_HTTP_DEFAULT": json.dumps({"conn_type": "http", "host": url}),
        "NO_PROXY": "127.0.0.1",
    }
