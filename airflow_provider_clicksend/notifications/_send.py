"""Sending one alert within a deadline: one request in the usual case, and never a third copy."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.api.errors import (
    ClickSendError,
    ClickSendMessageRefusedError,
    ClickSendOutcomeUnknownError,
)
from airflow_provider_clicksend.api.retry import may_have_been_accepted
from airflow_provider_clicksend.engine.history import MARGIN, UNKNOWN_CLOCK_MARGIN, HistoryReader, shown
from airflow_provider_clicksend.engine.requests import Requests, SendRequest
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.batch_result import BatchResult, unanswered
from airflow_provider_clicksend.messaging.history_match import HistoryMatch, Message
from airflow_provider_clicksend.messaging.reference import belongs_to
from airflow_provider_clicksend.messaging.refusals import hint_for

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.deadline import Deadline

log = logging.getLogger(__name__)

#: Seconds by which the clock of an answer's header may be ahead of the history's.
_CLOCK_SLACK = 5
#: Seconds between two looks whether the history shows an accepted letter.
_POLL = 0.5


@dataclass
class Letter:
    """What one notifier has to say, and what became of it.

    :param batch: to whom, and what. :param result: what is settled. :param doubtful: what may have been accepted.
    :param leaves: how often it has left.
    """

    client: ClickSendClient
    channel: str
    batch: Batch
    result: BatchResult = field(default_factory=lambda: BatchResult(listed=True))
    doubtful: list[Message] = field(default_factory=list)
    leaves: int = 0

    @classmethod
    def to(
        cls, client: ClickSendClient, channel: str, *, to: Sequence[str], common: Mapping[str, Any], reference: str
    ) -> Letter:
        """Return the letter to these numbers.

        :param to: numbers in E.164. :param common: ``body``, ``from`` ... :param reference: the batch reference.
        :raises ClickSendConfigError: it cannot be sent as it is.
        """
        model = channel_named(channel).resource(client).message_model
        batch = Batch(recipients=to, common=common, reference=reference, model=model, row_fields=frozenset())
        batch.check(now=client.clock.now())
        return cls(client, channel, batch)

    def send(self, deadline: Deadline) -> None:
        """Let it leave, once; `result` and `doubtful` tell what came of it.

        :raises ClickSendError: it was not accepted, as far as anybody can tell.
        """
        client = self.client.with_deadline(deadline)
        requests = Requests(client, SendRequest(channel=self.channel, batch=self.batch))
        messages = self.doubtful or self.batch.messages(0, len(self.batch))
        began = client.clock.now()
        self.leaves += 1
        try:
            answer = requests.send(messages, {})
        except ClickSendError as error:
            if not may_have_been_accepted(error):
                raise
            log.warning("The alert may have been sent: %s", error)
            self._doubt(messages, began)
            return
        self.result.add_accepted(answer)
        self.result.add_refused(answer.refused)
        self._doubt(unanswered(messages, answer), began)

    def _doubt(self, messages: list[Message], began: float) -> None:
        self.doubtful = messages
        # With the clock of the answer, if there was one: the request left before it.
        self._since = min(began, self.client.clock.now())

    def look(self, deadline: Deadline, settle: float) -> None:
        """Look in the history for what is in doubt, and count what it shows.

        :param settle: seconds that it gets to show a text, twice that while it shows nothing newer.
        """
        client = self.client.with_deadline(deadline)
        is_known = client.clock.is_known
        match = HistoryMatch(self.doubtful, since=self._since - (_CLOCK_SLACK if is_known else UNKNOWN_CLOCK_MARGIN))
        since = self._since - (MARGIN if is_known else UNKNOWN_CLOCK_MARGIN)
        reader = HistoryReader(
            client, channel_named(self.channel).resource(client), match, since=since, asked=client.clock.now()
        )
        try:
            reader.look_up(min(settle, deadline.left / 3))
        except ClickSendError as error:
            log.warning("%s", error)
        for message in self.doubtful:
            for row in match.rows(message):
                self.result.add_found(row)
        self.doubtful = match.missing

    def was_sent_before(self, deadline: Deadline) -> bool:
        """Tell whether the history shows this very letter, by its reference; what cannot be read says no."""
        client = self.client.with_deadline(deadline)
        history = channel_named(self.channel).resource(client).history
        since = max(0, int(client.clock.now() - UNKNOWN_CLOCK_MARGIN))
        # In an account with much traffic the newest hundred do not reach back: there one of its numbers is searched.
        for search in (None, f"to:{self.batch.recipients[0]}"):
            try:
                rows = history(q=search, date_from=since, order_by="date:desc").rows
            except ClickSendError as error:
                log.warning("Whether this was texted before cannot be read: %s", error)
                continue
            if any(belongs_to(self.batch.reference, row.custom_string) for row in rows):
                return True
        return False

    def wait_until_shown(self, deadline: Deadline) -> None:
        """Wait until the history shows it, no longer than that."""
        while not self.was_sent_before(deadline) and deadline.allows(_POLL):
            time.sleep(_POLL)

    @property
    def is_told(self) -> bool:
        """Whether anybody was told, as far as is known."""
        return bool(self.result.accepted)

    @property
    def problem(self) -> ClickSendError | None:
        """What is wrong with it, None when each message was accepted."""
        if self.doubtful:
            return ClickSendOutcomeUnknownError(
                f"Whether {len(self.doubtful)} messages were sent is unknown: they left {self.leaves} times without an "
                "answer, and the history does not show them. Look for them in ClickSend's dashboard.",
                unknown=shown(self.doubtful),
            )
        refused = self.result.refused
        if refused:
            return ClickSendMessageRefusedError(refused, accepted=self.result.accepted, hint=hint_for(refused))
        return None
