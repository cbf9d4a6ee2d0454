"""Text several people at once, each in their own words; what became of every message is in the XCom of `remind`."""

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator

with DAG("send_sms", schedule=None, tags=["clicksend"], doc_md=__doc__):
    ClickSendSmsOperator(
        task_id="remind",
        to=[
            {"to": "+15551234567", "body": "Ada, you are on call from 18:00 UTC."},
            {"to": "+15551234568", "body": "Grace, you are on call from 06:00 UTC."},
        ],
    )
