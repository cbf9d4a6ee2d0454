"""Calling what nobody can give a timeout: Airflow, templates, other people's notifiers."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from airflow_provider_clicksend.api.errors import ClickSendTimeoutError
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_0_PLUS

_Result = TypeVar("_Result")


class Call(Generic[_Result]):
    """A call in a thread of its own, which ends with the process at the latest."""

    def __init__(self, what: Callable[[], _Result], name: str) -> None:
        self.name = name
        self._results: list[_Result] = []
        self._errors: list[BaseException] = []
        # What Airflow keeps in context variables, such as the log of this task, holds in the thread too.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._run, what), name=name, daemon=True)
        self._thread.start()

    def _run(self, what: Callable[[], _Result]) -> None:
        try:
            self._results.append(what())
        except BaseException as error:  # noqa: BLE001 - handed to the caller, whatever it is
            self._errors.append(error)

    def result(self, seconds: float) -> _Result:
        """Wait for so many seconds and return what the call returned, or raise what it raised.

        :raises ClickSendTimeoutError: it goes on; what it does may still happen.
        """
        self._thread.join(seconds)
        if self._errors:
            raise self._errors[0]
        if not self._results:
            raise ClickSendTimeoutError(f"{self.name} did not end within {seconds:.1f} s.", request_sent=True)
        return self._results[0]


def bounded(what: Callable[[], _Result], seconds: float, name: str) -> _Result:
    """Call it, for so many seconds at most.

    Airflow 2 gives each thread a session of its own with its database, and does not wait for a server: called as it is.

    :raises ClickSendTimeoutError: it goes on; what it does may still happen.
    """
    return Call(what, name).result(seconds) if AIRFLOW_V_3_0_PLUS else what()


def at_once(whats: Sequence[Callable[[], _Result]], seconds: float, name: str) -> list[_Result]:
    """Call them all at the same time and return what they return; on Airflow 2 one after the other.

    :raises ClickSendTimeoutError: one goes on; what it does may still happen.
    """
    if len(whats) == 1 or not AIRFLOW_V_3_0_PLUS:
        return [what() for what in whats]
    end = time.monotonic() + seconds
    calls = [Call(what, name) for what in whats]
    return [call.result(max(0.0, end - time.monotonic())) for call in calls]
