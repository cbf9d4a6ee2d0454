"""Storms of alerts in simulated time: many calls over registers that are slow and not atomic, some of them killed."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from airflow_provider_clicksend.messaging.alert_brake import Brake, Seen, Step, Taken

Latency = Callable[[random.Random], float]
Kills = Callable[["Storm", str, int], bool]

#: Seconds in which a call must have decided, so that 15 are enough for the text too.
BUDGET = 12.5
NOW = 1_800_000_000.0


@dataclass
class Sent:
    """A text that was accepted or may have been.

    :param after: seconds after its call began.
    """

    name: str
    taken: Taken
    after: float


@dataclass
class Storm:
    """Calls that come at once, so many at a time.

    :param latency: gives the seconds of a read or a write; what it does happens somewhere in them.
    :param sending: gives the seconds of a send.
    :param outcome: gives what becomes of a text, by the number of the text.
    :param kills: tells whether a call dies at a moment: after so many steps, `before` or `after` its text.
    """

    calls: int
    parallel: int
    latency: Latency
    seed: int = 0
    cooldown: float = 1e5
    sending: float = 0.3
    outcome: Callable[[int], str] = lambda _number: "accepted"
    kills: Kills | None = None
    begin: float = 0.0
    registers: dict[str, Any] = field(default_factory=dict)
    texts: list[Sent] = field(default_factory=list)
    tried: int = 0
    killed: int = 0
    unsure: int = 0
    held: int = 0
    longest: float = 0.0
    steps: Counter[str] = field(default_factory=Counter)

    def run(self) -> Storm:
        """Run all calls to their end."""
        self._dice = random.Random(self.seed)
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self._waiting = list(range(self.calls))
        for _ in range(min(self.parallel, self.calls)):
            self._next_call(self.begin + self._dice.random() * 0.3)
        while self._events:
            now, _, event = heapq.heappop(self._events)
            event(now)
        return self

    def _at(self, time: float, event: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (time, next(self._order), event))

    def _next_call(self, now: float) -> None:
        if self._waiting:
            number = self._waiting.pop(0)
            self._at(now, lambda now: Call(self, number, now).start(now))


class Call:
    """One call of a notifier."""

    def __init__(self, storm: Storm, number: int, now: float) -> None:
        self.storm, self.name, self.began = storm, f"e{number}", now
        self.call = f"{storm._dice.getrandbits(48):012x}"
        self.steps = 0

    def start(self, now: float) -> None:
        brake = Brake(self.call, name=self.name, cooldown=self.storm.cooldown, at=NOW + now, left=BUDGET)
        self.brake = brake
        self.drive(brake.take(), None, now, self.decided)

    def drive(self, steps: Generator[Step, Seen, Any], value: Any, now: float, done: Callable[..., None]) -> None:
        storm = self.storm
        if self.dies("step", now):
            return
        self.steps += 1
        try:
            seen = Seen({} if value in (None, _FIRST) else value, NOW + now, BUDGET - (now - self.began))
            step = steps.send(None if self.steps == 1 or value is _FIRST else seen)
        except StopIteration as end:
            done(end.value, now)
            return
        storm.steps["read"] += len(step.reads)
        storm.steps["write"] += len(step.writes)
        values: dict[str, Any] = {}
        ends = now + step.seconds
        for register in step.reads:
            took = storm.latency(storm._dice)
            storm._at(now + took * storm._dice.random(), self.reads(register, values))
            ends = max(ends, now + took)
        for register, (wait, written) in step.writes.items():
            took = storm.latency(storm._dice)
            storm._at(now + wait + took * storm._dice.random(), self.writes(register, dict(written)))
            ends = max(ends, now + wait + took)
        storm._at(ends, lambda later: self.drive(steps, values, later, done))

    def reads(self, register: str, values: dict[str, Any]) -> Callable[[float], None]:
        return lambda _now: values.update({register: self.storm.registers.get(register)})

    def writes(self, register: str, value: dict[str, Any]) -> Callable[[float], None]:
        return lambda _now: self.storm.registers.update({register: value})

    def decided(self, taken: Taken, now: float) -> None:
        storm = self.storm
        if taken.verdict == "held":
            storm.held += 1
            storm.unsure += not taken.sure
            self.end(now)
            return
        if self.dies("before", now):
            return
        outcome = storm.outcome(storm.tried)
        storm.tried += 1
        storm.texts.append(Sent(self.name, taken, now - self.began))
        later = now + storm.sending
        if self.dies("after", later):
            return
        assert taken.record is not None
        copies = taken.copies if outcome == "doubt" else 0
        settled = self.brake.settled(taken.record, outcome, copies=copies)  # type: ignore[arg-type]
        storm._at(later, lambda now: self.drive(settled, _FIRST, now, lambda _none, now: self.end(now)))

    def end(self, now: float) -> None:
        self.storm.longest = max(self.storm.longest, now - self.began)
        self.storm._next_call(now)

    def dies(self, moment: str, now: float) -> bool:
        if self.storm.kills is None or not self.storm.kills(self.storm, moment, self.steps):
            return False
        self.storm.killed += 1
        self.storm._next_call(now)
        return True


_FIRST = object()


def first(moment: str, times: int = 1, *, skip: int = 0) -> Kills:
    """Kill the first calls that come to a moment, after those that are let pass.

    :param moment: "before" or "after" their text, or how many steps they have done.
    """
    left = [skip, times]

    def kills(_storm: Storm, now: str, steps: int) -> bool:
        if moment != (str(steps) if now == "step" else now):
            return False
        if left[0]:
            left[0] -= 1
            return False
        left[1] -= 1
        return left[1] >= 0

    return kills
