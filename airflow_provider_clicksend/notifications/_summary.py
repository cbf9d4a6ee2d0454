"""The end of a storm: what the brake held back, told once its window is over, without a later alert."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.deadline import Deadline
from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging import alerts
from airflow_provider_clicksend.messaging.alert_window import Record, said, unsaid
from airflow_provider_clicksend.messaging.reference import alert_reference
from airflow_provider_clicksend.notifications._alert_state import AlertMemory
from airflow_provider_clicksend.notifications._letter import letter_saying, mark_of

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.alert_window import Held
    from airflow_provider_clicksend.notifications._send import Letter
    from airflow_provider_clicksend.notifications.clicksend import ClickSendNotifier
    from airflow_provider_clicksend.version_compat import Context

log = logging.getLogger(__name__)

#: Seconds that one summary may take; nothing ends the process of a task that runs.
SECONDS = 60.0
#: The kinds of events that have memories of their own.
KINDS = [kind for kind in alerts.HEADLINES if kind not in alerts.FAMILIES]


def tell_what_was_held_back(notifier: ClickSendNotifier, group: str, context: Context) -> list[dict[str, Any]]:
    """Tell the notifier's people what its brake held back, unless a window is still open or somebody is about to.

    :returns: for each text ``kind``, ``count`` and ``at_least`` of what it told.
    :raises ClickSendError: one was not accepted; it is told next time.
    """
    return [told for kind in KINDS if (told := Summary(notifier, group, kind, context).tell()) is not None]


class Summary:
    """What is to be told about one kind of events of one group."""

    def __init__(self, notifier: ClickSendNotifier, group: str, kind: str, context: Context) -> None:
        if notifier.cooldown is None:
            raise ClickSendConfigError(
                "This notifier has no `cooldown`: it holds nothing back that could be told later.", field="cooldown"
            )
        self._notifier = notifier
        self._group = group
        self._kind = kind
        self._context = context
        self._cooldown = notifier.cooldown.total_seconds()
        self._deadline = Deadline.after(SECONDS)
        self._mark = mark_of(notifier, context, group, kind)
        self._memory = AlertMemory(self._mark, group=group, name="", cooldown=self._cooldown, deadline=self._deadline)

    def tell(self) -> dict[str, Any] | None:
        """Tell it, once; None: there is nothing to tell."""
        record, held_count = self._memory.found()
        now = time.time()
        held = unsaid(record, held_count, now=now, cooldown=self._cooldown)
        if record is None or held is None:
            return None
        letter = self._letter(record, held)
        if letter.was_sent_before(self._deadline):
            log.info("%s: this summary was sent before.", self._group)
        else:
            self._send(letter)
        self._memory.put(said(record, now=now, cooldown=self._cooldown), held_count)
        return {"kind": self._kind, "count": held.count, "at_least": held.at_least}

    def _letter(self, record: Record, held: Held) -> Letter:
        text = alerts.more_text(
            held,
            kind=self._kind,
            group=self._group,
            now=datetime.now(UTC),
            more="more " if record.state == "accepted" else "",
        )
        return letter_saying(
            self._notifier,
            self._context,
            ClickSendHook(self._notifier.clicksend_conn_id),
            text=self._notifier.fitted(text),
            # The same for the same window, so that a task that is tried again finds what it sent.
            reference=alert_reference("summary", self._mark, f"{record.call} {record.at}"),
        )

    def _send(self, letter: Letter) -> None:
        letter.send(self._deadline)
        if letter.doubtful:
            letter.look(self._deadline, self._notifier.SETTLE)
        if letter.problem is not None and not letter.is_told:
            raise letter.problem
        if letter.problem is not None:
            log.error("Not everybody was told: %s", letter.problem)
