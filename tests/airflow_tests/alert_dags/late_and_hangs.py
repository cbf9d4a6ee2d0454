"""A run that is late while texts get no answer. What a deadline calls is named by its module, so it stands in one."""

from __future__ import annotations

import time
from datetime import timedelta

from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, SyncCallback, task
from late_notifier import CallWhenTextsFail

ASYNC, SYNC = "+15552001005", "+15552001006"


def late(callback: AsyncCallback | SyncCallback) -> DeadlineAlert:
    return DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=2), callback=callback)


with DAG(
    "alerts_hang_late",
    schedule=None,
    deadline=[
        late(AsyncCallback(CallWhenTextsFail, kwargs={"to": ASYNC})),
        late(SyncCallback(CallWhenTextsFail, kwargs={"to": SYNC})),
    ],
):

    @task
    def slow() -> None:
        time.sleep(8)

    slow()
