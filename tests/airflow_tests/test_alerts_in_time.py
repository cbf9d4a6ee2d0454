"""Alerts on a real Airflow whose gateway fails every text, and the end of a storm."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from tests.airflow_tests.alert_dags.hangs import GONE, RUN, STORM, TASK
from tests.airflow_tests.conftest import Start
from tests.airflow_tests.test_alerts import DAGS, finish
from tests.support.scripted_server import refused_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

#: As in `alert_dags/late_and_hangs.py` and `storm_ends.py`, which only Airflow can import.
LATE_ASYNC, LATE_SYNC, ENDS = "+15552001005", "+15552001006", "+15552001007"
WINDOW = 40
FAULTS = ["hang", "accepted-then-502", "dropped", "401"]
#: Seconds after the end of a run in which everybody is told: two notifiers of its task one after the other, of which
#: Airflow gives 20 s, and some until the DAG processor begins.
SECONDS = 40


@pytest.fixture
def newest(start: Start, tmp_path: Path) -> tuple[AirflowStandalone, SandboxProcess]:
    for name in ("hangs", "late_and_hangs", "late_notifier", "storm_ends"):
        shutil.copy(DAGS / f"{name}.py", tmp_path)
    gone = json.dumps({"conn_type": "clicksend", "host": refused_url(), "password": "k" * 20})
    return start("3.3", tmp_path, AIRFLOW_CONN_GONE=gone, PYTHONPATH=str(tmp_path))


def wait_for_dags(airflow: AirflowStandalone, *dag_ids: str) -> None:
    airflow.wait(lambda: all(airflow.api.dag_exists(dag_id) for dag_id in dag_ids), "the DAGs", 90)


def calls(sandbox: SandboxProcess) -> Counter[str]:
    return Counter(message["to"] for message in sandbox.messages(channel="voice"))


def test_whatever_the_gateway_does_the_second_fallback_tells_in_time(
    newest: tuple[AirflowStandalone, SandboxProcess],
) -> None:
    airflow, sandbox = newest
    dags = {"alerts_hang": "failed", "alerts_gone": "failed", "alerts_hang_late": "success"}
    wait_for_dags(airflow, *dags)
    for rounds, fault in enumerate(FAULTS, start=1):
        sandbox.control("DELETE", "faults")
        sandbox.fault(fault, "/v3/sms/send", times=None)
        before = len(sandbox.messages(channel="sms"))
        runs = {dag_id: airflow.api.trigger(dag_id) for dag_id in dags}
        assert {dag_id: finish(airflow, dag_id, run_id) for dag_id, run_id in runs.items()} == dags
        ended = time.monotonic()
        told = Counter(dict.fromkeys([TASK, RUN, STORM, GONE, LATE_ASYNC, LATE_SYNC], rounds))
        airflow.wait(lambda told=told: calls(sandbox) >= told, f"the calls ({fault})", SECONDS)  # type: ignore[misc]
        assert time.monotonic() - ended < SECONDS
        assert calls(sandbox) == told
        # Each text leaves twice at most: the first notifier's and the first fallback's, of five alerts.
        assert len(sandbox.messages(channel="sms")) - before <= 2 * 2 * 5


def test_the_end_of_a_storm_is_told_without_a_later_alert(newest: tuple[AirflowStandalone, SandboxProcess]) -> None:
    airflow, sandbox = newest
    wait_for_dags(airflow, "alerts_end", "alerts_end_summary")
    assert finish(airflow, "alerts_end", airflow.api.trigger("alerts_end")) == "failed"
    airflow.wait(lambda: len(sandbox.messages(to=ENDS)) == 1, "the alert", 30)
    time.sleep(WINDOW + 1)
    for _ in range(2):  # the second finds nothing to tell
        assert finish(airflow, "alerts_end_summary", airflow.api.trigger("alerts_end_summary")) == "success"
    first, summary = (message["body"] for message in sandbox.messages(to=ENDS))
    assert first.startswith("Task load[")
    assert "more failures of alerts_end in 1 min from " in summary
    assert summary.startswith(("5 more ", "At least "))
