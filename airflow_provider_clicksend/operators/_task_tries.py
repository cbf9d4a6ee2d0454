"""What Airflow tells a task of its earlier tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow_provider_clicksend.version_compat import Context


@dataclass(frozen=True, slots=True)
class Tries:
    """Where a task stands.

    :param key: DAG, run, task and map index.
    :param began: when an earlier try may have begun (Unix seconds); None on a first try.
    :param cleared: whether a person cleared the task.
    :param generation: how many tries came before the clear that shall send again; 0 unless `resend_on_clear`.
    """

    key: tuple[str, str, str, int]
    began: int | None
    cleared: bool
    generation: int

    @classmethod
    def of(cls, context: Context, *, retries: int, resend_on_clear: bool) -> Tries:
        """Read a task's context.

        Airflow sets ``max_tries`` to the retries at first, and at each clear to the tries so far plus the retries: the
        difference is stable over the retries that follow a clear.
        """
        ti = context["ti"]
        before_clear = max(0, ti.max_tries - retries)
        generation = before_clear if resend_on_clear else 0
        later = ti.try_number > 1 + generation
        return cls(
            key=(ti.dag_id, ti.run_id, ti.task_id, ti.map_index),
            began=_run_began(context.get("dag_run"), cleared=before_clear > 0) if later else None,
            cleared=before_clear > 0,
            generation=generation,
        )


def _run_began(dag_run: Any, *, cleared: bool) -> int:
    """Return a time (Unix seconds) at or before the first try. A clear resets the run's start, not its planned time."""
    names = ("start_date", "run_after", "data_interval_end", "logical_date") if cleared else ("start_date",)
    times = [time for name in names if (time := getattr(dag_run, name, None)) is not None]
    return int(min(times).timestamp()) if times else 0
