"""What a look means for a wait: it is done, it has failed, or it sleeps. Sensors, triggers and the alert check ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendError

if TYPE_CHECKING:
    from airflow_provider_clicksend.engine.look import Look

#: An error that no repeat should heal ends a wait only when it was seen in so many looks in a row ...
FINAL_AFTER_LOOKS = 3
#: ... and for so long (seconds): keys are rotated and gateways restart, and a 401 may pass.
FINAL_AFTER_SECONDS = 120.0
#: Seconds between two lines that say what is still waited for, while nothing changes.
REPORT_EVERY = 600.0


@dataclass(frozen=True)
class Done:
    """The wait is over, and this is its result."""

    result: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """The wait cannot end well any more, and this is why."""

    error: ClickSendError


@dataclass(frozen=True)
class Sleep:
    """The wait goes on, after so many seconds.

    :param error: what this look could not read, or None.
    """

    seconds: float
    error: ClickSendError | None = None


Step = Done | Failed | Sleep


class WaitSteps:
    """Judge look after look for one wait.

    :param wait: with ``awaited`` and ``note(...)``, which returns the result once the wait is over.
    :param clock: seconds that only grow.
    """

    def __init__(self, wait: Any, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.wait = wait
        self._clock = clock
        self._bad_looks = 0
        self._bad_since = 0.0

    def after(self, look: Look[Any], *, poll_interval: float = 0.0) -> Step:
        """Say what this look means.

        :param poll_interval: seconds between two looks; a server that asks for more gets more.
        """
        result = look.noted_by(self.wait)
        if result is not None:
            return Done(result)
        if look.error is None or look.answered:
            self._bad_looks = 0
        refused = next((error for i, error in look.refused.items() if self._asked_for(i)), None)
        if refused is not None:
            return Failed(refused)
        if look.error is not None and self._is_final(look):
            return Failed(look.error)
        ours = (error for message_id, error in look.errors.items() if self._asked_for(message_id))
        return Sleep(look.pause(poll_interval), look.error or next(ours, None))

    def _asked_for(self, message_id: str) -> bool:
        return bool(self.wait.awaited.includes(message_id, None))

    def _is_final(self, look: Look[Any]) -> bool:
        if isinstance(look.error, ClickSendConfigError):
            return True  # the Airflow connection itself cannot work, which no network explains
        if not look.permanent:
            # A server that is down says nothing about the key.
            return False
        if not self._bad_looks:
            self._bad_since = self._clock()
        self._bad_looks += 1
        lasted = self._clock() - self._bad_since
        return self._bad_looks >= FINAL_AFTER_LOOKS and lasted >= FINAL_AFTER_SECONDS


class Reports:
    """Says when a wait is worth a line in the log: when something has changed, else every `REPORT_EVERY` seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: str | None = None
        self._at = 0.0

    def due(self, text: str) -> bool:
        """Tell whether this line should be written now."""
        now = self._clock()
        if text == self._last and now - self._at < REPORT_EVERY:
            return False
        self._last, self._at = text, now
        return True
