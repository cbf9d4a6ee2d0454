"""What time it is for ClickSend, as the ``Date`` header of its answers tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime


class ServerClock:
    """A clock that an answer sets. Before the first answer it is this machine's, which may be wrong.

    :param wall: gives Unix seconds. :param monotonic: gives seconds that nobody sets back.
    """

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether an answer has told the time."""
        return self._offset is not None

    def now(self) -> float:
        """Return Unix seconds."""
        return self._wall() if self._offset is None else self._monotonic() + self._offset

    def learn(self, date: str | None) -> None:
        """Take the time from a ``Date`` header; one that is missing or cannot be read says nothing."""
        try:
            told = parsedate_to_datetime(date or "").timestamp()
        except (TypeError, ValueError, OverflowError):
            return
        self._offset = told - self._monotonic()
