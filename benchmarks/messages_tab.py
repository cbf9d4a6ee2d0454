"""How long the tab *Messages* takes to open on a run of 20,000 messages, beside asking Airflow's REST API for the same.

``python -m benchmarks.messages_tab`` takes about two minutes: an Airflow runs, and sends the texts to the sandbox.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

import requests

from benchmarks.dags.many_messages import TASKS, TEXTS
from benchmarks.table import table
from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from dev.stopping import stop_when_told
from dev.supervisor import Supervisor

DAGS = Path(__file__).parent / "dags"
MESSAGES = TASKS * TEXTS
#: The REST API is asked for one task a request: for so many, and the time for more is a multiple.
ASKED = 100
ROUNDS = 5

#: 20,000 mapped tasks would run for hours: one that ran stands in the database 20,000 times.
COPY = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO xcom (dag_run_id, task_id, map_index, key, dag_id, run_id, value, timestamp)
SELECT dag_run_id, task_id, i, key, dag_id, run_id, value, timestamp FROM xcom, n
WHERE dag_id = 'one_message' AND map_index = 0
"""


class Viewer:
    """Somebody who looks at a run."""

    def __init__(self, airflow: AirflowStandalone) -> None:
        self.airflow = airflow
        token = requests.get(f"{airflow.url}/auth/token", timeout=20).json()["access_token"]
        self.cookies = {"_token": token}

    def open_tab(self, dag_id: str, run_id: str) -> None:
        """Open the tab of a run."""
        query = f"dag_id={dag_id}&run_id={quote(run_id, safe='')}"
        answer = requests.get(f"{self.airflow.url}/clicksend/messages?{query}", cookies=self.cookies, timeout=60)
        answer.raise_for_status()
        if f"1 to 100 of {MESSAGES:,}" not in answer.text:
            raise RuntimeError(f"The tab does not show {MESSAGES:,} messages.")

    def read_xcoms(self, dag_id: str, run_id: str, task_id: str, indexes: Iterable[int]) -> None:
        """Ask for the result of mapped tasks."""
        for index in indexes:
            self.airflow.api.xcom(dag_id, run_id, task_id, map_index=index)


def seconds(what: Callable[[], None]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def run(airflow: AirflowStandalone, dag_id: str) -> str:
    """Run a DAG to its end and return the id of the run."""
    airflow.wait(lambda: airflow.api.dag_exists(dag_id), f"Airflow to read {dag_id}", 120)
    run_id = airflow.api.trigger(dag_id)
    ended = {"success", "failed"}
    airflow.wait(lambda: airflow.api.run_state(dag_id, run_id) in ended, f"{dag_id} to end", 400)
    if airflow.api.run_state(dag_id, run_id) != "success":
        raise RuntimeError(f"{dag_id} failed: there is nothing to look at.")
    return run_id


def measure(airflow: AirflowStandalone) -> list[list[object]]:
    """Return a row for each kind of run."""
    many, one = run(airflow, "many_messages"), run(airflow, "one_message")
    with sqlite3.connect(airflow.home / "airflow.db", timeout=60) as database:
        database.execute(COPY, (MESSAGES - 1,))
    database.close()
    viewer = Viewer(airflow)
    return [
        measured(viewer, f"{TASKS} tasks of {TEXTS:,} texts", ("many_messages", many, "many"), range(TASKS), times=1),
        # Of the copies, the REST API knows only the one that ran.
        measured(viewer, f"{MESSAGES:,} tasks of one text", ("one_message", one, "one"), [0] * ASKED, MESSAGES / ASKED),
    ]


def measured(
    viewer: Viewer, what: str, task: tuple[str, str, str], indexes: Sequence[int], times: float
) -> list[object]:
    """Return a row of the table.

    :param task: the ids of DAG, run and task. :param times: how often the plain way would ask for the same again.
    """
    opened = [seconds(lambda: viewer.open_tab(*task[:2])) for _ in range(ROUNDS)]
    plain = seconds(lambda: viewer.read_xcoms(*task, indexes)) * times
    again = statistics.median(opened[1:])
    return [what, f"{opened[0]:.2f}", f"{again:.2f}", f"{len(indexes) * times:,.0f}", f"{plain:,.1f}"]


def main() -> int:
    """Measure and print a table; return the exit code."""
    stop_when_told()
    with Supervisor() as supervisor:
        sandbox = SandboxProcess(supervisor, deliver_after=1)
        sandbox.start()
        settings = {"AIRFLOW_CONN_CLICKSEND_DEFAULT": sandbox.connection, "PYTHONPATH": str(DAGS.parent.parent)}
        airflow = AirflowStandalone(supervisor, DAGS, env=settings)
        airflow.start()
        head = ("a run of", "tab, first s", "then s", "requests of the REST API", "s")
        print(table(head, measure(airflow)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
