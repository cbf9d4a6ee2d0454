"""Storms in many threads over Variables that are slow, through the memory itself; five times as fast as in life."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from airflow_provider_clicksend.api.deadline import Deadline
from airflow_provider_clicksend.messaging import alert_brake
from airflow_provider_clicksend.notifications._alert_state import AlertMemory
from tests.notifications.conftest import Variables

FASTER = 5
#: How many fail at once, by how many run at a time. (500 at once, many times: see the tests of the brake.)
STORMS = {4: 24, 16: 96, 64: 320}


class Killed(BaseException):
    """What is killed cleans up nothing, and nothing catches it."""


class SlowVariables(Variables):
    """Variables that take 50 ms to 2 s to read and to write, in life.

    After so many reads and writes the one that comes next, whose ever it is, is killed in the middle of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.kills_after: int | None = None
        self._lock = threading.Lock()

    def _takes_time(self) -> None:
        time.sleep(random.uniform(0.05, 2) / FASTER / 2)
        with self._lock:
            if self.kills_after is not None:
                self.kills_after -= 1
                if self.kills_after == 0:
                    raise Killed

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        self._takes_time()
        value = super().get(key, default)
        self._takes_time()
        return value

    def set(self, key: str, value: str, description: str | None = None) -> None:
        self._takes_time()
        super().set(key, value, description)
        self._takes_time()


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowVariables:
    variables = SlowVariables()
    monkeypatch.setattr("airflow.providers.common.compat.sdk.Variable", variables)
    for name, seconds in {"STANDS": 2, "PATIENCE": 4, "COUNTING": 8, "SPREAD": 1.5, "_APART": 0.25}.items():
        monkeypatch.setattr(alert_brake, name, seconds / FASTER)
    monkeypatch.setattr(alert_brake, "_SPARE", 0.2 / FASTER)
    monkeypatch.setattr(alert_brake, "_POLLS", (0.1, 0.2))
    return variables


class Storm:
    """Calls that mean to send, and what they sent."""

    def __init__(self, *, killed: str = "") -> None:
        self.killed = killed
        self.texts = 0
        self.slowest = 0.0
        self._lock = threading.Lock()

    def _dies(self, moment: str) -> bool:
        with self._lock:
            if self.killed != moment:
                return False
            self.killed = ""
            return True

    def call(self, number: int) -> None:
        with suppress(Killed):
            self._call(number)

    def _call(self, number: int) -> None:
        began = time.monotonic()
        deadline = Deadline.after(12.5 / FASTER)
        memory = AlertMemory("m", group="g", name=f"load[{number}]", cooldown=3600, deadline=deadline)
        taken = memory.take()
        self.slowest = max(self.slowest, time.monotonic() - began)
        if taken.verdict == "held" or self._dies("before"):
            return
        time.sleep(0.3 / FASTER)
        with self._lock:
            self.texts += 1
        if not self._dies("after"):
            memory.settle("accepted")


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["", "before", "after"])
@pytest.mark.parametrize("parallel", STORMS)
def test_many_failures_at_once_are_one_to_three_texts(parallel: int, killed: str) -> None:
    storm = Storm(killed=killed)
    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(storm.call, range(STORMS[parallel])))
    assert 1 <= storm.texts <= 3
    assert storm.slowest < 15 / FASTER + 1


@pytest.mark.slow
@pytest.mark.parametrize("after", [20, 33, 60, 70, 100])
def test_a_call_that_is_killed_while_it_reads_or_writes_silences_nobody(slow: SlowVariables, after: int) -> None:
    storm = Storm()
    slow.kills_after = after
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(storm.call, range(64)))
    assert slow.kills_after <= 0
    assert 1 <= storm.texts <= 3
