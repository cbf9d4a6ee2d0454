"""5,000 texts in five requests, tried until all are out however often the task is killed."""

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator

with DAG("crashing", schedule=None, max_active_runs=4):
    ClickSendSmsOperator(
        task_id="send",
        to=[f"+1555{n:07}" for n in range(5000)],
        body="Texted by {{ run_id }}",
        settle=5,
        retries=99,
        retry_delay=timedelta(seconds=0.5),
    )
