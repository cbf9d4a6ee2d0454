"""Airflow's own arguments mean on our tasks what they mean on every other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import BaseSensorOperator
from tests.contracts.classes import TASKS, sample
from tests.support.tasks import Task
from tests.support.texts import ANN, sms

SENSORS = [cls for cls in TASKS if issubclass(cls, BaseSensorOperator)]


def callback(_context: Any) -> None:
    """Do nothing."""


#: Each with a value that is not its default.
OF_EVERY_TASK: dict[str, Any] = {
    "owner": "data",
    "retries": 7,
    "retry_delay": timedelta(seconds=11),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=3),
    "execution_timeout": timedelta(minutes=5),
    "depends_on_past": True,
    "wait_for_downstream": True,
    "trigger_rule": "all_done",
    "pool": "texts",
    "pool_slots": 2,
    "priority_weight": 9,
    "weight_rule": "absolute",
    "queue": "alerts",
    "doc_md": "# What it is for",
    "do_xcom_push": False,
    "multiple_outputs": True,
    "params": {"x": 1},
    "map_index_template": "{{ task.task_id }}",
    "max_active_tis_per_dag": 3,
    "max_active_tis_per_dagrun": 2,
    "executor_config": {"x": 1},
    "on_failure_callback": callback,
    "on_success_callback": callback,
    "on_retry_callback": callback,
    "on_skipped_callback": callback,
    "on_execute_callback": callback,
    "start_date": datetime(2026, 1, 2, tzinfo=UTC),
    "end_date": datetime(2030, 1, 2, tzinfo=UTC),
}
OF_EVERY_SENSOR: dict[str, Any] = {
    "poke_interval": 61.0,
    "timeout": 3600.0,
    "mode": "reschedule",
    "soft_fail": True,
    "exponential_backoff": True,
    "max_wait": timedelta(minutes=10),
    "silent_fail": True,
}


def kept(task: Any, name: str) -> Any:
    """Return what a task made of an argument, in the form in which it was given."""
    found = getattr(task, name)
    if name == "params":
        return dict(found)
    if name.startswith("on_"):
        return found[0] if isinstance(found, list | tuple) else found
    if name == "weight_rule":
        return "absolute" if "absolute" in repr(found).lower() else found
    return found


def made(cls: type, *, in_default_args: bool, **arguments: Any) -> Any:
    """Make a task with these arguments, or with these as its DAG's `default_args`."""
    default_args, own = (arguments, {}) if in_default_args else ({}, arguments)
    with DAG("dag", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), default_args=default_args):
        return cls(task_id="task", **{**sample(cls), **own})


@pytest.mark.parametrize("in_default_args", [False, True], ids=["its own", "default_args"])
@pytest.mark.parametrize("cls", TASKS, ids=lambda cls: cls.__name__)
def test_every_argument_of_a_task_arrives(cls: type, in_default_args: bool) -> None:
    task = made(cls, in_default_args=in_default_args, **OF_EVERY_TASK)
    assert {name: kept(task, name) for name in OF_EVERY_TASK} == OF_EVERY_TASK


@pytest.mark.parametrize("in_default_args", [False, True], ids=["its own", "default_args"])
@pytest.mark.parametrize("cls", SENSORS, ids=lambda cls: cls.__name__)
def test_every_argument_of_a_sensor_arrives(cls: type, in_default_args: bool) -> None:
    task = made(cls, in_default_args=in_default_args, **OF_EVERY_SENSOR)
    found = {name: getattr(task, name) for name in OF_EVERY_SENSOR}
    assert found == OF_EVERY_SENSOR


def test_a_send_without_xcom_pushes_nothing_but_its_links(sandbox: Sandbox) -> None:
    task = Task(sms(to=ANN, do_xcom_push=False))
    task.run()
    assert len(sandbox.messages()) == 1
    assert all(name.endswith("_link") for name in task.pushed)
