"""The only place that knows Airflow versions (2.11 to 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
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
    BaseOperatorLink,
    BaseSensorOperator,
    PokeReturnValue,
    TaskDeferred,
    conf,
)
from airflow.triggers.base import BaseTrigger, TriggerEvent

if TYPE_CHECKING:
    from airflow.sdk.definitions.retry_policy import RetryDecision, RetryPolicy
    from airflow.triggers.base import BaseEventTrigger
    from airflow.triggers.shared_stream import SharedStreamProducer
else:
    try:
        from airflow.triggers.base import BaseEventTrigger
    except ImportError:  # Airflow 2.11 knows no event-driven scheduling
        BaseEventTrigger = BaseTrigger


def __getattr__(name: str) -> Any:
    """Import what only Airflow 3.3 has when it is asked for: parsing a DAG that needs none of it stays cheap."""
    if name not in _ONLY_3_3:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_ONLY_3_3[name]), name)
    except ImportError:
        return object


#: Base classes that Airflow 3.3 brought, and where; before, `object` stands in for them.
_ONLY_3_3 = {
    "RetryDecision": "airflow.sdk.definitions.retry_policy",
    "RetryPolicy": "airflow.sdk.definitions.retry_policy",
    "SharedStreamProducer": "airflow.triggers.shared_stream",
}

_version = tuple(int(part) for part in _airflow_version.split(".")[:2])
AIRFLOW_V_3_0_PLUS = _version >= (3, 0)
AIRFLOW_V_3_1_PLUS = _version >= (3, 1)
AIRFLOW_V_3_2_PLUS = _version >= (3, 2)
AIRFLOW_V_3_3_PLUS = _version >= (3, 3)

if TYPE_CHECKING or AIRFLOW_V_3_0_PLUS:
    from airflow.sdk.exceptions import AirflowRuntimeError as _CallError
else:
    from sqlalchemy.exc import SQLAlchemyError as _CallError
#: What asking Airflow for a connection or a Variable may raise. ImportError: Airflow 3 outside of a process that it
#: supervises. RuntimeError: the channel to the supervisor.
AIRFLOW_CALL_ERRORS: tuple[type[Exception], ...] = (
    AirflowException,
    ImportError,
    OSError,
    RuntimeError,
    ValueError,
    _CallError,
)

#: What a task gets to know; Airflow's own type moved between versions.
Context = Mapping[str, Any]


__all__ = [
    "AIRFLOW_CALL_ERRORS",
    "AIRFLOW_V_3_0_PLUS",
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
    "BaseOperatorLink",
    "BaseSensorOperator",
    "BaseTrigger",
    "Context",
    "PokeReturnValue",
    "RetryDecision",
    "RetryPolicy",
    "SharedStreamProducer",
    "TaskDeferred",
    "TriggerEvent",
    "conf",
]


def never_expire() -> dict[str, Any]:
    """Return the argument with which Airflow 3.3 keeps a task's state for good, whatever the clean-up deletes."""
    if not AIRFLOW_V_3_3_PLUS:
        return {}
    from airflow.sdk.execution_time.context import NEVER_EXPIRE

    return {"retention": NEVER_EXPIRE}


def task_state_store(context: Context) -> Any:
    """Return what survives the tries of a task (Airflow 3.3), or None."""
    return context.get("task_state_store")


def asset_stores(trigger: BaseEventTrigger) -> list[Any]:
    """Return the state stores of the assets that an Airflow 3.3 trigger watches; none outside of an asset watcher.

    Airflow hands over one object for all of them that names none; a trigger with equal arguments serves several assets.
    """
    stores = getattr(trigger, "asset_state_store", None)
    return list(stores._by_name.values()) if stores is not None else []


def asset_store(name: str) -> Any:
    """Return the state store of an asset for a task (Airflow 3.3), whether the asset is its inlet or not."""
    from airflow.sdk.execution_time.context import AssetStateStoreAccessor

    return AssetStateStoreAccessor(name=name)


def link_of(ti_key: Any, key: str) -> str:
    """Return the address that a task pushed for its page, or an empty text. Airflow 3 reads the XCom by itself."""
    from airflow.providers.common.compat.sdk import XCom

    return XCom.get_value(ti_key=ti_key, key=key) or ""


def variable(key: str) -> str | None:
    """Return an Airflow Variable, or None when there is none. It blocks."""
    from airflow.providers.common.compat.sdk import Variable

    missing: dict[str, Any] = {"default" if AIRFLOW_V_3_0_PLUS else "default_var": None}
    found = Variable.get(key, **missing)
    return None if found is None else str(found)


def load_dags(path: str) -> Any:
    """Return Airflow's ``DagBag`` of a file or folder, with ``dags`` by id and ``import_errors`` by file."""
    module = "airflow.dag_processing.dagbag" if AIRFLOW_V_3_2_PLUS else "airflow.models.dagbag"
    return import_module(module).DagBag(path)


def template_accessors() -> dict[str, Any]:
    """Return the ``var``, ``conn`` and ``macros`` of a template."""
    context = import_module("airflow.sdk.execution_time.context" if AIRFLOW_V_3_0_PLUS else "airflow.utils.context")
    return {
        "var": {
            "json": context.VariableAccessor(deserialize_json=True),
            "value": context.VariableAccessor(deserialize_json=False),
        },
        "conn": context.ConnectionAccessor(),
        "macros": context.MacrosAccessor() if AIRFLOW_V_3_0_PLUS else import_module("airflow.macros"),
    }


def redact(text: str) -> str:
    """Return the text with the secrets masked that Airflow masks in its logs."""
    from airflow.providers.common.compat.sdk import redact as airflow_redact

    return str(airflow_redact(text))


def run_link(dag_id: str, run_id: str) -> str:
    """Return the address of a run's page, or an empty text when Airflow does not know its own address."""
    from urllib.parse import quote

    section = "api" if AIRFLOW_V_3_0_PLUS else "webserver"
    base = (conf.get(section, "base_url", fallback="") or "").rstrip("/")
    page = f"runs/{quote(run_id)}" if AIRFLOW_V_3_0_PLUS else f"grid?dag_run_id={quote(run_id)}"
    return f"{base}/dags/{dag_id}/{page}" if base else ""


def skip_downstream(operator: Any, context: Context, *, all_of_them: bool) -> None:
    """Skip the tasks that follow a task, but no teardowns.

    :param operator: with Airflow's ``SkipMixin``.
    :param all_of_them: whatever their trigger rules say; else only those that follow directly.
    """
    task, ti = context["task"], context["ti"]
    following = task.get_flat_relatives(upstream=False) if all_of_them else task.get_direct_relatives(upstream=False)
    tasks = [one for one in following if not one.is_teardown]
    if AIRFLOW_V_3_0_PLUS:
        operator.skip(ti=ti, tasks=tasks)
    elif tasks:
        run = context["dag_run"]
        operator.skip(dag_run=run, execution_date=run.logical_date, tasks=tasks, map_index=ti.map_index)
