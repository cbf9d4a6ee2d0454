"""The few calls of Airflow 3's REST API that the demo and the tests make."""

from __future__ import annotations

from typing import Any

import requests

TIMEOUT_SECONDS = 20
PAGE = 100


class AirflowApi:
    """Airflow's REST API at `url`, for an Airflow that makes everybody an admin.

    Methods raise `requests.HTTPError` when Airflow refuses and `requests.ConnectionError` when it is not there.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the machine is not for this address

    def unhealthy(self) -> list[str]:
        """Return the names of the components that are not up yet."""
        health = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=TIMEOUT_SECONDS).json()
        return [name for name, part in health.items() if part.get("status") != "healthy"]

    def dag_exists(self, dag_id: str) -> bool:
        """Tell whether Airflow has read this DAG; RuntimeError when its file, `<dag_id>.py`, cannot be imported."""
        for error in self._call("GET", "/importErrors")["import_errors"]:
            if error["filename"].endswith(f"{dag_id}.py"):
                raise RuntimeError(f"Airflow cannot import {error['filename']}:\n{error['stack_trace']}")
        return dag_id in {dag["dag_id"] for dag in self._call("GET", "/dags", params={"limit": PAGE})["dags"]}

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run without a logical date and return its run id."""
        run = self._call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf or {}})
        return str(run["dag_run_id"])

    def runs(self, dag_id: str) -> list[str]:
        """Return the states of a DAG's runs."""
        found = self._call("GET", f"/dags/{dag_id}/dagRuns", params={"limit": 100})
        return [run["state"] for run in found["dag_runs"]]

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run: queued, running, success or failed."""
        return str(self._call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return all task instances of a run: task_id, map_index, state, try_number, start_date, end_date and more."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        found: list[dict[str, Any]] = []
        while True:
            page = self._call("GET", path, params={"limit": PAGE, "offset": len(found)})
            found += page["task_instances"]
            if len(found) >= page["total_entries"]:
                return found

    def states(self, dag_id: str, run_id: str, task_id: str | None = None) -> list[str | None]:
        """Return the states of a run's task instances, of one task only when it is named."""
        rows = self.task_instances(dag_id, run_id)
        return [row["state"] for row in rows if task_id in (None, row["task_id"])]

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """Return the value that a task pushed."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}"
        return self._call("GET", path, params={"map_index": map_index, "deserialize": "true"})["value"]

    def log(self, dag_id: str, run_id: str, task_id: str, try_number: int = 1, map_index: int = -1) -> str:
        """Return the log of one try, one event a line."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{try_number}"
        content = self._call("GET", path, params={"map_index": map_index, "full_content": "true"})["content"]
        return "\n".join(entry if isinstance(entry, str) else _log_line(entry) for entry in content)

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Clear a task so that it runs again."""
        body = {"dry_run": False, "dag_run_id": run_id, "task_ids": [task_id], "only_failed": False}
        self._call("POST", f"/dags/{dag_id}/clearTaskInstances", json=body)

    def set_state(self, dag_id: str, run_id: str, task_id: str, state: str) -> None:
        """Mark a task as a person does in the Airflow UI: "success" or "failed"."""
        self._call("PATCH", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}", json={"new_state": state})

    def decide(self, dag_id: str, run_id: str, task_id: str, option: str) -> None:
        """Answer a review as a person does on the page of required actions."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/-1/hitlDetails"
        self._call("PATCH", path, json={"chosen_options": [option], "params_input": {}})

    def _call(self, method: str, path: str, **kwargs: Any) -> Any:
        if "Authorization" not in self._session.headers:
            token = self._session.get(f"{self.url}/auth/token", timeout=TIMEOUT_SECONDS).json()["access_token"]
            self._session.headers["Authorization"] = f"Bearer {token}"
        answer = self._session.request(method, f"{self.url}/api/v2{path}", timeout=TIMEOUT_SECONDS, **kwargs)
        answer.raise_for_status()
        return answer.json()


def _log_line(entry: dict[str, Any]) -> str:
    """Return an event of a structured log with what an error carries."""
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail") or []]
    return "\n  ".join([entry["event"], *errors])
