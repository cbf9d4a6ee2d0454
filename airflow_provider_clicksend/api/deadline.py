"""A moment by which something must have ended, handed down so that timeouts do not add up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on this machine's monotonic clock; `Deadline()` never comes.

    :param at: seconds of `time.monotonic`.
    """

    at: float = inf

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline in so many seconds."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until then, 0 when it has passed."""
        return max(0.0, self.at - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether it has passed."""
        return time.monotonic() >= self.at

    def within(self, seconds: float) -> Deadline:
        """Return this deadline, or the one in so many seconds if that is sooner."""
        return Deadline(min(self.at, time.monotonic() + seconds))

    def allows(self, seconds: float) -> bool:
        """Tell whether something that takes so many seconds would end before."""
        return seconds < self.left
