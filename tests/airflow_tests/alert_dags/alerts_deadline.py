"""Runs that are late, and a task that asks, on the Airflow versions that know them."""

from __future__ import annotations

import time
from datetime import timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, SyncCallback, task

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier

ASYNC, SYNC, HITL = "+15552000006", "+15552000007", "+15552000008"


def late(callback: AsyncCallback | SyncCallback) -> DeadlineAlert:
    return DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=3), callback=callback)


with DAG(
    "alerts_late",
    schedule=None,
    deadline=[
        late(AsyncCallback(ClickSendSmsNotifier, kwargs={"to": ASYNC, "cooldown": timedelta(minutes=30)})),
        late(SyncCallback(ClickSendSmsNotifier, kwargs={"to": SYNC, "body": "{{ dag_run.dag_id }} is late: {{ ti }}"})),
    ],
):

    @task
    def slow() -> None:
        time.sleep(12)

    slow()

with DAG("alerts_ask", schedule=None):
    ApprovalOperator(
        task_id="approve",
        subject="Load 1.2M rows tonight?",
        notifiers=[
            ClickSendSmsNotifier(to=HITL),
            ClickSendSmsNotifier(to="+1", fail_silently=True),
        ],
    )
