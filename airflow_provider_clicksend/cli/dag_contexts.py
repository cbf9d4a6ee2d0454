"""What Airflow would hand to a callback of a DAG, without a run: for trying its templates."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from airflow_provider_clicksend.version_compat import run_link, template_accessors

_STATES = {
    "on_failure_callback": "failed",
    "on_retry_callback": "up_for_retry",
    "on_success_callback": "success",
    "on_execute_callback": "running",
    "notifiers": "running",
}
_REASONS = {"on_failure_callback": "task_failure", "on_success_callback": "success"}


def callback_context(dag: Any, task: Any, callback: str) -> dict[str, Any]:
    """Return the context of a callback.

    :param task: None for those of the DAG. :param callback: the name of the argument that it was given to.
    """
    now = datetime.now(UTC)
    run_id = f"test__{now:%Y-%m-%dT%H:%M:%S}+00:00"
    if callback == "deadline":
        # Nothing but JSON, and neither DAG nor task.
        run = {"dag_id": dag.dag_id, "dag_run_id": run_id, "logical_date": None, "start_date": now.isoformat()}
        return {"dag_run": run, "deadline": {"id": "test", "deadline_time": now}}
    subject = task or next(iter(dag.tasks), None)
    instance = _instance(dag, subject, run_id, now, _STATES[callback])
    context = {
        **_times(now),
        **template_accessors(),
        "dag": dag,
        "dag_run": SimpleNamespace(dag_id=dag.dag_id, run_id=run_id, start_date=now, logical_date=now, conf={}),
        "run_id": run_id,
        "params": dag.params.dump() if hasattr(dag.params, "dump") else dict(dag.params),
        "task": subject,
        "ti": instance,
        "task_instance": instance,
    }
    if task is None:
        return {**context, "reason": _REASONS[callback]}
    if _STATES[callback] in {"failed", "up_for_retry"}:
        context["exception"] = RuntimeError("this is only a test")
    return context


def _instance(dag: Any, task: Any, run_id: str, now: datetime, state: str) -> SimpleNamespace:
    """Return what stands for the task instance."""
    retries = getattr(task, "retries", 0)
    return SimpleNamespace(
        dag_id=dag.dag_id,
        run_id=run_id,
        task_id=getattr(task, "task_id", ""),
        map_index=-1,
        try_number=1,
        max_tries=retries if isinstance(retries, int) else 0,
        state=state,
        start_date=now,
        hostname="",
        log_url=run_link(dag.dag_id, run_id),
    )


def _times(now: datetime) -> dict[str, Any]:
    return {
        "logical_date": now,
        "data_interval_start": now,
        "data_interval_end": now,
        "ds": f"{now:%Y-%m-%d}",
        "ds_nodash": f"{now:%Y%m%d}",
        "ts": now.isoformat(),
        "ts_nodash": f"{now:%Y%m%dT%H%M%S}",
    }
