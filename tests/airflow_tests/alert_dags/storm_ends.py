"""A storm that ends, and the task that tells how much of it was held back."""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, AirflowFailException, task

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier
from airflow_provider_clicksend.operators.alerts import ClickSendAlertSummaryOperator

NUMBER = "+15552001007"
WINDOW = 40

on_call = ClickSendSmsNotifier(to=NUMBER, cooldown=timedelta(seconds=WINDOW))

with DAG("alerts_end", schedule=None):

    @task(on_failure_callback=on_call)
    def load(file: int) -> None:
        raise AirflowFailException(f"file {file} is empty")

    load.expand(file=[0, 1, 2, 3, 4, 5])

with DAG("alerts_end_summary", schedule=None):
    ClickSendAlertSummaryOperator(task_id="tell", notifiers=on_call, groups=["alerts_end"])
