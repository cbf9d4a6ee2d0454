"""Nobody sleeps through it: text, then call, then the next person, until somebody says that they are on it.

The last task runs only when another one has failed.
"""

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.ask import Call, ClickSendAskOperator, Text

ANN, BOB = "+15551234567", "+15551234568"

with DAG("wake_somebody", schedule=None, tags=["clicksend"], doc_md=__doc__):

    @task
    def load() -> None:
        """Fail, as loads do at night."""
        raise RuntimeError("the disk is full")

    wake = ClickSendAskOperator(
        task_id="wake",
        question="{{ dag.dag_id }} has failed.",
        options=["OK"],
        ladder=[
            Text(ANN, wait=timedelta(minutes=5)),
            Call(ANN, wait=timedelta(minutes=3)),
            Text(BOB, wait=timedelta(minutes=5)),
            Call(BOB, wait=timedelta(minutes=3)),
        ],
        trigger_rule="one_failed",
        retries=3,
        retry_delay=timedelta(seconds=30),
        poll_interval=10,
    )

    load() >> wake
