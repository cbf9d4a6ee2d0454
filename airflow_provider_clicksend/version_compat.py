"""The only place that knows Airflow versions (2.11 to 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow import __version__ as _airflow_version
from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    BaseHook,
    BaseNotifier,
    BaseOperator,
    BaseSensorOperator,
    PokeReturnValue,
    TaskDeferred,
    conf,
)
from airflow.triggers.base import BaseTrigger, TriggerEvent

if TYPE_CHECKING:
    from airflow.triggers.base import BaseEventTrigger
else:
    try:
        from airflow.triggers.base import BaseEventTrigger
    except ImportError:  # Airflow 2.11 knows no event-driven scheduling
        BaseEventTrigger = BaseTrigger

#: What a task gets to know; Airflow's own type moved between versions.
Context = Mapping[str, Any]

_version = tuple(int(part) for part in _airflow_version.split(".")[:2])
AIRFLOW_V_3_1_PLUS = _version >= (3, 1)
AIRFLOW_V_3_2_PLUS = _version >= (3, 2)
AIRFLOW_V_3_3_PLUS = _version >= (3, 3)

__all__ = [
    "AIRFLOW_V_3_1_PLUS",
    "AIRFLOW_V_3_2_PLUS",
    "AIRFLOW_V_3_3_PLUS",
    "AirflowException",
    "AirflowFailException",
    "AirflowSensorTimeout",
    "AirflowSkipException",
    "BaseEventTrigger",
    "BaseHook",
    "BaseNotifier",
    "BaseOperator",
    "BaseSensorOperator",
    "BaseTrigger",
    "Context",
    "PokeReturnValue",
    "TaskDeferred",
    "TriggerEvent",
    "conf",
]


def never_expire() -> dict[str, Any]:
    """Return the argument with which Airflow 3.3 keeps a task's state for good, whatever the clean-up deletes."""
    from airflow.sdk import NEVER_EXPIRE

    return {"retention": NEVER_EXPIRE}


def task_state_store(context: Context) -> Any:
    """Return what survives the tries of a task (Airflow 3.3), or None."""
    return context.get("task_state_store") if AIRFLOW_V_3_3_PLUS else None
