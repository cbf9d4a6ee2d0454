"""Nobody is texted twice and nothing is lost while parts of a distributed Airflow die, freeze or go away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import psutil
import pytest

from dev.airflow_cluster import AirflowCluster
from dev.sandbox_process import SandboxProcess
from tests.airflow_tests.alert_dags.alerts import NUMBERS
from tests.airflow_tests.processes import frozen, task_processes

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

MESSAGES = 5000
SEND = "POST /v3/sms/send"
WAITS = 300
FAILURES = 200
#: Seconds that a try which is not the newest gets to go wrong.
TIME_TO_GO_WRONG = 15

Cluster = tuple[AirflowCluster, SandboxProcess]


@pytest.fixture(autouse=True)
def _nothing_sent_yet(cluster: Cluster) -> None:
    cluster[1].reset()
    cluster[1].settings(history_lag=2)
    cluster[0].ended.clear()


def ended(airflow: AirflowCluster, dag_id: str, run_id: str, seconds: float = 300) -> str:
    """Wait until a run has ended, and return how."""
    states: list[str] = []

    def is_over() -> bool:
        states.append(airflow.api.run_state(dag_id, run_id))
        return states[-1] in {"success", "failed"}

    airflow.wait(is_over, f"the end of {dag_id}", seconds)
    return states[-1]


def send(airflow: AirflowCluster, sandbox: SandboxProcess) -> str:
    """Start a send of five requests, and return when the third hangs: ClickSend has taken it and does not say so."""
    airflow.wait(lambda: airflow.api.dag_exists("crashing"), "the DAG", 60)
    sandbox.fault("accepted-then-hang", "/v3/sms/send", skip=2, seconds=5)
    run_id = airflow.api.trigger("crashing")
    airflow.wait(lambda: sandbox.request_counts().get(SEND, 0) >= 3, "the third request", 120)
    return run_id


def everybody_was_texted_once(airflow: AirflowCluster, sandbox: SandboxProcess, run_id: str) -> None:
    assert ended(airflow, "crashing", run_id) == "success", airflow.api.log("crashing", run_id, "send")
    assert airflow.api.xcom("crashing", run_id, "send")["accepted"] == MESSAGES
    counted = sandbox.count(by="custom_string")
    assert (counted["accepted"], counted["distinct"], counted["doubled"]) == (MESSAGES, MESSAGES, 0)
    print(f"\n  {sandbox.request_counts()}; ended and were started again: {dict(Counter(airflow.ended))}")


def the_worker_at_work(airflow: AirflowCluster) -> tuple[str, psutil.Process]:
    """Return the name of the worker that runs the one task, and the task's process."""
    tasks = [(name, task) for name in airflow.workers for task in task_processes(psutil.Process(airflow.pids[name]))]
    ((name, task),) = tasks
    return name, task


def test_a_worker_is_killed(cluster: Cluster) -> None:
    airflow, sandbox = cluster
    run_id = send(airflow, sandbox)
    name, _ = the_worker_at_work(airflow)
    print(f"\n  {name} is killed")
    airflow.kill_component(name)
    everybody_was_texted_once(airflow, sandbox, run_id)
    airflow.start_component(name)


def test_a_worker_is_frozen_past_its_heartbeat_and_goes_on(cluster: Cluster) -> None:
    airflow, sandbox = cluster
    run_id = send(airflow, sandbox)
    _, task = the_worker_at_work(airflow)
    with frozen(task):
        everybody_was_texted_once(airflow, sandbox, run_id)
        result = airflow.api.xcom("crashing", run_id, "send")
        requests = sandbox.request_counts()[SEND]
    time.sleep(TIME_TO_GO_WRONG)
    assert sandbox.request_counts()[SEND] == requests
    assert airflow.api.xcom("crashing", run_id, "send") == result
    assert airflow.api.states("crashing", run_id) == ["success"]


def redis_is_away(airflow: AirflowCluster) -> None:
    airflow.broker.stop()
    time.sleep(20)
    airflow.broker.start()


def postgresql_is_restarted(airflow: AirflowCluster) -> None:
    airflow.database.stop()
    airflow.database.start()


def the_api_server_is_away(airflow: AirflowCluster) -> None:
    airflow.kill_component("api-server")
    time.sleep(10)
    airflow.start_component("api-server")


@pytest.mark.parametrize("fault", [redis_is_away, postgresql_is_restarted, the_api_server_is_away])
def test_a_server_goes_away_during_a_send(cluster: Cluster, fault: Callable[[AirflowCluster], None]) -> None:
    airflow, sandbox = cluster
    run_id = send(airflow, sandbox)
    fault(airflow)
    everybody_was_texted_once(airflow, sandbox, run_id)


def test_waits_over_two_triggerers_survive_the_death_of_one(cluster: Cluster) -> None:
    airflow, sandbox = cluster
    numbers = [f"+1555123{n:04}" for n in range(WAITS)]
    airflow.wait(lambda: airflow.api.dag_exists("many_waits"), "the DAG", 60)
    run_id = airflow.api.trigger("many_waits", {"to": numbers})

    def all_are(state: str) -> Callable[[], bool]:
        return lambda: airflow.api.states("many_waits", run_id, "answer") == [state] * WAITS

    airflow.wait(all_are("deferred"), f"{WAITS} tasks to wait", 600, say_every=60)
    sandbox.control("DELETE", "requests")
    time.sleep(20)
    looks = sandbox.request_counts()
    print(f"\n  {WAITS} waits over two triggerers, in 20 s: {looks}")
    assert sum(looks.values()) < WAITS  # each for itself would have asked for 3,000

    airflow.kill_component("triggerer")
    for number in numbers:
        sandbox.reply(number, f"here is {number}")
    airflow.wait(all_are("success"), "all to hear", 600, say_every=60)
    replies = [airflow.api.xcom("many_waits", run_id, "answer", map_index=index) for index in range(WAITS)]
    assert {(reply["from"], reply["body"]) for reply in replies} == {(n, f"here is {n}") for n in numbers}
    airflow.start_component("triggerer")


def test_a_storm_of_failures_over_two_workers_is_one_to_three_texts(cluster: Cluster) -> None:
    airflow, sandbox = cluster
    airflow.wait(lambda: airflow.api.dag_exists("alerts_storm"), "the DAG", 60)
    run_id = airflow.api.trigger("alerts_storm", {"tasks": FAILURES})
    assert ended(airflow, "alerts_storm", run_id, 600) == "failed"
    texts = sandbox.messages(to=NUMBERS["storm"])
    print(f"\n  {FAILURES} failures: {len(texts)} texts")
    assert 1 <= len(texts) <= 3


def alerts(airflow: AirflowCluster, sandbox: SandboxProcess) -> dict[str, int]:
    """Start what alerts of a task, of a DAG and of a deadline, and return how many texts each of them led to."""
    numbers = {"task": NUMBERS["failure"], "DAG": NUMBERS["dag_failure"], "deadline": "+15551234567"}
    runs = {dag_id: airflow.api.trigger(dag_id) for dag_id in ("alerts_fail", "alert_on_deadline")}
    assert {dag_id: ended(airflow, dag_id, run) for dag_id, run in runs.items()} == {
        "alerts_fail": "failed",
        "alert_on_deadline": "success",
    }

    def texted() -> dict[str, int]:
        return {what: len(sandbox.messages(to=number, channel="sms")) for what, number in numbers.items()}

    airflow.wait(lambda: all(texted().values()), "all alerts", 60)
    time.sleep(5)  # for a second report
    return texted()


def test_alerts_of_tasks_of_dags_and_of_deadlines_arrive_once(cluster: Cluster) -> None:
    airflow, sandbox = cluster
    airflow.wait(lambda: airflow.api.dag_exists("alert_on_deadline"), "the DAG", 60)
    # The first Variable of a triggerer's life takes Airflow up to 18 s here, longer than an alert may wait: then both
    # triggerers text of the deadline, rather than none.
    first = alerts(airflow, sandbox)
    print(f"\n  texts, in new triggerers: {first}")
    assert first | {"deadline": 1} == {"task": 1, "DAG": 1, "deadline": 1}
    assert first["deadline"] <= 2
    sandbox.reset()
    assert alerts(airflow, sandbox) == {"task": 1, "DAG": 1, "deadline": 1}
