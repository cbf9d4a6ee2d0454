"""Looking up in the history whether messages were accepted: the one reader of it for those who send."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import (
    ClickSendApiError,
    ClickSendAuthenticationError,
    ClickSendError,
    ClickSendOutcomeUnknownError,
    ClickSendRateLimitError,
)
from airflow_provider_clicksend.api.paging import iterate
from airflow_provider_clicksend.engine.history_filter import NumberFilter, answered
from airflow_provider_clicksend.messaging.numbers import mask_number

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import HistoryRow
    from airflow_provider_clicksend.api.resources.base import ChannelResource
    from airflow_provider_clicksend.messaging.history_match import HistoryMatch, Message

log = logging.getLogger(__name__)

#: Up to so many numbers are asked for one by one; more are read page by page.
FEW_NUMBERS = 5
#: Seconds before the first request from which on rows are read: ClickSend's own servers need not agree on the time.
MARGIN = 300
#: The same where only the worker's clock is known.
UNKNOWN_CLOCK_MARGIN = 3600
#: The same to see what may be the message, if the worker's clock is a day wrong: such a row says neither yes nor no.
WRONG_CLOCK_MARGIN = 90_000
#: Rows that are read without any filter before silence counts, beside those that are looked for: where the search is
#: known to work, and where it is not. Then they must reach back to the first request.
_NEWEST_ROWS, _ALL_ROWS = 500, 10_000
#: Seconds by which the dates of the history may be ahead of the clock in the headers.
_CLOCKS = 60
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 16.0


class HistoryUnreadableError(ClickSendOutcomeUnknownError):
    """Nobody can say whether messages were sent, because what would tell cannot be read now."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a look-up found out besides its rows.

    :param is_caught_up: whether the history showed something newer than the request: only then its silence says no.
    :param lag: seconds by which something that was found came late; 0 when the first look showed all of it.
    """

    is_caught_up: bool
    lag: float


class HistoryReader:
    """Fills a match from the history, until it is complete or the history has had time to show everything.

    It costs a request for each number when there are few; else one a hundred messages that the account sent since then,
    and up to seven while the history is behind. Before silence counts, the newest rows are read without any filter: all
    of them since the first request where nothing proves that the history can be searched by number.

    :param since: when the first of the messages may have left (Unix seconds, ClickSend's clock).
    :param asked: when the last request ended (Unix seconds, ClickSend's clock).
    """

    def __init__(
        self, client: ClickSendClient, resource: ChannelResource, match: HistoryMatch, *, since: float, asked: float
    ) -> None:
        self._client = client
        self._history = resource.history
        self._match = match
        self._since = max(0, int(since))
        self._asked = asked
        self._read_rows = 0
        self._newest_rows = -1
        self._is_caught_up = False
        self._by_number = NumberFilter(client, resource.history, "to")
        self._is_searched = True
        self._is_covered = False

    def look_up(self, settle: float) -> LookUp:
        """Look until everything is found, or for `settle` seconds, or twice that while nothing newer shows.

        :raises HistoryUnreadableError: when the history cannot be read; then nobody may send again.
        """
        began, lag, wait = time.monotonic(), 0.0, _FIRST_WAIT
        while not self._match.complete:
            waited = time.monotonic() - began
            missing = len(self._match.missing)
            last = waited >= settle
            self._read(last=last)
            if waited and len(self._match.missing) < missing:
                lag = waited
            if self._match.complete or (last and (self._is_caught_up or waited >= 2 * settle)):
                break
            until = settle if not last else 2 * settle
            time.sleep(max(0.05, min(wait, until - (time.monotonic() - began))))
            wait = min(wait * 2, _LONGEST_WAIT)
        if self._match.complete and self._match.list_ids:
            self._read_rest_of_lists()
        if not self._match.complete and not self._is_covered:
            raise _unreadable(
                self._match.missing, f"it cannot be searched, and shows more than {_ALL_ROWS} messages since they left"
            )
        return LookUp(self._is_caught_up, lag)

    def _read_rest_of_lists(self) -> None:
        """Read until no more recipients of a list appear: the history may show them one after another."""
        seen = -1
        while seen < (seen := self._match.list_recipients):
            time.sleep(_FIRST_WAIT)
            try:
                self._read_filtered(last=False)
                self._count_lists()
            except ClickSendError as error:
                log.warning("The list was accepted; it may have more recipients than the %d that show: %s", seen, error)
                return

    def _read(self, *, last: bool) -> None:
        try:
            self._search(last=last)
            if last and not self._match.complete:
                self._read_newest()
            self._count_lists()
        except ClickSendError as error:
            raise _unreadable(self._match.missing, error) from error

    def _search(self, *, last: bool) -> None:
        """Read with filters. One that ClickSend answers with an error may be one that does not work."""
        self._is_searched = True
        try:
            self._read_filtered(last=last)
        except (ClickSendAuthenticationError, ClickSendRateLimitError):
            raise
        except ClickSendApiError as error:
            self._is_searched = False
            log.info("The history cannot be searched (%s); before its silence counts it is read as a whole.", error)

    def _few_numbers(self) -> set[str]:
        """Return the numbers to ask for one by one, none where there are many."""
        missing = self._match.missing
        numbers = {message["to"] for message in missing if "to" in message}
        return numbers if len(numbers) <= FEW_NUMBERS and len(numbers) == len(missing) else set()

    def _read_filtered(self, *, last: bool) -> None:
        missing = self._match.missing
        if numbers := self._few_numbers():
            for number in sorted(numbers):
                self._take(self._client.iterate(self._history, q=f"to:{number}", date_from=self._since))
            return
        # The newest first: what is in doubt mostly left just now.
        page_of = partial(self._history, date_from=self._since, order_by="date:desc")
        first = page_of()
        if first.total != self._read_rows and (first.total >= len(missing) or last):
            self._take(iterate(lambda number: first if number == 1 else page_of(page=number)))
            self._read_rows = first.total

    def _read_newest(self) -> None:
        """Read without filters: a filter that finds nothing may be one that does not work."""
        first = self._history(order_by="date:desc")
        if first.total == self._newest_rows:
            return
        self._newest_rows = first.total
        works = self._is_searched and (not self._few_numbers() or self._by_number.works(first.rows))
        if not works:
            self._read_by_time(first.total)
        most = (_NEWEST_ROWS if works else _ALL_ROWS) + len(self._match.missing)
        rows = _newest_first(first, lambda number: self._history(page=number, order_by="date:desc"))
        for place, row in enumerate(rows):
            if place >= most:
                self._is_covered = works
                return
            if row.date is not None and row.date < self._since:
                break
            self._is_caught_up = self._is_caught_up or self._is_newer(row.date)
            self._match.add(row)
            if self._match.complete:
                break
        self._is_covered = True

    def _read_by_time(self, total: int) -> None:
        """Read what came since the first request: a history in no order has no newest rows."""
        page_of = partial(self._history, date_from=self._since, order_by="date:desc")
        first = answered(page_of)
        if first is not None and first.total < total:  # else it does not look at times
            rows = iterate(lambda number: first if number == 1 else page_of(page=number))
            self._take(islice(rows, _ALL_ROWS))

    def _is_newer(self, date: int | None) -> bool:
        """Tell whether this shows that the history knows what came after the request; a time to come shows nothing."""
        return date is not None and self._asked < date <= self._client.clock.now() + _CLOCKS

    def _take(self, rows: Iterator[HistoryRow]) -> None:
        for row in rows:
            self._match.add(row)
            # A list's contacts all carry one reference, so the first of them is not the last.
            if self._match.complete and not self._match.list_ids:
                return

    def _count_lists(self) -> None:
        """Compare rows with a list's words with its contacts; nobody is texted by their numbers."""
        if not self._match.has_list_rows:
            return
        contacts = [
            row for list_id in self._match.list_ids for row in self._client.iterate(self._client.contacts.list, list_id)
        ]
        self._match.count_list(contact.phone_number for contact in contacts if contact.phone_number)


def _newest_first(first: Page[HistoryRow], read: Any) -> Iterator[HistoryRow]:
    """Yield rows from the newest on, even where the history ignores the order that was asked for."""
    dates = [row.date for row in first.rows if row.date is not None]
    if dates and dates[0] < dates[-1] and first.last_page > 1:
        for number in range(first.last_page, 0, -1):
            yield from reversed(first.rows if number == 1 else read(number).rows)
        return
    yield from iterate(lambda number: first if number == 1 else read(number))


def _unreadable(messages: list[Message], reason: ClickSendError | str) -> HistoryUnreadableError:
    return HistoryUnreadableError(
        f"{len(messages)} messages are in doubt and the history cannot be read ({reason}). "
        "Nothing is sent again; a later try looks again.",
        unknown=shown(messages),
    )


def outcome_unknown(messages: list[Message], *, leaves: int) -> ClickSendOutcomeUnknownError:
    """Return the error for messages of which the history stayed silent."""
    return ClickSendOutcomeUnknownError(
        f"Whether {len(messages)} messages were sent is unknown (sent {leaves} times without an answer, and the "
        "history does not show them). They are not sent again. Look for them in ClickSend's dashboard; a later try "
        "looks again.",
        unknown=shown(messages),
    )


def shown(messages: list[Message]) -> list[dict[str, Any]]:
    """Return messages as errors may show them."""
    return [
        {
            "to": mask_number(message["to"]) if "to" in message else f"list {message.get('list_id')}",
            "custom_string": message["custom_string"],
        }
        for message in messages
    ]
