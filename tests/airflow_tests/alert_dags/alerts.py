"""Alerts of every kind: each notifier texts a number of its own, so that a test can tell them apart."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, AirflowFailException, task

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier

NUMBERS = {
    name: f"+1555200{place:04}"
    for place, name in enumerate(
        [
            "execute",
            "retry",
            "success",
            "failure",
            "dag_failure",
            "dag_success",
            "async",
            "sync",
            "hitl",
            "storm",
            "lost",
        ]
    )
}


def alert(name: str, **options: object) -> ClickSendSmsNotifier:
    return ClickSendSmsNotifier(to=NUMBERS[name], **options)


with DAG("alerts_fail", schedule=None, on_failure_callback=alert("dag_failure")):

    @task(
        on_execute_callback=alert("execute"),
        on_retry_callback=alert("retry"),
        on_failure_callback=[alert("failure"), ClickSendVoiceNotifier(to=NUMBERS["failure"])],
        retries=1,
        retry_delay=timedelta(seconds=1),
    )
    def load_rows() -> None:
        raise ValueError("no such table: rows\nhint: create it")

    load_rows()

with DAG("alerts_succeed", schedule=None, on_success_callback=alert("dag_success")):

    @task(on_success_callback=alert("success", body="{{ ti.task_id }} is done in {{ run_id }}"))
    def count_rows() -> int:
        return 3

    count_rows()

with DAG("alerts_storm", schedule=None, params={"tasks": 100}):

    @task
    def files(params: dict[str, int]) -> list[int]:
        return list(range(params["tasks"]))

    @task(on_failure_callback=alert("storm", cooldown=timedelta(minutes=30)))
    def load(file: int) -> None:
        raise AirflowFailException(f"file {file} is empty")

    load.expand(file=files())

with DAG("alerts_lost", schedule=None):

    @task(on_failure_callback=alert("lost"), retries=1, retry_delay=timedelta(seconds=1))
    def vanish() -> None:
        os.kill(os.getppid(), signal.SIGKILL)  # the supervisor, which would notice
        os.kill(os.getpid(), signal.SIGKILL)

    vanish()
