"""A DAG that is started by text, and one behind a message queue; both answer each text once."""

from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger
from airflow.sdk import DAG, Asset, AssetWatcher, task

from airflow_provider_clicksend.inbound import new_texts
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.triggers.inbound import ClickSendInboundTrigger

ALLOWED = ["+15551230001", "+15551230002"]
WATCHERS = {
    "status": ClickSendInboundTrigger(
        from_numbers=ALLOWED, keyword="STATUS", pattern=r"(?i)status (?P<topic>\w+)", poll_interval=3
    ),
    "queue": MessageQueueTrigger(scheme="clicksend", from_numbers=ALLOWED, keyword="RUN", poll_interval=3),
}

for name, trigger in WATCHERS.items():
    asset = Asset(f"texts_{name}", watchers=[AssetWatcher(name=name, trigger=trigger)])
    with DAG(f"texted_{name}", schedule=[asset]):

        @task
        def answers(**context):
            return [
                {"to": text["from"], "body": f"Heard {text['body']} {text['groups']}"} for text in new_texts(context)
            ]

        ClickSendSmsOperator(task_id="answer", to=answers())
