"""The example DAGs of alerts, run from beginning to end. A deadline and a kill need a real Airflow: see test_alerts."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.messaging.segments import count_parts
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_2_PLUS
from tests.running import load_dag, run_dag

pytestmark = [
    pytest.mark.usefixtures("airflow_database"),
    # All of Airflow runs in this process, and warns about itself.
    pytest.mark.filterwarnings("default", "error:::airflow_provider_clicksend"),
]


def test_alert_on_failure_texts_once_for_three_failures(sandbox: Sandbox) -> None:
    run_dag("alert_on_failure")
    [message] = sandbox.messages()
    assert (message["channel"], message["to"]) == ("sms", "+15551234567")
    assert message["body"].startswith("Task load[")
    assert "] of alert_on_failure FAILED at " in message["body"]
    assert "\nhttps://airflow.example.com/dags/alert_on_failure/" in message["body"]
    assert count_parts(message["body"]) <= 2


def test_alert_on_failure_is_silent_when_all_is_well(sandbox: Sandbox) -> None:
    assert run_dag("alert_on_failure", {"broken": 0}) == {"load": "success"}
    assert sandbox.messages() == []


def test_alert_on_failure_calls_when_the_text_is_refused(sandbox: Sandbox) -> None:
    sandbox.control("POST", "refusals", json={"to": "+15551234567", "status": "COUNTRY_NOT_ENABLED", "times": 1})
    run_dag("alert_on_failure", {"broken": 1})
    [call] = sandbox.messages(channel="voice")
    assert call["body"].startswith("Task load number 0 of alert on failure FAILED at ")
    assert "http" not in call["body"]


def test_alert_at_the_end_texts_and_the_run_still_counts_as_failed(sandbox: Sandbox) -> None:
    assert run_dag("alert_at_the_end") == {
        "extract": "failed",
        "load": "upstream_failed",
        "text_on_call": "success",
        "keep_the_failure": "failed",
    }
    [message] = sandbox.messages()
    assert message["body"].startswith("alert_at_the_end has FAILED, run ")
    assert message["parts"] == 1


@pytest.mark.skipif(not AIRFLOW_V_3_2_PLUS, reason="there are no deadlines")
def test_alert_on_deadline_can_be_read() -> None:
    assert load_dag("alert_on_deadline").dag_id == "alert_on_deadline"


def test_alert_summary_tells_nothing_after_a_quiet_night(sandbox: Sandbox) -> None:
    assert run_dag("alert_summary") == {"tell": "success"}
    assert sandbox.messages() == []
