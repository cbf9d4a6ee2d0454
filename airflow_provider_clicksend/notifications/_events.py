"""What happened, read from whatever context Airflow hands to a callback.

The contexts differ: a task's callback gets nearly everything; a DAG's gets a `reason` and one task of the run; a
deadline's has nothing but `dag_run` and `deadline`, as JSON. Whatever is missing is left out, never an error.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from airflow_provider_clicksend.messaging.alerts import Event, exception_text
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, Context, redact, run_link

_DAG_REASONS = {
    "task_failure": "A task failed.",
    "timed_out": "It took longer than its dagrun_timeout.",
    "all_tasks_deadlocked": "Its tasks wait for each other.",
}
log = logging.getLogger(__name__)

_LOST = "Its process was lost or killed, or it never started."


def safely_read_event(context: Context) -> Event:
    """Return what happened; a context of a shape that nobody has seen yet is still an alert."""
    try:
        return read_event(context)
    except Exception:  # of any kind: what Airflow hands over may raise anything, and the alert must not be lost to it
        log.exception("What happened cannot be read from this context.")
        return Event(kind="failed", dag_id=str(context.get("dag_id") or "") or None)


def safely_redacted(text: str) -> str:
    """Return the text with Airflow's secrets masked, or nothing where that fails: a secret must not leave."""
    try:
        return redact(text)
    except Exception:  # of any kind: it walks through values that are not ours
        log.exception("The secrets in a text cannot be masked; the text is left out.")
        return ""


def read_event(context: Context) -> Event:
    """Return what happened, with the secrets masked that Airflow masks."""
    if "deadline" in context or "blocking_tis" in context:
        return _late(context)
    if "reason" in context:
        return _dag_event(context)
    return _task_event(context)


def _late(context: Context) -> Event:
    deadline = context.get("deadline")
    facts = _run(context) | {
        "instance": str(_get(deadline, "id") or ""),
        "due": _time(_get(deadline, "deadline_time")),
    }
    return Event(kind="late", **facts)


def _dag_event(context: Context) -> Event:
    reason = str(context["reason"])
    run = _run(context)
    if reason == "success":
        return Event(kind="success", **run)
    culprit = _culprit(context, reason)
    if culprit is not None:
        run["link"] = _link(culprit) or run["link"]
        words = f"Task {culprit.task_id}{_index(culprit)} failed."
    else:
        words = _DAG_REASONS.get(reason, reason)
    return Event(kind="failed", **run, reason=safely_redacted(words))


def _culprit(context: Context, reason: str) -> Any:
    """Return the task that failed the run. Airflow 2.11 hands over any task of the run, with its state."""
    ti = context.get("ti")
    return ti if ti is not None and reason == "task_failure" and _state(ti) in ("", "failed") else None


def _task_event(context: Context) -> Event:
    ti, task = context.get("ti"), context.get("task")
    if ti is None:
        return Event(kind="failed", **_run(context), reason=safely_redacted(exception_text(context.get("exception"))))
    kind, reason = _kind(ti), exception_text(context.get("exception"))
    facts: dict[str, Any] = {"link": _link(ti)}
    if kind == "started" and hasattr(task, "subject") and hasattr(task, "options"):
        kind, facts = "asks", _question(task, ti)
    is_lost = kind == "failed" and not reason and not _state(ti)
    if is_lost:
        reason = _LOST
    return Event(
        kind=kind,
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        task_id=ti.task_id,
        map_index=_number(_get(ti, "map_index"), -1),
        try_number=_number(_get(ti, "try_number"), 0),
        tries=_number(_get(ti, "max_tries"), -1) + 1,
        since=_time(_get(ti, "start_date")),
        instance=_instance(ti, context),
        is_lost=is_lost,
        reason=safely_redacted(reason),
        **facts,
    )


def _instance(ti: Any, context: Context) -> str:
    """Return what tells this task instance from that of a run that was deleted and created again under the same id."""
    started = (_get(context.get("dag_run"), "start_date"), _get(ti, "start_date"))
    return str(_get(ti, "id") or " ".join(map(str, started)))


def _kind(ti: Any) -> str:
    kinds = {"running": "started", "success": "success", "skipped": "skipped", "up_for_retry": "retry"}
    return kinds.get(_state(ti) or _state_elsewhere(ti), "failed")


def _state_elsewhere(ti: Any) -> str:
    """Ask Airflow for the state of a task that was reported lost; empty when it does not say.

    Before 3.3 a lost task that will be tried again is reported as failed, and the context does not tell them apart; the
    tries do not either, since a task that never started fails for good whatever tries are left.
    """
    if _number(_get(ti, "try_number"), 0) > _number(_get(ti, "max_tries"), -1) or not hasattr(ti, "get_task_states"):
        return ""
    try:
        found = ti.get_task_states(
            dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=_get(ti, "map_index")
        )
    except AIRFLOW_CALL_ERRORS:
        return ""
    states = [state for tasks in found.values() for state in tasks.values()]
    return "up_for_retry" if states and str(states[0]) != "failed" else ""


def _question(task: Any, ti: Any) -> dict[str, Any]:
    """Return what a human-in-the-loop operator asks, and the page where to answer."""
    facts: dict[str, Any] = {
        "subject": safely_redacted(str(task.subject)),
        "options": tuple(map(str, task.options)),
        "link": _link(ti),
    }
    if hasattr(task, "generate_link_to_ui"):
        # Raised when Airflow does not know its own address; the log's has a default.
        with suppress(ValueError):
            facts["link"] = task.generate_link_to_ui(task_instance=ti)
    return facts


def _run(context: Context) -> dict[str, Any]:
    """Return what a context tells of its run: an object, a dictionary, or next to nothing."""
    run, dag = context.get("dag_run"), context.get("dag")
    dag_id = _get(run, "dag_id") or _get(dag, "dag_id")
    run_id = _get(run, "run_id") or _get(run, "dag_run_id") or context.get("run_id")
    return {
        "dag_id": dag_id,
        "run_id": run_id,
        "since": _time(_get(run, "start_date")),
        "instance": f"{_get(run, 'clear_number') or ''} {_get(run, 'start_date') or ''}",
        "link": run_link(dag_id, run_id) if dag_id and run_id else "",
    }


def _link(ti: Any) -> str:
    return str(_get(ti, "log_url") or "")


def _index(ti: Any) -> str:
    index = _number(_get(ti, "map_index"), -1)
    return f"[{index}]" if index >= 0 else ""


def _state(ti: Any) -> str:
    state = _get(ti, "state")
    return str(getattr(state, "value", state) or "")


def _get(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) else default


def _time(value: Any) -> datetime | None:
    """Return an aware datetime from one, or from ISO 8601."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
