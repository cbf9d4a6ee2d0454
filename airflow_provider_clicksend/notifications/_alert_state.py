"""What was sent lately, in Airflow Variables.

They are the one thing that a task on a worker, a callback of the DAG processor and a trigger can all read and write, on
every Airflow from 2.11 on. Each group has three, which may be deleted at any time: who told it, who would, and how much
was held back. :mod:`.messaging.alert_brake` has the decisions.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from airflow_provider_clicksend.api.deadline import Deadline
from airflow_provider_clicksend.messaging.alert_brake import Brake, Register, Seen, Step, Taken
from airflow_provider_clicksend.messaging.alert_window import HeldCount, Record, State
from airflow_provider_clicksend.notifications._bounded import at_once, bounded

log = logging.getLogger(__name__)

#: Seconds that writing down the outcome may take after the deadline.
LAST_WRITE = 2.5
#: Seconds that the last step of a slow memory may take after the deadline: who is about to find out that another sends
#: must not send for the sake of a second.
LAST_STEP = 1.5

_ENDINGS: Mapping[Register, str] = {"told": "", "deputy": "_deputy", "held": "_held"}
_Result = TypeVar("_Result")


class AlertMemory:
    """The memory of one group, for one call. Nothing that it meets is an error: then the alert is sent.

    :param mark: what identifies the group. :param group: its name, for the Variables' descriptions.
    :param name: what a summary may call this event.
    :param cooldown: seconds. :param deadline: when it must have been decided who sends.
    """

    def __init__(self, mark: str, *, group: str, name: str, cooldown: float, deadline: Deadline) -> None:
        self._key = f"clicksend_alerts_{mark}"
        self._description = f"ClickSend alerts sent lately for {group}; may be deleted"
        self._deadline = deadline
        self._brake = Brake(uuid4().hex[:16], name=name, cooldown=cooldown, at=time.time(), left=deadline.left)
        self._taken: Taken | None = None

    def take(self) -> Taken:
        """Say whether this call sends."""
        try:
            taken = bounded(
                lambda: self._run(self._brake.take()), self._deadline.left + LAST_STEP, "The memory of alerts"
            )
        except Exception as error:  # noqa: BLE001 - whatever a memory raises, it must not lose the alert
            log.warning(
                "What was sent lately cannot be read or written (Variable %s: %s: %s). The alert is sent, maybe twice.",
                self._key,
                type(error).__name__,
                error,
            )
            return Taken("send")
        self._taken = taken
        return taken

    def settle(self, state: State, *, copies: int = 0) -> None:
        """Write down what became of the text.

        :param copies: how many left in doubt.
        """
        record = self._taken.record if self._taken else None
        if record is None:
            return
        try:
            settled = self._brake.settled(record, state, copies=copies)
            bounded(lambda: self._run(settled), max(LAST_WRITE, self._deadline.left), "The memory of alerts")
        except Exception as error:  # noqa: BLE001 - the text has left; others may send one more
            log.warning("Variable %s does not say that this alert was %s: %s", self._key, state, error)

    def found(self) -> tuple[Record | None, HeldCount | None]:
        """Return who told the group, and what was held back since; what cannot be read raises what it raises."""
        return Record.from_json(self._read("told")), HeldCount.from_json(self._read("held"))

    def put(self, record: Record, told: HeldCount | None) -> None:
        """Write down that what a window held back was told, unless another window has begun meanwhile."""
        found, held_count = self.found()
        if held_count == told and held_count is not None:
            self._write("held", HeldCount(window=held_count.window).to_json())
        if found is not None and found.call == record.call:
            self._write("told", record.to_json())

    def forget(self) -> None:
        """Delete the Variables."""
        from airflow.providers.common.compat.sdk import Variable

        try:
            for ending in _ENDINGS.values():
                bounded(partial(Variable.delete, self._key + ending), LAST_WRITE, "The memory of alerts")
        except Exception as error:  # noqa: BLE001 - the alert is told; what is left may be deleted by hand
            log.warning("Variable %s cannot be deleted: %s: %s", self._key, type(error).__name__, error)

    def _run(self, steps: Generator[Step, Seen, _Result]) -> _Result:
        """Do what is asked, step by step."""
        try:
            step = next(steps)
            while True:
                step = steps.send(Seen(self._done(step), time.time(), self._deadline.left))
        except StopIteration as end:
            result: _Result = end.value
            return result

    def _done(self, step: Step) -> Mapping[str, object]:
        time.sleep(step.seconds)
        calls: list[Callable[[], object]] = [partial(self._read, register) for register in step.reads]
        calls += [partial(self._write, register, value, wait) for register, (wait, value) in step.writes.items()]
        # Each may take seconds. (Airflow 3 may still do one after the other.)
        values = at_once(calls, self._deadline.left + LAST_STEP, "The memory of alerts")
        return dict(zip(step.reads, values, strict=False))

    def _read(self, register: Register) -> object:
        """Return what a register holds, None for nothing that can be read as JSON."""
        from airflow.providers.common.compat.sdk import Variable

        # By position: Airflow 2 and 3 have different names for the default.
        text = Variable.get(self._key + _ENDINGS[register], None)
        if not text:
            return None
        try:
            return json.loads(text)
        except (ValueError, TypeError, RecursionError):
            log.warning("Variable %s%s holds something else; starting over.", self._key, _ENDINGS[register])
            return None

    def _write(self, register: Register, value: Mapping[str, Any], wait: float = 0.0) -> None:
        from airflow.providers.common.compat.sdk import Variable

        time.sleep(wait)
        Variable.set(self._key + _ENDINGS[register], json.dumps(value), description=self._description)
