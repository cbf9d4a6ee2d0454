"""Call whoever is on call, let them press a key, and read which one they pressed.

The account needs voice access. A call has nothing to show a link: say what to do.
"""

from typing import Any

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.api import ClickSendApiOperator
from airflow_provider_clicksend.operators.voice import ClickSendVoiceOperator
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor

with DAG("call_people", schedule=None, tags=["clicksend"], doc_md=__doc__):
    call = ClickSendVoiceOperator(
        task_id="call",
        to="+15551234567",
        body="The nightly load has failed. Press 1 to take it, 2 to wake somebody else.",
        lang="en-gb",
        voice="male",
        require_input=True,
        validate_language=True,
    )
    answered = ClickSendDeliverySensor(
        task_id="answered",
        message_ids=call.output["message_ids"],
        channel="voice",
        deferrable=True,
        poke_interval=5,
        timeout=600,
    )
    receipt = ClickSendApiOperator(
        task_id="receipt",
        call="voice.receipt",
        arguments={"message_id": "{{ ti.xcom_pull('call')['message_ids'][0] }}"},
    )

    @task
    def key(receipt: dict[str, Any]) -> str:
        """Return the key that was pressed, or an empty text."""
        return receipt["digits"] or ""

    call >> answered >> receipt
    key(receipt.output)
