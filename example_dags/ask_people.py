"""Ask two people before a load, in one task, and follow the first answer. Nothing holds a worker while it waits.

Start it with `{"to": ["+<a number>", ...]}` to ask somebody else.
"""

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, Param, task

from airflow_provider_clicksend.operators.ask import ClickSendAskBranchOperator

PEOPLE = ["+15551234567", "+15551234568"]

with DAG(
    "ask_people",
    schedule=None,
    params={"to": Param(PEOPLE, type="array", items={"type": "string"}, description="Whom to ask")},
    render_template_as_native_obj=True,
    tags=["clicksend"],
    doc_md=__doc__,
):
    ask = ClickSendAskBranchOperator(
        task_id="ask",
        to="{{ params.to }}",
        question="Load 1.2M rows tonight?",
        branches={"YES": "load", "NO": "leave"},
        translations={"YES": ["y", "ja", "да"], "NO": ["n", "nein", "нет"]},
        timeout=timedelta(minutes=30),
        on_timeout="NO",
        tell_others=True,
        poll_interval=5,
    )

    @task
    def load() -> None:
        """Load the rows."""
        print("Loading 1.2M rows")

    @task
    def leave() -> None:
        """Leave them for tomorrow."""
        print("Nothing is loaded tonight")

    ask >> [load(), leave()]
