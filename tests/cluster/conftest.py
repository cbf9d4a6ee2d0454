"""One distributed Airflow and one sandbox for all tests of this folder: `make test-cluster`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.airflow_cluster import AirflowCluster
from dev.cluster_services import program
from dev.sandbox_process import SandboxProcess
from dev.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venvs" / "cluster" / "bin" / "python"
DAGS = [
    *(ROOT / "tests" / "airflow_tests" / "dags").glob("*.py"),
    ROOT / "tests" / "airflow_tests" / "alert_dags" / "alerts.py",
    ROOT / "example_dags" / "alert_on_deadline.py",
]
SECONDS_WITHOUT_HEARTBEAT = 10


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AirflowCluster, SandboxProcess]]:
    """Start all; it takes a minute or two."""
    missing = [name for name in ("initdb", "postgres", "redis-server") if program(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (Debian's packages postgresql and redis-server)")
    if not PYTHON.exists():
        pytest.skip("first: make .venvs/cluster/.ready")
    dags = tmp_path_factory.mktemp("dags")
    for path in DAGS:
        shutil.copy(path, dags)
    with Supervisor() as supervisor:
        sandbox = SandboxProcess(supervisor)
        sandbox.start()
        heartbeat = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"
        env = {
            "AIRFLOW_CONN_CLICKSEND_DEFAULT": sandbox.connection,
            # How long what is dead counts as alive; the defaults of 30 s and five minutes are only waiting.
            "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "8",
            "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "2",
            heartbeat: str(SECONDS_WITHOUT_HEARTBEAT),
            f"{heartbeat}_DETECTION_INTERVAL": "2",
        }
        airflow = AirflowCluster(supervisor, dags, env=env, python=str(PYTHON))
        airflow.start()
        yield airflow, sandbox
