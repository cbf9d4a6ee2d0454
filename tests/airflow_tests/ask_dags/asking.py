"""Questions of every kind, quick to look."""

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.approval import ClickSendApprovalOperator
from airflow_provider_clicksend.operators.ask import (
    Call,
    ClickSendAskBranchOperator,
    ClickSendAskOperator,
    ClickSendAskShortCircuitOperator,
    Text,
)
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_1_PLUS

ANN, BOB, CARL = "+15551230001", "+15551230002", "+15551230003"
QUICK = {"poll_interval": 2, "settle": 5}


@task
def go_on() -> None:
    """Follow the answer."""


with DAG("asking", schedule=None):
    ask = ClickSendAskBranchOperator(
        task_id="ask",
        to=[ANN, BOB],
        question="Load it?",
        branches={"YES": "load", "NO": "leave"},
        timeout=timedelta(minutes=5),
        tell_others=True,
        **QUICK,
    )
    ask >> [go_on.override(task_id="load")(), go_on.override(task_id="leave")()]

with DAG("asking_too", schedule=None):
    drop = ClickSendAskShortCircuitOperator(
        task_id="ask", to=ANN, question="Drop it?", options=["YES", "NO"], timeout=300, **QUICK
    )
    drop >> go_on.override(task_id="drop")()

with DAG("asking_many", schedule=None, params={"people": 1}):

    @task
    def people(params: dict[str, int]) -> list[str]:
        """Return a number for each."""
        return [f"+1555200{n:04}" for n in range(params["people"])]

    ClickSendAskOperator.partial(
        task_id="ask", question="Load it?", options=["YES", "NO"], timeout=timedelta(hours=1), **QUICK
    ).expand(to=people())

with DAG("waking", schedule=None):
    (
        ClickSendAskBranchOperator(
            task_id="ask",
            question="Disk full.",
            branches={"OK": "thank"},
            ladder=[Text(ANN, wait=4), Text([ANN, BOB], wait=4), Call(CARL, wait=300)],
            retries=3,
            retry_delay=timedelta(seconds=1),
            **QUICK,
        )
        >> go_on.override(task_id="thank")()
    )

if AIRFLOW_V_3_1_PLUS:
    with DAG("reviewing", schedule=None, params={"to": ANN, "timeout": 300}):
        (
            ClickSendApprovalOperator(
                task_id="review",
                to="{{ params.to }}",
                question="Load it?",
                body="1.2M rows",
                timeout=300,
                on_timeout="Reject",
                tell_others=True,
                # Airflow fails a try that is resumed from the page before its executor has reported the deferral.
                retries=1,
                retry_delay=timedelta(seconds=1),
                **QUICK,
            )
            >> go_on.override(task_id="load")()
        )

    with DAG("reviewing_shortly", schedule=None):
        (
            ClickSendApprovalOperator(
                task_id="review", to=ANN, question="Load it?", timeout=6, on_timeout="Reject", **QUICK
            )
            >> go_on.override(task_id="load")()
        )
