"""A failure whose texts never get an answer: the second fallback calls instead. One for the task, one for the DAG."""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, AirflowFailException, task

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier

TASK, RUN, STORM = "+15552001001", "+15552001002", "+15552001003"


def alert(number: str, **options: object) -> ClickSendSmsNotifier:
    return ClickSendSmsNotifier(
        to=number, fallback=[ClickSendSmsNotifier(to=number), ClickSendVoiceNotifier(to=number)], **options
    )


with DAG("alerts_hang", schedule=None, on_failure_callback=alert(RUN), render_template_as_native_obj=True):

    @task(on_failure_callback=[alert(TASK), alert(STORM, cooldown=timedelta(minutes=30))])
    def load() -> None:
        raise AirflowFailException("no such table: rows")

    load()
