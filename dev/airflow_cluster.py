"""An Airflow as it runs on more than one machine, all of it on 127.0.0.1: PostgreSQL, Redis, Celery, two of each."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import requests

from dev.airflow_standalone import AirflowEndedError, AirflowStandalone
from dev.cluster_services import PostgreSQL, Redis

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from dev.supervisor import Supervisor


class AirflowCluster(AirflowStandalone):
    """Two schedulers, two triggerers and two workers, over a PostgreSQL and a Redis of their own.

    A component that ends is started again, as systemd or Kubernetes would; `ended` names those that did.
    """

    workers = ("worker-1", "worker-2")

    def __init__(self, supervisor: Supervisor, dags: Path, *, env: Mapping[str, str], python: str) -> None:
        self.database, self.broker = PostgreSQL(supervisor), Redis(supervisor)
        settings = {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CORE__PARALLELISM": "32",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database.url,
            "AIRFLOW__CELERY__BROKER_URL": self.broker.url,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{self.database.url}",
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": "4",
        }
        super().__init__(supervisor, dags, env=settings | dict(env), python=python)
        self.components = {
            **AirflowStandalone.components,
            "scheduler-2": AirflowStandalone.components["scheduler"],
            "triggerer-2": AirflowStandalone.components["triggerer"],
            **{
                name: ["celery", "worker", "--celery-hostname", f"{name}@%h", "--skip-serve-logs"]
                for name in self.workers
            },
        }
        self.ended: list[str] = []

    def start(self, timeout: float = 240, components: Collection[str] | None = None) -> None:
        """Start the servers, then Airflow."""
        self.database.start()
        self.broker.start()
        super().start(timeout, components)

    def wait(self, done: Callable[[], bool], what: str, timeout: float, say_every: float = 10) -> None:
        """Wait until `done()`, also while the api-server is away."""

        def done_by_now() -> bool:
            with suppress(requests.RequestException):
                return done()
            return False

        super().wait(done_by_now, what, timeout, say_every)

    def check_alive(self) -> None:
        """Start again what has ended."""
        for name, code in self.supervisor.exit_codes().items():
            if code is not None and name in self.components:
                self.ended.append(name)
                self.start_component(name)
            elif code and name == "migrate":
                raise AirflowEndedError(f"Airflow's database could not be made.\n{self.supervisor.tail(name)}")
