"""What a task's context tells of its earlier tries."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from airflow_provider_clicksend.operators._task_tries import Tries

PLANNED, STARTED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def tries(try_number, max_tries, *, retries=2, resend_on_clear=False, **dag_run):
    instance = SimpleNamespace(
        dag_id="dag", run_id="run", task_id="task", map_index=3, try_number=try_number, max_tries=max_tries
    )
    run = SimpleNamespace(**{"start_date": STARTED, "run_after": PLANNED, **dag_run})
    return Tries.of({"ti": instance, "dag_run": run}, retries=retries, resend_on_clear=resend_on_clear)


def test_a_first_try_has_nothing_before_it():
    first = tries(1, 2)
    assert (first.key, first.began, first.cleared, first.generation) == (("dag", "run", "task", 3), None, False, 0)


@pytest.mark.parametrize("number", [2, 3])
def test_a_retry_looks_back_to_the_start_of_its_run(number):
    retry = tries(number, 2)
    assert (retry.began, retry.cleared) == (STARTED.timestamp(), False)


def test_a_cleared_task_looks_back_to_when_its_run_was_planned():
    # The clear set the start of the run to now, and max_tries to the tries so far plus the retries.
    cleared = tries(2, 3)
    assert (cleared.began, cleared.cleared, cleared.generation) == (PLANNED.timestamp(), True, 0)


def test_a_cleared_task_that_sends_again_begins_anew_and_its_retries_look_back():
    first, retry = (tries(number, 4, resend_on_clear=True) for number in (3, 4))
    assert (first.began, first.generation) == (None, 2)
    assert (retry.began, retry.generation) == (PLANNED.timestamp(), 2)


def test_each_clear_is_a_generation_of_its_own():
    generations = [tries(number, most, resend_on_clear=True).generation for number, most in ((1, 2), (2, 3), (3, 4))]
    assert generations == [0, 1, 2]


def test_a_run_that_tells_no_time_is_looked_up_from_the_beginning():
    assert tries(2, 2, start_date=None).began == 0


def test_dates_of_airflow_2_count_too():
    earlier = datetime(2025, 1, 1, tzinfo=UTC)
    assert tries(2, 3, run_after=None, logical_date=earlier, data_interval_end=PLANNED).began == earlier.timestamp()
