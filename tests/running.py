"""Running DAGs with `dag.test()`: tasks and triggers in this process, on every Airflow."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

EXAMPLE_DAGS = Path(__file__).resolve().parent.parent / "example_dags"


def load_dag(name: str) -> Any:
    """Return the example DAG `name` as Airflow reads it from its file."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # Airflow before 3.2
        from airflow.models.dagbag import DagBag
    bag = DagBag(EXAMPLE_DAGS / f"{name}.py")
    assert not bag.import_errors, bag.import_errors
    return bag.dags[name]


def run_dag(name: str, conf: dict[str, Any] | None = None) -> dict[str, str]:
    """Run an example DAG, where Airflow can without a logical date; return the state of each of its tasks."""
    dag = load_dag(name)
    # As a run that is started by hand on the page of Airflow 3; Airflow 2 always has a date.
    dateless = {"logical_date": None} if "logical_date" in inspect.signature(dag.test).parameters else {}
    run = dag.test(run_conf=conf, **dateless)
    return {instance.task_id: str(instance.state) for instance in run.get_task_instances()}
