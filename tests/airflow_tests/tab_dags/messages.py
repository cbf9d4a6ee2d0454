"""Texts to many, one of them to a number that ClickSend refuses, and what becomes of them."""

from __future__ import annotations

from airflow.sdk import DAG

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor

PEOPLE = [f"+1555123{n:04}" for n in range(130)]

with DAG("messages", schedule=None):
    send = ClickSendSmsOperator(
        task_id="send", to=[*PEOPLE, "+11234567890"], body="The load is late.", on_refused="warn"
    )
    delivered = ClickSendDeliverySensor(task_id="delivered", message_ids=send.output["message_ids"], poke_interval=2)
    ClickSendSmsOperator.partial(task_id="mapped", body="It is done.").expand(to=PEOPLE[:2])
    send >> delivered
