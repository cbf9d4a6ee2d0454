"""A real Airflow and a sandbox for a test: `airflow, sandbox = start("3.3")`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from dev.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
DAGS = Path(__file__).parent / "dags"
Start = Callable[..., tuple[AirflowStandalone, SandboxProcess]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start an Airflow of a version; it ends with the test, or with the death of the test run."""
    with Supervisor() as supervisor:

        def start_version(version: str, dags: Path = DAGS, **settings: str) -> tuple[AirflowStandalone, SandboxProcess]:
            python = ROOT / ".venvs" / f"airflow-{version}" / "bin" / "python"
            assert python.exists(), f"first: make .venvs/airflow-{version}/.ready"
            sandbox = SandboxProcess(supervisor)
            sandbox.start()
            env = {
                "AIRFLOW_CONN_CLICKSEND_DEFAULT": sandbox.connection,
                # How long a dead triggerer keeps its triggers; the default of 30 s is only waiting.
                "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "8",
                "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "2",
            } | settings
            airflow = AirflowStandalone(supervisor, dags, env=env, python=str(python))
            airflow.start()
            return airflow, sandbox

        yield start_version
