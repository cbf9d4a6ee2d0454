"""Every way in which Airflow calls a notifier, on a real Airflow: what arrives on which phone."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from airflow_provider_clicksend.messaging.segments import count_parts
from dev.airflow_standalone import AirflowStandalone, clean_environment
from dev.sandbox_process import SandboxProcess
from dev.supervisor import Supervisor
from tests.airflow_tests.alert_dags.alerts import NUMBERS
from tests.airflow_tests.conftest import ROOT, Start
from tests.running import EXAMPLE_DAGS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DAGS = Path(__file__).parent / "alert_dags"
ON_CALL = "+15551234567"
#: Mapped tasks that fail at once, four at a time; `STORM_OF=500` is the storm that the documentation speaks of.
FAILURES = int(os.environ.get("STORM_OF", "40"))


def texts(sandbox: SandboxProcess, name: str, channel: str = "sms") -> list[str]:
    return [message["body"] for message in sandbox.messages(to=NUMBERS[name], channel=channel)]


def finish(airflow: AirflowStandalone, dag_id: str, run_id: str, seconds: float = 120) -> str:
    """Wait until a run has ended, and return how."""
    states: list[str] = []

    def ended() -> bool:
        with suppress(requests.Timeout):  # of an Airflow that is busy
            states.append(airflow.api.run_state(dag_id, run_id))
        return states[-1:] in (["success"], ["failed"])

    airflow.wait(ended, f"the end of {dag_id}", seconds)
    return states[-1]


def arrive(airflow: AirflowStandalone, sandbox: SandboxProcess, *names: str) -> None:
    """Wait for the texts that come after the run has ended."""
    airflow.wait(lambda: all(texts(sandbox, name) for name in names), f"the texts to {', '.join(names)}", 60)


@pytest.fixture
def newest(start: Start, tmp_path: Path) -> tuple[AirflowStandalone, SandboxProcess]:
    for path in (*DAGS.glob("*.py"), EXAMPLE_DAGS / "alert_at_the_end.py", EXAMPLE_DAGS / "alert_on_deadline.py"):
        shutil.copy(path, tmp_path)
    return start("3.3", tmp_path)


def task_and_dag_callbacks(sandbox: SandboxProcess) -> None:
    """What arrives after `alerts_fail` and `alerts_succeed`."""
    retry, failure, dag_failure = (texts(sandbox, name) for name in ("retry", "failure", "dag_failure"))
    assert [len(texts(sandbox, name)) for name in ("execute", "success", "dag_success")] == [2, 1, 1]
    assert [len(bodies) for bodies in (retry, failure, dag_failure)] == [1, 1, 1]
    assert retry[0].startswith("Task load_rows of alerts_fail failed, will be tried again at ")
    assert "try 1 of 2.\nValueError: no such table" in retry[0]
    assert failure[0].startswith("Task load_rows of alerts_fail FAILED at ")
    assert "try 2 of 2.\nValueError: no such table: rows hint: create it\nhttp://127.0.0.1:" in failure[0]
    assert texts(sandbox, "failure", "voice")[0].endswith("ValueError: no such table: rows hint: create it.")
    assert dag_failure[0].startswith("DAG alerts_fail FAILED at ")
    assert "\nTask load_rows failed.\nhttp://127.0.0.1:" in dag_failure[0]
    assert texts(sandbox, "success")[0].startswith("count_rows is done in ")
    assert texts(sandbox, "dag_success")[0].startswith("DAG alerts_succeed succeeded at ")


def test_every_way_on_the_newest_airflow(newest: tuple[AirflowStandalone, SandboxProcess]) -> None:
    airflow, sandbox = newest
    airflow.wait(lambda: airflow.api.dag_exists("alerts_late") and airflow.api.dag_exists("alerts_fail"), "DAGs", 60)
    dags = ["alerts_ask", "alerts_late", "alert_on_deadline", "alerts_fail", "alerts_succeed"]
    runs = {dag_id: airflow.api.trigger(dag_id) for dag_id in dags}
    killed = airflow.api.trigger("alert_at_the_end", {"kill": True})
    ends = {dag_id: finish(airflow, dag_id, run_id) for dag_id, run_id in list(runs.items())[1:]}
    assert ends == dict.fromkeys(dags[1:], "success") | {"alerts_fail": "failed"}
    arrive(airflow, sandbox, "dag_failure", "dag_success", "hitl", "async", "sync")

    task_and_dag_callbacks(sandbox)
    for name in ("async", "sync"):
        assert texts(sandbox, name)[0].startswith("DAG alerts_late is LATE at ")
    assert texts(sandbox, "hitl")[0].startswith("Load 1.2M rows tonight? (Approve, Reject): Airflow waits for your ")
    assert "/required_actions?" in texts(sandbox, "hitl")[0]
    assert airflow.api.states("alerts_ask", runs["alerts_ask"]) == ["awaiting_input"]  # a failing notifier is no matter

    assert finish(airflow, "alert_at_the_end", killed) == "failed"
    on_call = sorted(message["body"] for message in sandbox.messages(to=ON_CALL))
    assert [body.split(" at ")[0] for body in on_call] == [
        "DAG alert_on_deadline is LATE",
        f"alert_at_the_end has FAILED, run {killed}. Open it in Airflow to see where.",
    ]
    assert all(count_parts(message["body"]) <= 2 for message in sandbox.messages(channel="sms"))
    assert sandbox.count(by="custom_string", channel="sms")["doubled"] == 0


@pytest.mark.timeout(max(300, 2 * FAILURES))
def test_a_storm_of_failures_is_one_to_three_texts(newest: tuple[AirflowStandalone, SandboxProcess]) -> None:
    airflow, sandbox = newest
    airflow.wait(lambda: airflow.api.dag_exists("alerts_storm"), "the DAG", 60)
    run_id = airflow.api.trigger("alerts_storm", {"tasks": FAILURES})
    assert finish(airflow, "alerts_storm", run_id, max(240, FAILURES * 1.5)) == "failed"
    assert airflow.api.states("alerts_storm", run_id, "load") == ["failed"] * FAILURES
    assert 1 <= len(texts(sandbox, "storm")) <= 3


def test_callbacks_and_a_lost_task_on_airflow_3_1(start: Start, tmp_path: Path) -> None:
    """Airflow 3.1 calls `on_failure` for a lost task that it then tries again, and twice for its end."""
    shutil.copy(DAGS / "alerts.py", tmp_path)
    heartbeat = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"
    airflow, sandbox = start("3.1", tmp_path, **{heartbeat: "10", f"{heartbeat}_DETECTION_INTERVAL": "3"})
    airflow.wait(lambda: airflow.api.dag_exists("alerts_fail"), "the DAG", 60)
    ends = {"alerts_lost": "failed", "alerts_fail": "failed", "alerts_succeed": "success"}
    runs = {dag_id: airflow.api.trigger(dag_id) for dag_id in ends}
    assert {dag_id: finish(airflow, dag_id, run_id) for dag_id, run_id in runs.items()} == ends
    arrive(airflow, sandbox, "dag_failure", "dag_success", "lost")
    task_and_dag_callbacks(sandbox)
    time.sleep(5)  # for a second report
    lost = texts(sandbox, "lost")
    assert len(lost) == 1, lost
    assert "try 2 of 2.\nIts process was lost or killed, or it never started.\n" in lost[0]


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor() as supervisor:
        yield supervisor


def test_task_and_dag_callbacks_on_airflow_2_11(supervisor: Supervisor, tmp_path: Path) -> None:
    shutil.copy(DAGS / "alerts.py", tmp_path)
    sandbox = SandboxProcess(supervisor)
    sandbox.start()
    commands = ROOT / ".venvs" / "airflow-2.11" / "bin"
    env = clean_environment() | {
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_HOME": str(supervisor.home / "airflow"),
        "AIRFLOW_CONN_CLICKSEND_DEFAULT": sandbox.connection,
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__WEBSERVER__BASE_URL": "http://127.0.0.1:8080",
    }
    for name, command in {"migrate": ["db", "migrate"], "parse": ["dags", "reserialize"]}.items():
        supervisor.start(name, [f"{commands}/airflow", *command], env)
        wait_for_exit(supervisor, name)
    for dag_id in ("alerts_fail", "alerts_succeed"):
        supervisor.start(dag_id, [f"{commands}/airflow", "dags", "trigger", dag_id], env)
    supervisor.start("scheduler", [f"{commands}/airflow", "scheduler", "--skip-serve-logs"], env)
    deadline = time.monotonic() + 150
    while not (texts(sandbox, "dag_failure") and texts(sandbox, "dag_success")):
        assert time.monotonic() < deadline, supervisor.tail("scheduler")
        assert supervisor.exit_codes()["scheduler"] is None, supervisor.tail("scheduler")
        time.sleep(0.5)
    task_and_dag_callbacks(sandbox)


def wait_for_exit(supervisor: Supervisor, name: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while supervisor.exit_codes()[name] is None and time.monotonic() < deadline:
        time.sleep(0.2)
    assert supervisor.exit_codes()[name] == 0, supervisor.tail(name)
