"""Text somebody and go on once the handset has it. The wait holds no worker."""

from airflow.providers.common.compat.sdk import DAG, Param, task

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor

with DAG(
    "wait_for_delivery",
    schedule=None,
    params={"to": Param("+15551234567", type="string", pattern=r"^\+[1-9]\d{6,14}$", description="Whom to text")},
    tags=["clicksend"],
    doc_md=__doc__,
):
    tell = ClickSendSmsOperator(task_id="tell", to="{{ params.to }}", body="The nightly load has finished.")
    delivered = ClickSendDeliverySensor(
        task_id="delivered", message_ids=tell.output["message_ids"], deferrable=True, poke_interval=5, timeout=600
    )

    @task
    def note(message_ids: list[str]) -> None:
        """Do what had to wait until the person knows."""
        print(f"On the handset: {', '.join(message_ids)}")

    delivered >> note(tell.output["message_ids"])
