"""Many waits on a real Airflow: one poll for all, and none lost with the triggerer."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.engine.reply_look import BUDGET
from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from tests.airflow_tests.conftest import Start

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

WAITS = 20
NUMBERS = [f"+1555123{n:04}" for n in range(WAITS)]
POLL_SECONDS = 2
DAG_ID = "many_waits"


def wait_for(airflow: AirflowStandalone, run_id: str, state: str) -> None:
    """Wait until all waiting tasks are in `state`."""

    def all_there() -> bool:
        return airflow.api.states(DAG_ID, run_id, "answer") == [state] * WAITS

    airflow.wait(all_there, f"{WAITS} tasks to be {state}", 240)


def start_waits(airflow: AirflowStandalone) -> str:
    airflow.wait(lambda: airflow.api.dag_exists(DAG_ID), "the DAG", 60)
    run_id = airflow.api.trigger(DAG_ID, {"to": NUMBERS})
    wait_for(airflow, run_id, "deferred")
    return run_id


def lose_the_triggerer(airflow: AirflowStandalone, sandbox: SandboxProcess) -> None:
    """Kill it, let everybody answer while nobody listens, start another."""
    airflow.kill_component("triggerer")
    for number in NUMBERS:
        sandbox.reply(number, f"here is {number}")
    airflow.start_component("triggerer")


def heard(airflow: AirflowStandalone, run_id: str) -> set[tuple[str, str]]:
    replies = [airflow.api.xcom(DAG_ID, run_id, "answer", map_index=index) for index in range(WAITS)]
    return {(reply["from"], reply["body"]) for reply in replies}


def test_twenty_waits_share_their_looks_and_survive_the_death_of_the_triggerer(start: Start) -> None:
    airflow, sandbox = start("3.3")
    run_id = start_waits(airflow)

    time.sleep(2 * POLL_SECONDS)  # the last ones to defer have joined
    sandbox.control("DELETE", "requests")
    time.sleep(6 * POLL_SECONDS)
    asked = sandbox.request_counts()
    looks = asked.pop("GET /v3/sms/inbound")
    assert 4 <= looks <= 8, asked
    # Of the twenty, each look also asks for the replies to a few messages and from a few people.
    assert all(count <= BUDGET * looks for count in asked.values()), asked
    assert len(asked) <= 2

    lose_the_triggerer(airflow, sandbox)
    wait_for(airflow, run_id, "success")
    assert heard(airflow, run_id) == {(number, f"here is {number}") for number in NUMBERS}


def test_waits_survive_the_death_of_the_triggerer_where_each_polls_for_itself(start: Start) -> None:
    airflow, sandbox = start("3.1")
    run_id = start_waits(airflow)
    lose_the_triggerer(airflow, sandbox)
    wait_for(airflow, run_id, "success")
    assert heard(airflow, run_id) == {(number, f"here is {number}") for number in NUMBERS}
