"""The failures of which this process has told."""

from __future__ import annotations

import threading
import time


class Told:
    """The failures of which this process has told, for an hour: Airflow reports some of them twice."""

    SECONDS, MOST = 3600.0, 10_000

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def has(self, key: tuple[str, str]) -> bool:
        """Tell whether this was told."""
        with self._lock:
            return time.monotonic() - self._times.get(key, -self.SECONDS) < self.SECONDS

    def add(self, key: tuple[str, str]) -> None:
        """Remember it."""
        with self._lock:
            self._times.pop(key, None)
            self._times[key] = time.monotonic()
            while len(self._times) > self.MOST:
                del self._times[next(iter(self._times))]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._times.clear()


told_here = Told()
