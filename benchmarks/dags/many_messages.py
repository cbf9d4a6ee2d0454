"""What `benchmarks.messages_tab` opens: twenty tasks of a thousand texts, and one task of one text."""

from __future__ import annotations

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor

TASKS, TEXTS = 20, 1000


def numbers(task: int) -> list[str]:
    """Return the numbers that one of the tasks texts."""
    return [f"+1555{task * TEXTS + n:07}" for n in range(TEXTS)]


with DAG("many_messages", schedule=None):
    many = ClickSendSmsOperator.partial(task_id="many", body="The load is late.").expand(
        to=[numbers(task) for task in range(TASKS)]
    )
    delivered = ClickSendDeliverySensor.partial(task_id="delivered", poke_interval=2).expand(
        message_ids=many.output.map(lambda sent: sent["message_ids"])
    )

with DAG("one_message", schedule=None):
    ClickSendSmsOperator.partial(task_id="one", body="The load is late.").expand(to=["+15551234567"])
