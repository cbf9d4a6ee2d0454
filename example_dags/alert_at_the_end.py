"""Text whoever is on call from a task at the end, which also runs when a task was killed and no callback was called.

Start it with `{"kill": true}` to see that: the process of `extract` kills itself, as the system does when memory runs
out. `text_on_call` is a task like any other: Airflow tries it again when it fails, and it never texts twice.
"""

import os
import signal

from airflow.providers.common.compat.sdk import DAG, AirflowFailException, Param, task

from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator

with DAG(
    "alert_at_the_end",
    schedule=None,
    params={"kill": Param(False, type="boolean", description="Kill the process instead of failing")},
    tags=["clicksend"],
    doc_md=__doc__,
):

    @task
    def extract(params: dict[str, bool]) -> None:
        """Find nothing to load."""
        if params["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        raise AirflowFailException("the source is empty")

    @task
    def load() -> None:
        """Load what was found."""

    text_on_call = ClickSendSmsOperator(
        task_id="text_on_call",
        trigger_rule="one_failed",
        retries=3,
        to="+15551234567",
        body="{{ dag.dag_id }} has FAILED, run {{ run_id }}. Open it in Airflow to see where.",
    )

    @task
    def keep_the_failure() -> None:
        """Fail: without a failed task at its very end a run counts as a success."""
        raise AirflowFailException("a task of this run has failed, see above")

    extracted, loaded = extract(), load()
    extracted >> loaded
    [extracted, loaded] >> text_on_call >> keep_the_failure()
