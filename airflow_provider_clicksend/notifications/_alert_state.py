"""What was sent lately, in an Airflow Variable.

Nothing else is there to read and write for a task, a callback of the DAG processor and a trigger alike. There is one
for each group of alerts; it may be deleted at any time.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from uuid import uuid4

from airflow_provider_clicksend.messaging.alert_window import Held, Memory, Verdict
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS

log = logging.getLogger(__name__)

#: Seconds between writing a mark and trusting it: longer than a call needs between its reading and its writing.
WAIT = 1.5
#: How often a call whose mark was overwritten writes it again.
MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """How a call may go on.

    :param held: what the window before held back, to be told now.
    """

    verdict: Verdict
    held: Held = field(default_factory=Held)


class AlertMemory:
    """The memory of one group, for one call.

    :param mark: what identifies the group. :param group: its name, for the Variable's description.
    :param event: what identifies the event. :param name: what a summary may call it.
    :param cooldown: seconds; None for no limit.
    """

    def __init__(self, mark: str, *, group: str, event: str, name: str, cooldown: float | None) -> None:
        self._key = f"clicksend_alerts_{mark}"
        self._description = f"ClickSend alerts sent lately for {group}; may be deleted"
        self._event = event
        self._call = uuid4().hex[:12]
        self._name = name
        self._cooldown = cooldown

    def take(self) -> Taken:
        """Say whether this call sends. A memory that cannot be reached is no reason to stay silent."""
        try:
            return self._take()
        except AIRFLOW_CALL_ERRORS as error:
            log.warning(
                "What was sent lately cannot be read or written (Variable %s: %s: %s). The alert is sent, maybe twice.",
                self._key,
                type(error).__name__,
                error,
            )
            return Taken("send")

    def _take(self) -> Taken:
        for tries in range(MAX_TRIES):
            verdict, memory = self._read().take(
                self._event, self._call, name=self._name, now=time.time(), cooldown=self._cooldown, again=tries > 0
            )
            if verdict == "duplicate":
                return Taken(verdict)
            self._write(memory)
            if verdict == "send":
                time.sleep(WAIT)
            if self._read().stands(self._event, self._call, verdict, cooldown=self._cooldown):
                break
        return Taken(verdict, memory.past if verdict == "send" else Held())

    def release(self) -> None:
        """Forget the event, because its text could not be sent: the next report is not to be held back."""
        try:
            self._write(self._read().release(self._event, self._call))
        except AIRFLOW_CALL_ERRORS as error:
            log.warning("Variable %s still says that this alert was sent: %s", self._key, error)

    def _read(self) -> Memory:
        from airflow.providers.common.compat.sdk import Variable

        # By position: Airflow 2 and 3 have different names for the default.
        text = Variable.get(self._key, None)
        try:
            return Memory.from_json(json.loads(text)) if text else Memory()
        except (ValueError, TypeError, KeyError):
            log.warning("Variable %s holds something else; starting anew.", self._key)
            return Memory()

    def _write(self, memory: Memory) -> None:
        from airflow.providers.common.compat.sdk import Variable

        Variable.set(self._key, json.dumps(memory.to_json()), description=self._description)
