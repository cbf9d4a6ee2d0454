"""The servers that a distributed Airflow needs, run by the supervisor on 127.0.0.1: PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dev.airflow_standalone import clean_environment, free_port

if TYPE_CHECKING:
    from dev.supervisor import Supervisor

START_TIMEOUT_SECONDS = 30


def program(name: str) -> str | None:
    """Return the path of a program, also of PostgreSQL's where Debian keeps it; None when it is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(debian[-1]) if debian else None)


class Service:
    """A server with a folder of its own. What it knows outlives `stop()` and is there again after `start()`."""

    name: str

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.port = free_port()
        self.folder = supervisor.home / self.name
        self.folder.mkdir()
        self._pid = 0

    def command(self) -> list[str]:
        """Return the command that runs it."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        self._pid = self.supervisor.start(self.name, self.command(), clean_environment())
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._takes_connections():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start.\n{self.supervisor.tail(self.name)}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as an administrator does, connections or not, and wait until it has ended."""
        os.kill(self._pid, signal.SIGINT)
        while self.supervisor.exit_codes()[self.name] is None:
            time.sleep(0.1)

    def _takes_connections(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Redis(Service):
    """The broker. Its queue is on disk, so that a restart loses no task."""

    name = "redis"

    def command(self) -> list[str]:
        """Return the command that runs it."""
        options = {"--port": self.port, "--bind": "127.0.0.1", "--dir": self.folder, "--appendonly": "yes"}
        return [program("redis-server") or "", *(str(word) for option in options.items() for word in option)]

    @property
    def url(self) -> str:
        """The address for Celery."""
        return f"redis://127.0.0.1:{self.port}/0"


class PostgreSQL(Service):
    """Airflow's database. It refuses to run as root, and runs as nobody then."""

    name = "postgres"

    def __init__(self, supervisor: Supervisor) -> None:
        super().__init__(supervisor)
        self._as_user: list[str] = []
        if os.getuid() == 0:
            self._as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            supervisor.home.chmod(0o711)
            shutil.chown(self.folder, "nobody", "nogroup")

    def command(self) -> list[str]:
        """Return the command that runs it."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        more = "-c max_connections=300"
        return [*self._as_user, program("postgres") or "", "-D", f"{self.folder}/data", *f"{options} {more}".split()]

    def start(self) -> None:
        """Start it, for the first time with a database made for it."""
        if not self._pid:
            make = [program("initdb") or "", "-D", f"{self.folder}/data", "-U", "airflow", "-A", "trust", "-E", "UTF8"]
            subprocess.run([*self._as_user, *make], check=True, capture_output=True, timeout=60, cwd=self.folder)
        super().start()

    @property
    def url(self) -> str:
        """The address for SQLAlchemy."""
        return f"postgresql+psycopg2://airflow@127.0.0.1:{self.port}/postgres"
