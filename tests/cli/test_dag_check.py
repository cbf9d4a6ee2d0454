"""`airflow clicksend test-alert --dag-id`: what the notifiers of a DAG will do at night."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from airflow_provider_clicksend.cli import alert_check
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_2_PLUS

ME, YOU = "+15551234567", "+15551234568"

HEAD = """
from datetime import timedelta
from airflow.providers.common.compat.sdk import DAG, task
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier
"""
DAG = (
    HEAD
    + """
with DAG("night", schedule=None, render_template_as_native_obj=True, {dag}):

    @task({task})
    def load():
        pass

    load()
"""
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_check, "POLL_SECONDS", 0.1)
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "night.py"


def write(file: Path, *, dag: str = "", task: str = "") -> None:
    file.write_text(DAG.format(dag=dag, task=task))


def run(file: Path, to: str | None = None, dag_id: str = "night") -> None:
    alert_check.run(Namespace(conn_id="unused", to=to, dag_id=dag_id, dag_file=str(file), timeout=5.0))


def refused(file: Path, **options: str) -> str:
    with pytest.raises(SystemExit) as caught:
        run(file, **options)
    return str(caught.value)


def test_each_notifier_texts_its_people_what_the_night_would(
    sandbox: Sandbox, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        file,
        dag=f"on_failure_callback=ClickSendSmsNotifier(to='{ME}', cooldown=timedelta(hours=1))",
        task=f"on_failure_callback=[ClickSendSmsNotifier(to='{{{{ \"{YOU}\" }}}}', body='{{{{ ti.task_id }}}} broke')]",
    )
    run(file)
    texts = {message["to"]: message["body"] for message in sandbox.messages()}
    assert texts[ME].startswith("TEST, nothing has happened: DAG night FAILED at ")
    assert texts[YOU] == "TEST, nothing has happened: load broke"
    said = capsys.readouterr().out
    assert "the on_failure_callback of the task load:\n" in said
    assert "Accepted for +1555***4568" in said
    assert said.count("Delivered after ") == 2


def test_a_fallback_is_tested_too_and_the_same_notifier_once(sandbox: Sandbox, file: Path) -> None:
    notifier = f"ClickSendSmsNotifier(to='{ME}', fallback=[ClickSendVoiceNotifier(to='{YOU}')])"
    write(file, dag=f"default_args={{'on_failure_callback': {notifier}}}", task=f"on_retry_callback={notifier}")
    run(file)
    assert [(message["channel"], message["to"]) for message in sandbox.messages()] == [("sms", ME), ("voice", YOU)]


def test_the_texts_may_go_to_somebody_else(sandbox: Sandbox, file: Path) -> None:
    write(file, task=f"on_failure_callback=ClickSendSmsNotifier(to='{ME}')")
    run(file, to=YOU)
    assert [message["to"] for message in sandbox.messages()] == [YOU]


@pytest.mark.parametrize(
    ("notifier", "said"),
    [
        ("ClickSendSmsNotifier(to='5551234')", r"is not a number in E.164"),
        ("ClickSendSmsNotifier(to='{{ none }}')", r"is not a number in E.164"),
        (f"ClickSendSmsNotifier(to='{ME}', clicksend_conn_id='nowhere')", r"nowhere"),
        (f"ClickSendSmsNotifier(to='{ME}', body='{{{{ ti.task_id')", r"`body` is not a template"),
        (f"ClickSendSmsNotifier(to='{ME}', fallback=[ClickSendVoiceNotifier(to='1')])", "fallback 1 of the on_failure"),
    ],
)
def test_what_can_never_work_ends_at_once_and_texts_nobody(
    sandbox: Sandbox, file: Path, notifier: str, said: str
) -> None:
    write(file, dag=f"on_success_callback=ClickSendSmsNotifier(to='{YOU}')", task=f"on_failure_callback={notifier}")
    assert said in refused(file)
    assert sandbox.messages() == []


def test_a_template_that_only_a_run_can_fill_is_said_and_is_no_error(
    sandbox: Sandbox, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, task=f"on_failure_callback=ClickSendSmsNotifier(to='{ME}', body='{{{{ ti.nothing.there }}}}')")
    run(file)
    assert "`body` cannot be rendered outside of a run (UndefinedError" in capsys.readouterr().out
    [message] = sandbox.messages()
    assert message["body"].startswith("TEST, nothing has happened: Task load of night FAILED at ")


def test_a_refusal_of_one_does_not_keep_the_others_from_being_tested(sandbox: Sandbox, file: Path) -> None:
    sandbox.control("POST", "refusals", json={"to": ME, "status": "COUNTRY_NOT_ENABLED"})
    write(
        file,
        dag=f"on_failure_callback=ClickSendSmsNotifier(to='{ME}')",
        task=f"on_failure_callback=ClickSendSmsNotifier(to='{YOU}')",
    )
    said = refused(file)
    assert said.startswith("THE TEST ALERT FAILED: the on_failure_callback of the DAG: ")
    assert "COUNTRY_NOT_ENABLED" in said
    assert [message["to"] for message in sandbox.messages(status="SUCCESS")] == [YOU]


def test_a_dag_that_is_not_there_or_cannot_be_read_is_named(sandbox: Sandbox, file: Path) -> None:
    write(file)
    assert "There is no DAG 'day'" in refused(file, dag_id="day")
    assert "has no notifier of ClickSend" in refused(file)
    file.write_text("import nothing_of_the_kind\n\nDAG = 'airflow'\n")
    assert "nothing_of_the_kind" in refused(file)


@pytest.mark.skipif(not AIRFLOW_V_3_2_PLUS, reason="there are no deadlines")
def test_a_deadline_is_tested_with_the_little_that_its_callback_gets(sandbox: Sandbox, file: Path) -> None:
    file.write_text(
        HEAD
        + f'''
from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference

with DAG(
    "night",
    schedule=None,
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=1),
        callback=AsyncCallback(ClickSendSmsNotifier, kwargs={{"to": "{ME}"}}),
    ),
):

    @task
    def load():
        pass

    load()
'''
    )
    run(file)
    [message] = sandbox.messages()
    assert message["body"].startswith("TEST, nothing has happened: DAG night is LATE at ")
