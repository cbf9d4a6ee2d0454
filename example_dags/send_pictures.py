"""Send last night's chart as a picture message, and wait until the phone has it.

ClickSend takes the picture from a URL. A file on the worker works as well: `media_file=Path("/data/chart.gif")`.
"""

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.operators.mms import ClickSendMmsOperator
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor

with DAG("send_pictures", schedule=None, tags=["clicksend"], doc_md=__doc__):
    chart = ClickSendMmsOperator(
        task_id="chart",
        to="+15551234567",
        subject="Nightly load",
        body="Rows loaded in the last 30 nights.",
        media_file="https://example.com/charts/nightly_load.gif",
    )
    seen = ClickSendDeliverySensor(
        task_id="seen",
        message_ids=chart.output["message_ids"],
        channel="mms",
        deferrable=True,
        poke_interval=5,
        timeout=600,
    )

    chart >> seen
