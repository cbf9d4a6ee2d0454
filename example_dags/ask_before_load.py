"""Ask a person before a load: text the question, wait for the handset, wait for the answer, branch on it.

Nothing holds a worker while it waits. Start it with `{"to": "+<a number>"}` to ask somebody else.
"""

from airflow.providers.common.compat.sdk import DAG, Param, task

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor, ClickSendReplySensor

with DAG(
    "ask_before_load",
    schedule=None,
    params={"to": Param("+15551234567", type="string", pattern=r"^\+[1-9]\d{6,14}$", description="Whom to ask")},
    tags=["clicksend"],
    doc_md=__doc__,
):
    ask = ClickSendSmsOperator(task_id="ask", to="{{ params.to }}", body="Load 1.2M rows tonight? Reply YES or NO")
    asked = ask.output["message_ids"]
    delivered = ClickSendDeliverySensor(
        task_id="delivered", message_ids=asked, deferrable=True, poke_interval=5, timeout=600
    )
    answer = ClickSendReplySensor(
        task_id="answer",
        message_ids=asked,
        pattern=r"(?i)^\s*(yes|no)\b",
        deferrable=True,
        poke_interval=5,
        timeout=1800,
    )

    @task.branch
    def decide(reply: dict[str, str]) -> str:
        """Return the task that follows from the answer."""
        return "load" if reply["body"].strip().lower().startswith("yes") else "leave"

    @task
    def load() -> None:
        """Load the rows."""
        print("Loading 1.2M rows")

    @task
    def leave() -> None:
        """Leave them for tomorrow."""
        print("Nothing is loaded tonight")

    ask >> delivered >> answer
    decide(answer.output) >> [load(), leave()]
