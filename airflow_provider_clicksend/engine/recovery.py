"""Finding out what became of messages in doubt: since when to look, by whose clock, and for how long."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.engine.history import (
    MARGIN,
    UNKNOWN_CLOCK_MARGIN,
    WRONG_CLOCK_MARGIN,
    HistoryReader,
)
from airflow_provider_clicksend.messaging.history_match import HistoryMatch, Message

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.resources.base import ChannelResource
    from airflow_provider_clicksend.engine.requests import SendRequest
    from airflow_provider_clicksend.engine.send_state import SendState
    from airflow_provider_clicksend.messaging.batch_result import BatchResult

log = logging.getLogger(__name__)

#: Seconds by which ClickSend's clock, read from a header in whole seconds, may seem to be ahead of its history.
_CLOCK_SLACK = 5


class Recovery:
    """Looks in the history for what a send has left in doubt."""

    def __init__(
        self, client: ClickSendClient, request: SendRequest, state: SendState, resource: ChannelResource
    ) -> None:
        self._client = client
        self._request = request
        self._state = state
        self._resource = resource
        #: Of what is known to be accepted, where it is kept one by one.
        self.accepted_ids: set[str] = set()
        #: When this try began the batch, on this machine's monotonic clock; None when an earlier one did.
        self._began: float | None = None

    def begin(self, *, is_first: bool) -> None:
        """Note that requests may leave from now on."""
        self._began = time.monotonic() if is_first else None

    @property
    def is_first(self) -> bool:
        """Whether this try is the one that began the batch."""
        return self._began is not None

    def keep_apart(self) -> None:
        """Let so much time pass after a clear that no row of the texts before it is taken for one of those after it."""
        self._ask_time()
        time.sleep(_CLOCK_SLACK + 1)
        clock = self._client.clock
        self._state.opening = replace(self._state.opening, since=clock.now(), is_server_time=clock.is_known)

    def know(self, settled: BatchResult) -> None:
        """Remember what is accepted, so that its rows show no other message."""
        self.accepted_ids.update(row["message_id"] for row in settled.rows if row["message_id"])

    def _ask_time(self) -> None:
        """Have an answer tell ClickSend's time, where none has yet: the history goes by it, not by the worker's."""
        if self._client.clock.is_known:
            return
        try:
            self._resource.history()
        except ClickSendError as error:
            log.info("ClickSend's time is not known: the history cannot be read now (%s).", error)

    def new_match(self, doubtful: list[Message]) -> HistoryMatch:
        """Return a match that takes rows of these messages, of the time since the first request."""
        if doubtful:
            self._ask_time()
        since = self.since()
        # Above a thousand messages their ids are not kept: then a row may be that of an equal message.
        words_tell = self._request.is_listed or not (doubtful and self._request.batch.has_equal_messages)
        return HistoryMatch(
            doubtful,
            since=since - (_CLOCK_SLACK if self._state.opening.is_server_time else UNKNOWN_CLOCK_MARGIN),
            doubtful_since=since - WRONG_CLOCK_MARGIN if self._is_time_unknown else None,
            settled=self.accepted_ids,
            words_tell=words_tell,
            words_vary=self._request.batch.words is not None,
        )

    def look_up(self, match: HistoryMatch, *, learn: bool) -> None:
        """Fill the match from the history, which is given the time to show all.

        :param learn: whether how late it was says how late it will be.
        :raises HistoryUnreadableError: nobody may send again.
        """
        since, asked = self.since() - self._margin(), self._client.clock.now()
        reader = HistoryReader(self._client, self._resource, match, since=since, asked=asked)
        found = reader.look_up(self.settle())
        if not match.complete and not found.is_caught_up:
            log.warning("The history shows nothing newer than the request, so its silence proves nothing.")
        if learn and found.lag > self._state.opening.lag:
            log.info("The history was %.0f s late; it is given that time from now on.", found.lag)
            self._state.write_opening(replace(self._state.opening, lag=found.lag))

    @property
    def _is_time_unknown(self) -> bool:
        """Whether no answer has ever told the time. What an earlier try noted by its own clock, `since` sets right."""
        return not (self._state.opening.is_server_time or self._client.clock.is_known)

    def _margin(self) -> int:
        """Return the seconds before the first request from which on rows are read."""
        if self._is_time_unknown:
            return WRONG_CLOCK_MARGIN
        return MARGIN if self._state.opening.is_server_time else UNKNOWN_CLOCK_MARGIN

    def settle(self) -> float:
        """Return the seconds that the history is given."""
        return max(self._request.settle, 1.5 * self._state.opening.lag)

    def since(self) -> float:
        """Return when the first request may have left; on ClickSend's clock as soon as an answer has told it."""
        opening, clock = self._state.opening, self._client.clock
        if opening.is_server_time or not clock.is_known:
            return opening.since
        if self._began is None:
            # An earlier try has noted its worker's time. Whether that clock was wrong like this one nobody knows.
            return min(opening.since, opening.since + clock.now() - time.time())
        since = clock.now() - (time.monotonic() - self._began)
        self._state.write_opening(replace(opening, since=since, is_server_time=True))
        return since
