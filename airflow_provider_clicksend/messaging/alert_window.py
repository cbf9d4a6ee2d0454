"""What a group of alerts remembers: who sends, whether that was accepted, and how much was held back. Plain values.

Nothing that all parts of Airflow can write to is atomic: of two writes at the same moment the later one wins. So each
value here says something true whichever of them survives, and a count that may be short says "at least".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from typing import Any, Literal

#: Another version of this package may read what this one wrote; what it does not know means: send.
VERSION = 2
#: Seconds by which the clocks of workers may differ. A time further in the future means nothing.
MAX_SKEW = 120.0
#: Seconds after which a claim is nobody's any more: an alert takes 15.
CLAIM_EXPIRES = 20.0
#: Copies of a text that may leave in a window without an answer; then nobody tries again before the window ends.
MAX_COPIES = 3
#: Windows that were opened so many seconds apart are one: a claim in passing may have reopened it.
SAME_WINDOW = 20.0

#: Marks that a count keeps to estimate how many there were, and callers that it knows by name.
SAMPLE, RECENT = 16, 32
#: Seconds in which so many are a crowd.
CROWD = 2.5
#: How far an estimate from that sample may be too high, so that "at least" holds in 97 of 100 cases.
_TOO_HIGH = 1.55
_MARK_BITS = 32

State = Literal["claimed", "accepted", "failed", "doubt"]


@dataclass(frozen=True, slots=True)
class Held:
    """What was held back.

    :param first: the name of the first.
    :param since: when the first came, and `until` the last (Unix seconds).
    :param at_least: whether some may not have been counted.
    """

    count: int = 0
    first: str = ""
    since: float = 0.0
    until: float = 0.0
    at_least: bool = False

    def plus(self, other: Held) -> Held:
        """Return both together."""
        if not (self.count and other.count):
            return self if self.count else other
        first = min(self, other, key=lambda held: held.since)
        return Held(
            self.count + other.count,
            first.first,
            first.since,
            max(self.until, other.until),
            at_least=self.at_least or other.at_least,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """Who told the group, or means to.

    :param call: identifies the call that wrote it. :param state: how far that call has come.
    :param at: when it wrote this (Unix seconds). :param name: what a summary may call its event.
    :param window: when the window before was opened, 0 for none: what it held back is still to be told.
    :param copies: copies in doubt that earlier calls sent since.
    :param untold: events of earlier calls whose texts were never seen to be accepted.
    """

    call: str
    state: State
    at: float
    name: str = ""
    window: float = 0.0
    copies: int = 0
    untold: Held = field(default_factory=Held)

    def to_json(self) -> dict[str, Any]:
        """Return JSON primitives."""
        return {"v": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, data: object) -> Record | None:
        """Rebuild what `to_json` gave; None for anything else."""
        values = _checked(data, cls(call="", state="claimed", at=0.0))
        if values is None or values["state"] not in ("claimed", "accepted", "failed", "doubt"):
            return None
        untold = _checked({"v": VERSION, **values["untold"]}, Held())
        return None if untold is None else cls(**{**values, "untold": Held(**untold)})

    def is_open(self, now: float, cooldown: float) -> bool:
        """Tell whether the group was told lately: a text was accepted, or as many left as may leave in doubt."""
        is_told = self.state == "accepted" or (self.state == "doubt" and self.copies >= MAX_COPIES)
        return is_told and -MAX_SKEW <= now - self.at < cooldown

    def is_busy(self, now: float) -> bool:
        """Tell whether its call may still be about to send."""
        return self.state == "claimed" and -MAX_SKEW <= now - self.at < CLAIM_EXPIRES


def claim(before: Record | None, call: str, name: str, now: float) -> Record:
    """Return the claim of a call that found this record (None: nothing that can be read)."""
    mine = Record(call=call, state="claimed", at=now, name=name)
    if before is None:
        return mine
    if before.state == "accepted":
        return replace(mine, window=before.at)
    # The untold of a record that a clock wrote far ahead of ours are told all the same, the doubt of long ago is not.
    untold = before.untold.plus(Held(1, before.name, before.at, before.at))
    copies = before.copies if abs(now - before.at) < CLAIM_EXPIRES * MAX_COPIES else 0
    return replace(mine, window=before.window, copies=copies, untold=untold)


def unsaid(record: Record | None, held_count: HeldCount | None, *, now: float, cooldown: float) -> Held | None:
    """Return what nobody was told of, now that the window is over; None: nothing, or somebody may still tell it.

    :param now: Unix seconds. :param cooldown: seconds of a window.
    """
    if record is None or record.is_open(now, cooldown) or record.is_busy(now):
        return None
    is_told = record.state == "accepted"
    held = Held() if is_told else record.untold.plus(Held(1, record.name, record.at, record.at))
    window = record.at if is_told else record.window
    if held_count is not None and held_count.is_of(window, within=cooldown / 2):
        held = held.plus(held_count.held)
    return held if held.count else None


def said(record: Record, *, now: float, cooldown: float) -> Record:
    """Return what stands once that was told: a window that is over, so that the next event is told at once."""
    if record.state == "accepted":
        return record
    return Record(record.call, "accepted", min(record.at, now - cooldown), record.name)


@dataclass(frozen=True, slots=True)
class HeldCount:
    """What a window held back.

    :param window: when it was opened (Unix seconds).
    :param clashes: how often a call found its count overwritten by another's.
    :param sample: the smallest marks of the events, as hex numbers.
    :param recent: the calls that were counted last, and `times` when the last were (Unix seconds).
    """

    window: float = 0.0
    count: int = 0
    first: str = ""
    since: float = 0.0
    until: float = 0.0
    clashes: int = 0
    sample: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    times: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return JSON primitives."""
        return {"v": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, data: object) -> HeldCount | None:
        """Rebuild what `to_json` gave; None for anything else."""
        values = _checked(data, cls())
        if values is None or not all(_is_mark(mark) for mark in values["sample"]):
            return None
        return cls(**values)

    def is_of(self, window: float, *, within: float = SAME_WINDOW) -> bool:
        """Tell whether this counts what the window that was opened then held back.

        :param within: seconds; less than a window is long.
        """
        return bool(self.count) and abs(self.window - window) < min(within, SAME_WINDOW)

    def plus(self, call: str, mark: str, name: str, at: float, now: float, *, again: bool) -> HeldCount:
        """Count an event.

        :param mark: eight hex digits that stand for the event. :param again: its count was overwritten before.
        """
        is_first = not self.count or at < self.since
        return replace(
            self,
            count=self.count + 1,
            first=name if is_first else self.first,
            since=at if is_first else self.since,
            until=max(at, self.until),
            clashes=self.clashes + again,
            sample=tuple(sorted({*self.sample, mark})[:SAMPLE]),
            recent=(*self.recent, call)[-RECENT:],
            times=(*self.times, now)[-SAMPLE:],
        )

    def wants(self, mark: str, at: float) -> bool:
        """Tell whether an event says more than its number: it is the first, or belongs to the sample."""
        return at < self.since or len(self.sample) < SAMPLE or mark < self.sample[-1]

    @property
    def is_contended(self) -> bool:
        """Whether calls were seen to overwrite each other's counts, or are likely to."""
        return bool(self.clashes) or self.is_crowded

    @property
    def is_crowded(self) -> bool:
        """Whether so many write at once that counting one by one only gets in the way."""
        return len(self.times) == SAMPLE and self.times[-1] - self.times[0] < CROWD

    @property
    def held(self) -> Held:
        """What a summary may say."""
        estimate = 0
        if self.is_contended and len(self.sample) == SAMPLE:
            estimate = int((SAMPLE - 1) * 2**_MARK_BITS / max(1, int(self.sample[-1], 16)) / _TOO_HIGH)
        return Held(
            max(self.count, estimate),
            self.first,
            self.since,
            self.until,
            at_least=bool(self.clashes) or self.is_crowded,
        )


def _is_mark(mark: object) -> bool:
    return isinstance(mark, str) and len(mark) == _MARK_BITS // 4 and set(mark) <= set("0123456789abcdef")


def _checked(data: object, example: Any) -> dict[str, Any] | None:
    """Return the values of a dictionary that has the names and types of an example, or None."""
    names = asdict(example)
    if not isinstance(data, Mapping) or data.get("v") != VERSION or data.keys() - {"v"} != names.keys():
        return None
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name != "v"}
    return values if all(_fits(values[name], example_value) for name, example_value in names.items()) else None


def _fits(value: object, example: object) -> bool:
    if isinstance(example, float):
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if isinstance(example, bool) or not isinstance(example, int):
        return isinstance(value, type(example))
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
