"""A real Airflow 3 of our own: api-server, scheduler, dag-processor and triggerer, as `airflow standalone` runs them.

`airflow standalone` itself is not used, because it leaves its components running when it is killed and cannot start a
new triggerer; both are what the tests are about.
"""

from __future__ import annotations

import base64
import os
import secrets
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from dev.airflow_api import AirflowApi

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from dev.supervisor import Supervisor

# What a person's own Airflow, account or Python settings would change in ours.
NOT_INHERITED = ("AIRFLOW", "MATON", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV")


class AirflowEndedError(RuntimeError):
    """A component of Airflow ended, or did not start in time; says which and the end of its log."""


def free_port(preferred: int = 0) -> int:
    """Return `preferred` when nothing listens there, else any free port of 127.0.0.1."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            # As servers do: a port whose last connections only linger is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No free port on 127.0.0.1")


def clean_environment() -> dict[str, str]:
    """Return our environment without what would reach into an Airflow of our own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    return kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


class AirflowStandalone:
    """Airflow in the supervisor's temporary folder, on a port of 127.0.0.1, reading the DAGs of one folder.

    `env` is added to what every component sees: connections, settings. `python` is the interpreter of the environment
    that Airflow is installed in. `report` is told what is being waited for. Nothing runs before `start()`; everything
    ends with the supervisor.
    """

    #: What runs, with the words after `airflow`.
    components: Mapping[str, Sequence[str]] = {
        "api-server": ["api-server", "--workers", "1"],
        "scheduler": ["scheduler", "--skip-serve-logs"],
        "dag-processor": ["dag-processor"],
        "triggerer": ["triggerer", "--skip-serve-logs"],
    }

    def __init__(
        self,
        supervisor: Supervisor,
        dags: Path,
        *,
        env: Mapping[str, str] | None = None,
        python: str = sys.executable,
        port: int = 0,
        report: Callable[[str], None] = print,
    ) -> None:
        self.supervisor = supervisor
        self.report = report
        self.url = f"http://127.0.0.1:{free_port(port)}"
        self.api = AirflowApi(self.url)
        self.command = Path(python).parent / "airflow"
        self.home = supervisor.home / "airflow"
        self.pids: dict[str, int] = {}
        self.env = clean_environment() | self._settings(dags) | dict(env or {})
        self.env["PATH"] = f"{self.command.parent}{os.pathsep}{self.env.get('PATH', os.defpath)}"

    def start(self, timeout: float = 180, components: Collection[str] | None = None) -> None:
        """Make the database, start the components and wait until they are healthy, at most `timeout` seconds."""
        components = self.components if components is None else components
        self.home.mkdir()
        self.report("making Airflow's database")
        self.supervisor.start("migrate", [str(self.command), "db", "migrate"], self.env)
        self.wait(lambda: self.supervisor.exit_codes()["migrate"] == 0, "Airflow's database", timeout)
        self.report(f"starting Airflow: {', '.join(components)}")
        for name in components:
            self.start_component(name)
        missing = {name.replace("-", "_") for name in self.components.keys() - set(components)}
        self.wait(lambda: not set(self._unhealthy()) - missing, "Airflow to be healthy", timeout)

    def start_component(self, name: str) -> None:
        """Start one component, for the first time or after it was killed."""
        self.pids[name] = self.supervisor.start(name, [str(self.command), *self.components[name]], self.env)

    def kill_component(self, name: str) -> None:
        """Kill one component and its children with SIGKILL."""
        self.supervisor.kill(name)

    def wait(self, done: Callable[[], bool], what: str, timeout: float, say_every: float = 10) -> None:
        """Wait until `done()`; raise AirflowEndedError when a component ended before that or time is over."""
        began = reported = time.monotonic()
        while not done():
            self.check_alive()
            now = time.monotonic()
            if now - began > timeout:
                raise AirflowEndedError(
                    f"Waited {timeout:.0f} s for {what} in vain.\n{self.supervisor.tail('scheduler')}"
                )
            if now - reported > say_every:
                self.report(f"still waiting for {what}, {now - began:.0f} s so far")
                reported = now
            time.sleep(0.25)

    def check_alive(self) -> None:
        """Raise AirflowEndedError when something that should run, or the migration, has ended badly."""
        for name, code in self.supervisor.exit_codes().items():
            if code not in (None, 0):
                raise AirflowEndedError(f"{name} ended with exit code {code}.\n{self.supervisor.tail(name)}")

    def _settings(self, dags: Path) -> dict[str, str]:
        sections = {
            "CORE": {
                "LOAD_EXAMPLES": "False",
                "DAGS_FOLDER": str(dags),
                "EXECUTOR": "LocalExecutor",
                "PARALLELISM": "4",
                "SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
                "DAGS_ARE_PAUSED_AT_CREATION": "False",
                "TEST_CONNECTION": "Enabled",
                "EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
                "FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            },
            "API": {"HOST": "127.0.0.1", "PORT": self.url.rpartition(":")[2], "BASE_URL": self.url},
            # One secret for all components: each would make up its own while the first settings file is being written.
            "API_AUTH": {"JWT_SECRET": secrets.token_hex(32)},
            "DAG_PROCESSOR": {"REFRESH_INTERVAL": "5", "MIN_FILE_PROCESS_INTERVAL": "5"},
            "USAGE_DATA_COLLECTION": {"ENABLED": "False"},
        }
        settings = {f"AIRFLOW__{part}__{key}": value for part, keys in sections.items() for key, value in keys.items()}
        return settings | {"AIRFLOW_HOME": str(self.home), "TMPDIR": str(self.supervisor.home), "PYTHONUNBUFFERED": "1"}

    def _unhealthy(self) -> list[str]:
        try:
            return self.api.unhealthy()
        except requests.RequestException:
            return ["metadatabase"]
