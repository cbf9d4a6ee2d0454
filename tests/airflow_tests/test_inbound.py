"""Texts start DAGs on a real Airflow 3.3, each once, also when the triggerer dies in the middle."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from tests.airflow_tests.conftest import Start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DAGS = Path(__file__).parent / "inbound_dags"
ANN, BOB, EVE = "+15551230001", "+15551230002", "+15551230003"
POLL = "GET /v3/sms/inbound"


@pytest.fixture
def watched(start: Start) -> tuple[AirflowStandalone, SandboxProcess]:
    airflow, sandbox = start("3.3", DAGS)
    for dag_id in ("texted_status", "texted_queue"):
        airflow.wait(lambda dag_id=dag_id: airflow.api.dag_exists(dag_id), dag_id, 60)
    airflow.wait(lambda: sandbox.request_counts().get(POLL, 0) >= 2, "the watchers", 60)
    return airflow, sandbox


def heard(sandbox: SandboxProcess) -> Counter[tuple[str, str]]:
    """What was answered, to whom, and how often."""
    return Counter((sent["to"], sent["body"]) for sent in sandbox.messages())


def quiet(airflow: AirflowStandalone) -> bool:
    return all(
        state in {"success", "failed"} for name in ("status", "queue") for state in airflow.api.runs(f"texted_{name}")
    )


def test_texts_start_dags_once_each_although_the_triggerer_dies(
    watched: tuple[AirflowStandalone, SandboxProcess],
) -> None:
    airflow, sandbox = watched
    a_text_starts_its_dag_once_and_a_strangers_starts_nothing(airflow, sandbox)
    two_watchers_cost_one_poll(sandbox)
    a_burst_is_answered_whole_though_the_triggerer_dies_in_it(airflow, sandbox)


def a_text_starts_its_dag_once_and_a_strangers_starts_nothing(
    airflow: AirflowStandalone, sandbox: SandboxProcess
) -> None:
    sandbox.reply(EVE, "STATUS secret")
    sandbox.reply(ANN, "STOP")
    sandbox.reply(ANN, "STATUS sales")
    sandbox.reply(BOB, "run everything")
    expected = {(ANN, "Heard STATUS sales {'topic': 'sales'}"): 1, (BOB, "Heard run everything {}"): 1}
    airflow.wait(lambda: heard(sandbox) == expected, "the answers", 90)
    time.sleep(10)  # for a second start
    assert heard(sandbox) == expected
    assert [airflow.api.runs(f"texted_{name}") for name in ("status", "queue")] == [["success"], ["success"]]


def two_watchers_cost_one_poll(sandbox: SandboxProcess) -> None:
    sandbox.control("DELETE", "requests")
    time.sleep(13)
    assert 3 <= sandbox.request_counts()[POLL] <= 6


def a_burst_is_answered_whole_though_the_triggerer_dies_in_it(
    airflow: AirflowStandalone, sandbox: SandboxProcess
) -> None:
    before, sent = heard(sandbox), list[str]()
    for kill_after in (0.5, 1.5, 2.5, 3.5):
        for _ in range(8):
            sent.append(f"STATUS load{len(sent)}")
            sandbox.reply(ANN, sent[-1])
        time.sleep(kill_after)
        airflow.kill_component("triggerer")
        sent.append(f"STATUS load{len(sent)}")
        sandbox.reply(ANN, sent[-1])
        polls = sandbox.request_counts().get(POLL, 0)
        airflow.start_component("triggerer")
        airflow.wait(lambda polls=polls: sandbox.request_counts().get(POLL, 0) > polls, "a new triggerer", 90)
    expected = before + Counter((ANN, f"Heard {body} {{'topic': '{body.split()[1]}'}}") for body in sent)
    airflow.wait(lambda: len(heard(sandbox)) >= len(expected) and quiet(airflow), "all answers", 120)
    time.sleep(10)  # for a second answer
    assert heard(sandbox) == expected
    print(len(airflow.api.runs("texted_status")), "runs for", len(sent), "texts")
