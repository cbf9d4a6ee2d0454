"""Text whoever is on call when the run fails, however many tasks fail with it, and call when the text is refused.

Start it with `{"broken": 0}` to see it succeed in silence.
"""

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, AirflowFailException, Param, task

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier

ON_CALL = "+15551234567"

text_on_call = ClickSendSmsNotifier(
    to=ON_CALL,
    # At most one text in ten minutes; the next one then says how many failures there were in between.
    cooldown=timedelta(minutes=10),
    fallback=[ClickSendVoiceNotifier(to=ON_CALL)],
)

with DAG(
    "alert_on_failure",
    schedule=None,
    params={"broken": Param(3, type="integer", minimum=0, maximum=4, description="How many of four files are broken")},
    default_args={"on_failure_callback": text_on_call},
    tags=["clicksend"],
    doc_md=__doc__,
):

    @task
    def load(file: int, params: dict[str, int]) -> None:
        """Load a file."""
        if file < params["broken"]:
            raise AirflowFailException(f"file {file} is empty")

    load.expand(file=[0, 1, 2, 3])
