"""Text whoever is on call while a run is still going, when it should have been done (Airflow 3.2 and newer).

The text comes from the triggerer, so it also comes when no worker is free.
"""

import time
from datetime import timedelta

from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, task

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier

with DAG(
    "alert_on_deadline",
    schedule=None,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=5),
        callback=AsyncCallback(ClickSendSmsNotifier, kwargs={"to": "+15551234567"}),
    ),
    tags=["clicksend"],
    doc_md=__doc__,
):

    @task
    def load() -> None:
        """Take longer than promised."""
        time.sleep(12)

    load()
