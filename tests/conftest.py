"""An Airflow of our own for the test run, and a sandbox for the tests that ask for one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_clicksend.sandbox.testing import Sandbox, serve

ROOT = Path(__file__).resolve().parent.parent
# Set before anything imports Airflow, which reads its settings once; a developer's own settings and keys stay out.
for name in [name for name in os.environ if name.startswith(("AIRFLOW", "MATON"))]:
    del os.environ[name]
AIRFLOW_HOME = tempfile.mkdtemp(prefix="clicksend-tests-")
os.environ |= {
    "AIRFLOW_HOME": AIRFLOW_HOME,
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "example_dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "NO_PROXY": "127.0.0.1",
}


def pytest_unconfigure() -> None:
    """Remove the Airflow of the test run."""
    shutil.rmtree(AIRFLOW_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """A database for tests that run tasks."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True, timeout=120)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A quick sandbox, and `clicksend_default` as the connection to it."""
    with serve(history_lag=0.2, deliver_after=0.3) as sandbox:
        monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", sandbox.connection)
        yield sandbox
