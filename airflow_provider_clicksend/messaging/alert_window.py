"""Which alerts of a group are sent, which are held back and which were sent before: decisions over a small memory.

Nothing that all parts of Airflow can write to is atomic, so a call *takes* an event: it writes its own mark, waits, and
reads the memory again. Whose mark still stands, sends (Fischer's algorithm). What two calls write at the same moment,
the later write wins; the loser finds its mark gone and takes again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

#: Events that a memory knows at most, so that it stays small.
MAX_SEEN = 100

Verdict = Literal["send", "held", "duplicate"]


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
        """Return both, this one first."""
        if not (self.count and other.count):
            return self if self.count else other
        return Held(
            self.count + other.count, self.first, self.since, other.until, at_least=self.at_least or other.at_least
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a group.

    :param seen: the last events and the call that took each, oldest first.
    :param opened: when the window began (Unix seconds), 0 when there is none.
    :param owner: the call that sends the window's text.
    :param held: what the window holds back.
    :param past: what the window before held back; the owner's text tells of it.
    """

    seen: Mapping[str, str] = field(default_factory=dict)
    opened: float = 0.0
    owner: str = ""
    held: Held = field(default_factory=Held)
    past: Held = field(default_factory=Held)

    def to_json(self) -> dict[str, Any]:
        """Return JSON primitives."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Memory:
        """Rebuild what `to_json` gave.

        :raises TypeError, KeyError: when this is something else.
        """
        return cls(**{**data, "held": Held(**data["held"]), "past": Held(**data["past"])})

    def take(
        self, event: str, call: str, *, name: str, now: float, cooldown: float | None, again: bool = False
    ) -> tuple[Verdict, Memory]:
        """Decide about an event, and return the memory to write.

        :param event: what identifies it.
        :param call: what identifies the call.
        :param name: what a summary may call it.
        :param now: Unix seconds.
        :param cooldown: seconds in which a group gets one text; None for no limit.
        :param again: whether this call has tried before, and was overwritten: then others may have been too.
        """
        if self.seen.get(event, call) != call:
            return "duplicate", self
        seen = {**self.seen, event: call}
        seen = {key: seen[key] for key in list(seen)[-MAX_SEEN:]}
        if cooldown is None or self.owner == call:
            return "send", replace(self, seen=seen)
        if now < self.opened + cooldown:
            one = Held(1, name, now, now, at_least=again)
            return "held", replace(self, seen=seen, held=self.held.plus(one))
        return "send", Memory(seen=seen, opened=now, owner=call, past=self.held)

    def stands(self, event: str, call: str, verdict: Verdict, *, cooldown: float | None) -> bool:
        """Tell whether what this call wrote is still there."""
        if self.seen.get(event) != call:
            return False
        return verdict == "held" or cooldown is None or self.owner == call

    def release(self, event: str, call: str) -> Memory:
        """Return the memory without an event whose text could not be sent, so that the next one is not held back."""
        seen = {key: taker for key, taker in self.seen.items() if (key, taker) != (event, call)}
        if self.owner != call:
            return replace(self, seen=seen)
        return Memory(seen=seen, held=self.past.plus(self.held))
