"""Tell the end of a storm: what the brake of `alert_on_failure` held back, even when nothing fails any more.

It looks every five minutes, and sends nothing when there is nothing to tell.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier
from airflow_provider_clicksend.operators.alerts import ClickSendAlertSummaryOperator

# The same as in the DAG that it watches: best imported from a module that both share.
on_call = ClickSendSmsNotifier(to="+15551234567", cooldown=timedelta(minutes=10))

with DAG(
    "alert_summary",
    schedule=timedelta(minutes=5),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["clicksend"],
    doc_md=__doc__,
):
    ClickSendAlertSummaryOperator(task_id="tell", notifiers=on_call, groups=["alert_on_failure"])
