"""Keep the words in a template, change them, and send them to people, each with what is theirs.

The template is made for this run and deleted after it.
"""

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.operators.templates import (
    ClickSendCreateSmsTemplateOperator,
    ClickSendDeleteSmsTemplateOperator,
    ClickSendUpdateSmsTemplateOperator,
)

NAME = "Reminder, {{ run_id }}"

with DAG("templates", schedule=None, tags=["clicksend"], doc_md=__doc__):
    create = ClickSendCreateSmsTemplateOperator(task_id="create", template_name=NAME, body="{name}, the load begins.")
    template_id = create.output["template_id"]
    better = ClickSendUpdateSmsTemplateOperator(
        task_id="better",
        template_id=template_id,
        template_name=NAME,
        body="Hi {name}, the load of {table} begins now.",
    )
    remind = ClickSendSmsOperator(
        task_id="remind",
        template=NAME,
        to=[
            {"to": "+15551234567", "name": "Ada", "table": "orders"},
            {"to": "+15551234568", "name": "Grace", "table": "invoices"},
        ],
    )
    delete = ClickSendDeleteSmsTemplateOperator(task_id="delete", template_id=template_id, missing_ok=True)

    create >> better >> remind >> delete.as_teardown(setups=create)
