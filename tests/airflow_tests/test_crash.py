"""A task that is killed again and again, at any moment, texts everybody once: on a real Airflow, with SIGKILL."""

from __future__ import annotations

import random
import time
from contextlib import suppress

import psutil
import pytest

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from tests.airflow_tests.conftest import Start
from tests.airflow_tests.processes import scheduler_of, task_processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DAG_ID = "crashing"
MESSAGES = 5000
RUNS_AT_ONCE = 3
#: Seconds from the start of a task's process. A try that is left alone takes two to three, one that must look up more.
LONGEST_LIFE = 4.0


class Killer:
    """Gives each process that runs a task a time to die, which it may or may not live to see."""

    def __init__(self, airflow: AirflowStandalone, seed: int) -> None:
        self._random = random.Random(seed)
        self._airflow = airflow
        self._ends: dict[psutil.Process, float] = {}
        self.kills = 0

    def strike(self) -> None:
        """Kill whose time has come."""
        for process in task_processes(scheduler_of(self._airflow)):
            end = self._ends.setdefault(process, process.create_time() + self._random.uniform(0, LONGEST_LIFE))
            if time.time() >= end:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
                    self.kills += 1
                    self._ends[process] = float("inf")


def send_under_fire(airflow: AirflowStandalone, killer: Killer, kills: int) -> list[str]:
    """Start runs until so many tasks were killed, and wait until all have succeeded; return their ids."""
    running: set[str] = set()
    ended: list[str] = []
    while killer.kills < kills or running:
        airflow.check_alive()
        while killer.kills < kills and len(running) < RUNS_AT_ONCE:
            running.add(airflow.api.trigger(DAG_ID))
        strike_for_a_second(killer, kills)
        for run_id in sorted(running):
            state = airflow.api.run_state(DAG_ID, run_id)
            assert state != "failed", airflow.api.log(DAG_ID, run_id, "send")
            if state == "success":
                running.remove(run_id)
                ended.append(run_id)
    return ended


def strike_for_a_second(killer: Killer, kills: int) -> None:
    until = time.monotonic() + 1
    while time.monotonic() < until:
        if killer.kills < kills:
            killer.strike()
        time.sleep(0.03)


def everybody_is_texted_once(airflow: AirflowStandalone, sandbox: SandboxProcess, runs: list[str]) -> None:
    counted = sandbox.count(by="custom_string")
    assert counted["doubled"] == 0
    assert counted["accepted"] == counted["distinct"] == MESSAGES * len(runs)
    for run_id in runs:
        result = airflow.api.xcom(DAG_ID, run_id, "send")
        of_run = sandbox.count(by="to", starts_with=f"{result['message_ids']['reference']}-")
        assert of_run["distinct"] == result["accepted"] == result["message_ids"]["count"] == MESSAGES


@pytest.mark.parametrize(("version", "kills"), [("3.3", 30), ("3.1", 10)])
def test_every_message_is_accepted_once_however_often_the_task_is_killed(
    start: Start, version: str, kills: int
) -> None:
    airflow, sandbox = start(version)
    sandbox.settings(history_lag=2)
    airflow.wait(lambda: airflow.api.dag_exists(DAG_ID), "the DAG", 60)
    killer = Killer(airflow, seed=4)
    runs = send_under_fire(airflow, killer, kills)
    requests = sandbox.request_counts()
    print(f"{killer.kills} kills in {len(runs)} runs: {requests}")
    assert "GET /v3/sms/history" in requests, "no kill left anything in doubt"
    everybody_is_texted_once(airflow, sandbox, runs)
