"""A worker stands still until Airflow gives its task to another, and then goes on: nobody is texted twice."""

from __future__ import annotations

import time

import pytest

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from tests.airflow_tests.conftest import Start
from tests.airflow_tests.processes import frozen, scheduler_of, task_processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DAG_ID = "crashing"
MESSAGES = 5000
SEND = "POST /v3/sms/send"
#: Seconds without a heartbeat after which Airflow takes a task for lost; the default of 300 is only waiting.
HEARTBEAT_TIMEOUT = 10
#: Seconds that the frozen try gets to go wrong, once it goes on.
TIME_TO_GO_WRONG = 15


def wait_for_request(airflow: AirflowStandalone, sandbox: SandboxProcess, number: int) -> None:
    airflow.wait(lambda: sandbox.request_counts().get(SEND, 0) >= number, f"request {number}", 60)


def freeze_the_first_try(airflow: AirflowStandalone, sandbox: SandboxProcess, fault: str) -> None:
    """Let its third request of five get no answer for a while, so that it must decide what to do about it."""
    sandbox.control("DELETE", "requests")
    sandbox.fault(fault, "/v3/sms/send", skip=2, seconds=5)
    run_id = airflow.api.trigger(DAG_ID)
    wait_for_request(airflow, sandbox, 3)
    (task,) = task_processes(scheduler_of(airflow))
    with frozen(task):
        airflow.wait(lambda: airflow.api.run_state(DAG_ID, run_id) == "success", "the second try", 120)
        result = airflow.api.xcom(DAG_ID, run_id, "send")
        requests = sandbox.request_counts()[SEND]
    time.sleep(TIME_TO_GO_WRONG)

    assert sandbox.request_counts()[SEND] == requests
    assert airflow.api.xcom(DAG_ID, run_id, "send") == result
    (instance,) = airflow.api.task_instances(DAG_ID, run_id)
    assert (instance["state"], instance["try_number"]) == ("success", 2)


def test_a_try_that_is_not_the_newest_sends_nothing_and_changes_nothing(start: Start) -> None:
    airflow, sandbox = start(
        "3.3",
        AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT=str(HEARTBEAT_TIMEOUT),
        AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL="2",
    )
    airflow.wait(lambda: airflow.api.dag_exists(DAG_ID), "the DAG", 60)
    faults = ["hang", "accepted-then-hang"]
    for fault in faults:
        freeze_the_first_try(airflow, sandbox, fault)
    counted = sandbox.count(by="custom_string")
    assert (counted["accepted"], counted["doubled"]) == (MESSAGES * len(faults), 0)
