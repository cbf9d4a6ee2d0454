"""`airflow clicksend test-alert`: one real alert, and whether it arrived."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import Namespace

import pytest

from airflow_provider_clicksend.cli import alert_check as test_alert
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_2_PLUS

ME = "+15551234567"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_alert, "POLL_SECONDS", 0.1)
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")  # the command sets it; it shall not outlive the test


def run(to: str = ME, conn_id: str = "clicksend_default", timeout: float = 5) -> None:
    test_alert.run(Namespace(conn_id=conn_id, to=to, timeout=timeout, dag_id=None, dag_file=None))


def test_it_sends_one_text_and_waits_for_the_handset(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    run()
    [message] = sandbox.messages()
    assert (message["to"], message["parts"]) == (ME, 1)
    assert message["body"].startswith("Test alert from Airflow on ")
    said = capsys.readouterr().out
    assert f"Accepted for +1555***4567: message {message['message_id']}, 0.0154 USD" in said
    assert "Delivered after " in said
    assert ME not in said


def test_a_second_test_is_a_second_text(sandbox: Sandbox) -> None:
    sandbox.settings(throttle_window=0)
    run()
    run()
    assert sandbox.count(by="custom_string")["distinct"] == 2


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("failed", "0 of 1 messages were delivered"), ("never", "without a report from the carrier")],
)
def test_what_did_not_arrive_ends_badly_and_says_why(sandbox: Sandbox, outcome: str, said: str) -> None:
    sandbox.decide(outcome)
    with pytest.raises(SystemExit, match=f"THE TEST ALERT FAILED: .*{said}"):
        run(timeout=1)


def test_a_refusal_ends_badly_with_the_reason(sandbox: Sandbox) -> None:
    sandbox.control("POST", "refusals", json={"to": ME, "status": "COUNTRY_NOT_ENABLED"})
    with pytest.raises(SystemExit, match=r"COUNTRY_NOT_ENABLED.*Enable the country"):
        run()


@pytest.mark.parametrize(
    ("given", "said"),
    [({"to": "5551234567"}, "is not a number in E.164"), ({"conn_id": "nowhere"}, "nowhere")],
)
def test_what_cannot_work_ends_badly(sandbox: Sandbox, given: dict[str, str], said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        run(**given)


AS_A_COMMAND = [
    pytest.param(
        ["airflow", "clicksend", "test-alert"],
        marks=pytest.mark.skipif(not AIRFLOW_V_3_2_PLUS, reason="Airflow takes no commands from providers"),
    ),
    ["airflow_provider_clicksend.cli.alert_check"],
]


@pytest.mark.parametrize("module", AS_A_COMMAND)
def test_as_a_command_it_finds_the_connections_of_the_database(
    sandbox: Sandbox, airflow_database: None, monkeypatch: pytest.MonkeyPatch, module: list[str]
) -> None:
    monkeypatch.delenv("_AIRFLOW_PROCESS_CONTEXT")
    monkeypatch.delenv("AIRFLOW_CONN_CLICKSEND_DEFAULT")

    def python(*words: str) -> str:
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    conn_id = module[0]
    connection = {"conn_type": "clicksend", "host": sandbox.url, "password": sandbox.api_key}
    python("airflow", "connections", "add", conn_id, "--conn-json", json.dumps(connection))
    said = python(*module, "--conn-id", conn_id, "--to", ME, "--timeout", "20")
    assert "Alerts through this connection reach people." in said
    assert len(sandbox.messages()) == 1
