"""The processes in which the tasks of an Airflow run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from dev.airflow_standalone import AirflowStandalone


def scheduler_of(airflow: AirflowStandalone) -> psutil.Process:
    """Return the process of the scheduler.

    :raises AssertionError: it is not running.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("AIRFLOW_HOME") == str(airflow.home) and "scheduler" in process.cmdline():
                return process
    raise AssertionError("There is no scheduler.")


def task_processes(executor: psutil.Process) -> list[psutil.Process]:
    """Return the process of each task: workers are children of the executor's process, and tasks are theirs."""
    found = []
    for process in executor.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.ppid() != executor.pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@contextmanager
def frozen(task: psutil.Process) -> Iterator[None]:
    """Stop a task and the worker that watches over it; let both go on at the end."""
    processes = [task, psutil.Process(task.ppid())]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()
