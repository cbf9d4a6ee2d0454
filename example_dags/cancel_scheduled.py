"""Schedule texts for tomorrow and take them back: one by its id, the others by the reference that they share.

Nothing else that the account has scheduled is touched.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.sms import (
    ClickSendCancelAllSmsOperator,
    ClickSendCancelSmsOperator,
    ClickSendSmsOperator,
)

with DAG("cancel_scheduled", schedule=None, tags=["clicksend"], doc_md=__doc__):

    @task
    def tomorrow() -> list[dict[str, Any]]:
        """Return the texts and when to send them, in Unix seconds."""
        at = int((datetime.now(UTC) + timedelta(days=1)).timestamp())
        return [
            {"to": "+15551234567", "body": "Maintenance in an hour.", "schedule": at},
            {"to": "+15551234568", "body": "Maintenance in an hour.", "schedule": at},
        ]

    warn = ClickSendSmsOperator(task_id="warn", to=tomorrow(), custom_string="warn {{ run_id[:40] }}")
    # Nobody is told when a text was sent meanwhile: `outcome` in the XCom says so.
    first = ClickSendCancelSmsOperator(
        task_id="first", message_id="{{ ti.xcom_pull('warn')['message_ids'][0] }}", missing_ok=True
    )
    others = ClickSendCancelAllSmsOperator(task_id="others", custom_string="warn {{ run_id[:40] }}")

    warn >> first >> others
