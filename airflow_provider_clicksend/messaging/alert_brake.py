"""Who of many calls at once tells a group of alerts, over registers that are slow and not atomic.

A call that finds nobody at it writes its claim, waits, and reads again: whose claim still stands, sends (Fischer's
algorithm). At the same time a *deputy* is found in the same way in a second register, who sends when the first one's
text is not seen to be accepted in time; so a sender that dies costs no further round, which a memory that takes two
seconds for each step would have no time for. All others wait until they see that a text was accepted, and start over
when they do not and nobody is left whom they can rely on.

The steps are generators that yield what they want done: no I/O and no clock, so that a test can interleave them and
kill any of them between two steps.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from airflow_provider_clicksend.messaging.alert_window import Held, HeldCount, Record, State, claim

#: Seconds between a claim and the look whether it stands: longer than a call mostly needs between its first read and
#: its write. Where that takes longer, a second text may go out.
STANDS = 2.0
#: Seconds, memory apart, that somebody whose claim stands is given to get a text accepted before others take over.
PATIENCE = 4.0
#: Seconds that counting may take after a call was held back, and how often it is tried.
COUNTING, COUNTS = 8.0, 5
#: Seconds over which calls that count at once are spread.
SPREAD = 1.5
#: Seconds between the two writes of a call, at least. Half of all calls begin with one register, half with the other,
#: else the last to write would be sender and deputy in one.
_APART = 0.25
#: One in so many sends when time is over, no text was seen to be accepted and there is no deputy: all are too many.
LAST_RESORT = 4
_SPARE = 0.2
_POLLS = (0.3, 0.5, 0.8, 1.2)

Register = Literal["told", "deputy", "held"]


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done: registers to read, or values to write, all at once; or a wait.

    :param writes: by register: seconds to wait before, and the value.
    """

    reads: tuple[Register, ...] = ()
    writes: Mapping[Register, tuple[float, Mapping[str, Any]]] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a step.

    :param values: what was read, None for nothing that can be read.
    :param now: Unix seconds. :param left: seconds until the call must have decided.
    """

    values: Mapping[str, object]
    now: float
    left: float


Steps = Generator[Step, Seen, "Taken"]
Perhaps = Generator[Step, Seen, "Taken | None"]
Found = tuple["Record | None", "Record | None"]


@dataclass(frozen=True, slots=True)
class Taken:
    """How a call may go on.

    :param verdict: ``"send"`` or ``"held"``; `sure` tells whether it is known that the group was told.
    :param told: what the text should tell besides its own event.
    :param record: what to write down once it is known what became of the text (`Brake.settled`).
    :param copies: how often the text may leave.
    """

    verdict: Literal["send", "held"]
    sure: bool = True
    told: Held = field(default_factory=Held)
    record: Record | None = None
    copies: int = 2


class Brake:
    """One call, and what it has learnt.

    :param call: identifies it, at random, in hex digits. :param name: what a summary may call its event.
    :param cooldown: seconds of a window.
    :param at: when the event came (Unix seconds). :param left: seconds until it must have decided.
    """

    def __init__(self, call: str, *, name: str, cooldown: float, at: float, left: float) -> None:
        self._call = call
        self._name = name
        self._cooldown = cooldown
        self._at = at
        self._seen = Seen({}, at, left)
        #: Seconds that a step of the memory took at most.
        self._slowest = 0.0
        #: Whether others came at the same time.
        self._waited = False
        self._watched: set[str] = set()
        self._given_up: set[str] = set()

    def take(self) -> Steps:
        """Decide. An alert that finds neither the time to nor another to rely on is sent."""
        yield from self._do(Step(reads=("told",)))
        while True:
            told, deputy = self._found()
            if told is not None and self._is_open(told):
                return (yield from self._count(told.at))
            if told is None or not self._is_others(told):
                taken = yield from self._take_the_lead(told)
            elif self._can_rely(told, deputy) or not self._can_claim:
                taken = yield from self._rely(told, deputy)
            else:
                yield from self._claim(claim(told, self._call, self._name, self._seen.now), ("deputy",))
                taken = yield from self._as_deputy()
            if taken is not None:
                return taken

    def _take_the_lead(self, told: Record | None) -> Perhaps:
        """Claim to be the sender, and send if the claim stands; None: start over."""
        mine = claim(told, self._call, self._name, self._seen.now)
        if self._can_claim:
            yield from self._claim(mine, ("told", "deputy"))
            told, _ = self._found()
            if told is not None and told.call != self._call:
                return (yield from self._as_deputy())
        return (yield from self._send(mine))

    def _as_deputy(self) -> Perhaps:
        """Stand by if this call's claim to be the deputy stands; None: start over."""
        told, deputy = self._found()
        if self._is_open(told) or (deputy is not None and deputy.call != self._call):
            return None
        return (yield from self._stand_by(told))

    def _rely(self, told: Record, deputy: Record | None) -> Perhaps:
        """Wait for others; None: start over, with what was found meanwhile."""
        if not (yield from self._relies(told, deputy)):
            return None
        found, deputy = self._found()
        if found is None or self._can_rely(found, deputy) or int(self._call[-2], 16) % LAST_RESORT:
            return Taken("held", sure=False)
        return (yield from self._send(claim(found, self._call, self._name, self._seen.now)))

    def settled(self, record: Record, state: State, *, copies: int = 0) -> Generator[Step, Seen, None]:
        """Write down what became of the text.

        :param copies: how many left in doubt.
        """
        now = self._seen.now
        done = replace(record, state=state, at=now, copies=record.copies + copies)
        if state == "accepted":
            done = Record(self._call, state, now, self._name, window=record.window)
        yield from self._do(Step(writes={"told": (0.0, done.to_json())}))

    def _claim(self, mine: Record, registers: tuple[Register, ...]) -> Generator[Step, Seen, None]:
        """Write a claim, and read what stands after it."""
        value, begins = mine.to_json(), int(self._call[-1], 16) % 2
        apart = max(_APART, self._slowest / 2)
        waits = (0.0,) if len(registers) == 1 else (apart * begins, apart * (1 - begins))
        writes = {register: (wait, value) for register, wait in zip(registers, waits, strict=True)}
        yield from self._do(Step(writes=writes), apart=max(waits))
        yield from self._sleep(STANDS)
        yield from self._do(Step(reads=("told", "deputy")))

    def _can_rely(self, told: Record, deputy: Record | None) -> bool:
        return deputy is not None and self._is_others(deputy) and deputy.call != told.call

    def _relies(self, told: Record, deputy: Record | None) -> Generator[Step, Seen, bool]:
        """Wait for the text of the sender or its deputy; True: there is no time to do anything else.

        When both have had their time and there is some left, their claims count no more.
        """
        patience = self._seen.left - 1.75 * PATIENCE - 3 * self._slowest
        polls = 0
        while self._seen.left > self._slowest + _SPARE:
            if self._can_claim and self._seen.left < patience:
                self._watched.clear()
                self._given_up |= {record.call for record in (told, deputy) if record is not None}
                return False
            yield from self._sleep(min(_poll(polls), self._seen.left - self._slowest - _SPARE))
            polls += 1
            yield from self._do(Step(reads=("told", "deputy")))
            found, deputy = self._found()
            if found is None or not self._is_others(found):
                return False
            told = found
            if not self._can_rely(told, deputy) and self._can_claim:
                return False
        return True

    def _stand_by(self, told: Record | None) -> Steps:
        """Wait for the sender's text, and send when it is not accepted in time."""
        until = max(self._seen.left - PATIENCE - 2 * self._slowest, self._slowest + _SPARE)
        polls = 0
        while self._is_others(told) and self._seen.left > until:
            yield from self._sleep(min(_poll(polls), self._seen.left - until))
            yield from self._do(Step(reads=("told",)))
            told, _ = self._found()
            polls += 1
            if told is not None and self._is_open(told):
                return (yield from self._count(told.at))
        return (yield from self._send(claim(told, self._call, self._name, self._seen.now)))

    def _send(self, mine: Record) -> Steps:
        """Send, and tell of what the window before held back."""
        told = mine.untold
        if mine.window and self._seen.left > self._slowest:
            yield from self._do(Step(reads=("held",)))
            held_count = HeldCount.from_json(self._seen.values.get("held"))
            if held_count is not None and held_count.is_of(mine.window, within=self._cooldown / 2):
                told = told.plus(held_count.held)
        return Taken("send", told=told, record=mine, copies=1 if mine.copies else 2)

    def _count(self, window: float) -> Steps:
        """Count this event among those that the window held back; others that count now may overwrite it."""
        mark, until = self._call[:8], self._seen.left - COUNTING
        written = False
        if self._waited:
            yield from self._spread(mark)
        for tries in range(COUNTS):
            if self._seen.left < max(until, 2 * self._slowest):
                break
            yield from self._do(Step(reads=("held",)))
            held_count = HeldCount.from_json(self._seen.values.get("held"))
            if held_count is None or not held_count.is_of(window, within=self._cooldown / 2):
                held_count = HeldCount(window=window)
            if self._call in held_count.recent or (held_count.is_crowded and not held_count.wants(mark, self._at)):
                break
            if held_count.is_contended and not self._waited:
                yield from self._spread(mark)
                continue
            counted = held_count.plus(self._call, mark, self._name, self._at, self._seen.now, again=written)
            written = True
            yield from self._do(Step(writes={"held": (0.0, counted.to_json())}))
            yield from self._sleep(SPREAD * int(self._call[8:12], 16) / 2**16 * tries / COUNTS)
        # The last write is not looked at again: the count is short at worst, and says "at least".
        return Taken("held")

    def _spread(self, mark: str) -> Generator[Step, Seen, None]:
        """Wait a little: those that belong to the sample come first, and where many count the others need not."""
        seconds = (SPREAD + 2 * self._slowest) * int(mark, 16) / 2**32
        yield from self._sleep(min(seconds, self._seen.left - 3 * self._slowest))

    @property
    def _claiming(self) -> float:
        """Seconds that a claim takes."""
        return 2 * self._slowest + STANDS + max(_APART, self._slowest / 2)

    @property
    def _can_claim(self) -> bool:
        return self._seen.left > self._claiming

    def _is_open(self, told: Record | None) -> bool:
        return told is not None and told.is_open(self._seen.now, self._cooldown)

    def _is_others(self, record: Record | None) -> bool:
        """Tell whether another call may be about to send; one that was found to be does not expire while one waits."""
        if record is None or record.call == self._call or record.call in self._given_up:
            return False
        if record.call in self._watched:
            return record.state == "claimed"
        if record.is_busy(self._seen.now):
            self._watched.add(record.call)
            return True
        return False

    def _found(self) -> Found:
        values = self._seen.values
        return Record.from_json(values.get("told")), Record.from_json(values.get("deputy"))

    def _sleep(self, seconds: float) -> Generator[Step, Seen, None]:
        if seconds > 0:
            self._waited = True
            self._seen = yield Step(seconds=seconds)

    def _do(self, step: Step, *, apart: float = 0.0) -> Generator[Step, Seen, None]:
        before = self._seen.left
        self._seen = yield step
        self._slowest = max(self._slowest, before - self._seen.left - apart)


def _poll(number: int) -> float:
    return _POLLS[min(number, len(_POLLS) - 1)]
