"""A review on Airflow's page and by phone: whoever answers first decides. Needs Airflow 3.1."""

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.approval import ClickSendApprovalOperator

with DAG("approve_or_reject", schedule=None, tags=["clicksend"], doc_md=__doc__):
    review = ClickSendApprovalOperator(
        task_id="review",
        to=["+15551234567", "+15551234568"],
        question="Load 1.2M rows tonight?",
        body="1.2M rows, twice as many as yesterday.",
        timeout=timedelta(hours=1),
        on_timeout="Reject",
        tell_others=True,
        poll_interval=10,
    )

    @task
    def load() -> None:
        """Load the rows."""
        print("Loading 1.2M rows")

    review >> load()
