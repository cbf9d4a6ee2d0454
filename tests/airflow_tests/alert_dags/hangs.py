"""A failure whose texts never get an answer: the second fallback calls instead. One for the task, one for the DAG."""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.common.compat.sdk import DAG, AirflowFailException, task

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier

TASK, RUN, STORM, GONE = "+15552001001", "+15552001002", "+15552001003", "+15552001004"


def alert(number: str, conn_id: str = "clicksend_default", **options: object) -> ClickSendSmsNotifier:
    fallback = [ClickSendSmsNotifier(to=number, clicksend_conn_id=conn_id), ClickSendVoiceNotifier(to=number)]
    return ClickSendSmsNotifier(to=number, clicksend_conn_id=conn_id, fallback=fallback, **options)


with DAG("alerts_hang", schedule=None, on_failure_callback=alert(RUN), render_template_as_native_obj=True):
    # Each run is a storm of its own.
    @task(on_failure_callback=[alert(TASK), alert(STORM, cooldown=timedelta(minutes=30), group="{{ run_id }}")])
    def load() -> None:
        raise AirflowFailException("no such table: rows")

    load()

with DAG("alerts_gone", schedule=None):

    @task(on_failure_callback=alert(GONE, "gone"))
    def load_nothing() -> None:
        raise AirflowFailException("no such table: rows")

    load_nothing()
