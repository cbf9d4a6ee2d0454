"""As many waits as numbers in the run's `to`, one mapped task each."""

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sensors.clicksend import ClickSendReplySensor

with DAG("many_waits", schedule=None, params={"to": ["+15551230000"]}, render_template_as_native_obj=True):
    ask = ClickSendSmsOperator(task_id="ask", to="{{ params.to }}", body="Are you there?")

    @task
    def message_ids(sent: dict[str, list[str]]) -> list[str]:
        return sent["message_ids"]

    ClickSendReplySensor.partial(task_id="answer", deferrable=True, poke_interval=2, timeout=600).expand(
        message_ids=message_ids(ask.output)
    )
