"""The sandbox as a process of its own, for an Airflow that is one too."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import requests

from airflow_provider_clicksend.sandbox.testing import Sandbox
from dev.airflow_standalone import AirflowEndedError, clean_environment, free_port

if TYPE_CHECKING:
    from dev.supervisor import Supervisor

START_TIMEOUT_SECONDS = 30
KEY = "sandbox-key"


class SandboxProcess(Sandbox):
    """A local ClickSend behind a local Maton on 127.0.0.1, its database in the supervisor's temporary folder.

    A message is delivered `deliver_after` seconds after it was accepted.
    """

    def __init__(self, supervisor: Supervisor, port: int = 0, deliver_after: float = 1.5) -> None:
        self.supervisor = supervisor
        self.deliver_after = deliver_after
        self.port = free_port(port)
        super().__init__(f"http://127.0.0.1:{self.port}", KEY)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {"--port": self.port, "--api-key": self.api_key, "--deliver-after": self.deliver_after}
        command = [sys.executable, "-m", "airflow_provider_clicksend.sandbox"]
        command += [str(word) for option in options.items() for word in option]
        self.supervisor.start("sandbox", command, clean_environment() | {"TMPDIR": str(self.supervisor.home)})
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._answers():
            if self.supervisor.exit_codes()["sandbox"] is not None or time.monotonic() > deadline:
                raise AirflowEndedError(f"The sandbox did not start.\n{self.supervisor.tail('sandbox')}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            self.messages()
        except requests.ConnectionError:
            return False
        return True
