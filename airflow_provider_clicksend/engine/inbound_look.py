"""Looks at all that came in, for those who watch for commands on one client. Nothing is marked as read.

The unread list shows what nobody has marked as read; the history shows the rest. On a quiet account one request reads
the history since the last look; on a busy one it is read by the numbers that may give commands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendResponseError
from airflow_provider_clicksend.api.paging import iterate
from airflow_provider_clicksend.engine.history_filter import NumberFilter, found_by
from airflow_provider_clicksend.engine.look import Look, page_numbers
from airflow_provider_clicksend.engine.reply_look import BATCH_ROWS, BUDGET, FALLBACK_ROWS, PERSON_ROWS
from airflow_provider_clicksend.messaging.commands import text_id
from airflow_provider_clicksend.messaging.conversation import OPEN_FOR, Text, same_person
from airflow_provider_clicksend.messaging.replies import Reply, dedupe, from_history, from_inbound

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.messages import HistoryRow

#: Seconds before the last look from which the history is read again: it shows some rows late.
OVERLAP = 900
#: Pages of the history since then that are read whole; with more, it is read by numbers.
WINDOW_PAGES = 5
#: Seconds after which a text is judged although the history has not shown anything as new: a question that was sent
#: before it might be missing.
SETTLE = 60.0


class Watcher(Protocol):
    """Somebody who waits for commands."""

    #: Seconds since the last look that was seen whole, or None before the first one.
    looked_at: float | None
    #: The numbers that may give commands, E.164.
    numbers: Sequence[str]

    def may_start(self, text: Reply) -> str | None:
        """Return the allowed number of a text that is new and reads like a command."""


@dataclass(frozen=True)
class Conversation:
    """What went to a person and what came from there, in the time in which a question stays open."""

    sent: tuple[Text, ...] = ()
    came: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class InboundSeen(Look[Reply]):
    """What one look saw.

    :param now: Unix seconds of ClickSend's clock when it began.
    :param since: Unix seconds from which on it saw everything.
    :param unsettled: the `text_id` of what cannot be judged yet, because a question before it may be missing.
    :param conversations: by the allowed number, for the texts that read like a command.
    """

    now: float = 0.0
    since: float = 0.0
    unsettled: frozenset[str] = frozenset()
    conversations: Mapping[str, Conversation] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out."""
        return self.error is None


class InboundLook:
    """Remembers whose turn it is, and since when a text is known.

    :param monotonic: seconds that only grow.
    """

    def __init__(self, client: ClickSendClient, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.client = client
        self._monotonic = monotonic
        self._first_seen: dict[str, float] = {}
        self._queue: list[str] = []
        self._number = 0
        self._by_sender = NumberFilter(client, client.sms.history, "from")
        self._by_recipient = NumberFilter(client, client.sms.history, "to")

    def look(self, watchers: Iterable[Watcher]) -> InboundSeen:
        """Look once, for all of them."""
        self._number += 1
        watchers = list(watchers)
        came: list[Reply] = []
        rows: list[HistoryRow] = []
        try:
            came.extend(self._unread())
            now = self.client.clock.now()
            since = min((w.looked_at for w in watchers if w.looked_at is not None), default=now) - OVERLAP
            numbers = list(dict.fromkeys(number for watcher in watchers for number in watcher.numbers))
            rows.extend(self._history(since, numbers))
        except ClickSendError as error:
            return InboundSeen(dedupe(came), error, now=self.client.clock.now())
        # One without words says nothing; the unread list has them.
        came.extend(from_history(row) for row in rows if row.direction == "in" and row.body)
        return self._with_conversations(watchers, dedupe(came), rows, now, since)

    def _unread(self) -> Iterator[Reply]:
        page = self.client.sms.inbound(page=1)
        yield from map(from_inbound, page.rows)
        for number in page_numbers(page.last_page, self._number):
            yield from map(from_inbound, self.client.sms.inbound(page=number).rows)

    def _history(self, since: float, numbers: list[str]) -> Iterator[HistoryRow]:
        read = partial(self.client.sms.history, date_from=max(0, int(since)), order_by="date:desc")
        first = read()
        if first.last_page <= WINDOW_PAGES:
            yield from iterate(lambda number: first if number == 1 else read(page=number))
            return
        if self._by_sender.works(first.rows):
            yield from first.rows
        else:  # nothing has proved it, which proves nothing either: the numbers are asked for all the same
            yield from islice(iterate(lambda number: first if number == 1 else read(page=number)), FALLBACK_ROWS)
        for asked in self._in_turn(numbers):
            found = found_by(self.client, partial(read, q=f"from:{asked}"), PERSON_ROWS) or []
            yield from (row for row in found if same_person(asked, row.from_))

    def _in_turn(self, numbers: list[str]) -> list[str]:
        """Return the next few numbers; those that were served go to the end of the queue."""
        there = [number for number in self._queue if number in numbers]
        queue = [number for number in numbers if number not in there] + there
        self._queue = queue[BUDGET:] + queue[:BUDGET]
        return queue[:BUDGET]

    def _with_conversations(
        self, watchers: list[Watcher], came: list[Reply], rows: list[HistoryRow], now: float, since: float
    ) -> InboundSeen:
        """Add what was sent to those whose texts read like a command."""
        newest = max((row.date for row in rows if row.date is not None), default=0)
        commands: dict[str, list[Reply]] = {}
        unsettled: set[str] = set()
        for text in came:
            number = next(filter(None, (watcher.may_start(text) for watcher in watchers)), None)
            if number is None:
                continue
            if not self._is_settled(text, newest):
                unsettled.add(text_id(text))
            commands.setdefault(number, []).append(text)
        self._first_seen = {key: at for key, at in self._first_seen.items() if key in unsettled}
        conversations: dict[str, Conversation] = {}
        error: ClickSendError | None = None
        for number, texts in commands.items():
            try:
                conversations[number] = self._conversation(number, texts, rows)
            except ClickSendError as exc:
                # Without what was sent to a person nobody can say whether a text is an answer to it.
                error = error or exc
                unsettled.update(map(text_id, texts))
        return InboundSeen(
            came, error, now=now, since=since, unsettled=frozenset(unsettled), conversations=conversations
        )

    def _is_settled(self, text: Reply, newest: int) -> bool:
        """Tell whether the history shows what was sent before this text, as far as it ever will."""
        if text.timestamp is not None and newest >= text.timestamp:
            return True
        seen = self._first_seen.setdefault(text_id(text), self._monotonic())
        return self._monotonic() - seen >= SETTLE

    def _conversation(self, number: str, texts: Sequence[Reply], rows: Sequence[HistoryRow]) -> Conversation:
        """Return what went to a person and what came from there.

        :param rows: what the history shows without a filter.
        """
        since = min((text.timestamp or 0 for text in texts), default=0) - OPEN_FOR
        found, came = self._person(f"to:{number}", since), self._person(f"from:{number}", since)
        sent = [row for row in found or [] if row.direction != "in" and same_person(number, row.to)]
        is_filtered = bool(found) and len(sent) == len(found or [])
        is_read = found is not None and came is not None
        if not is_read or not (is_filtered or self._by_recipient.works(rows)):
            came = self._all(since)
            sent = [row for row in came if row.direction != "in" and same_person(number, row.to)]
        return Conversation(
            tuple(text for text in map(_text, sent) if text is not None),
            tuple(from_history(r) for r in came or [] if r.direction == "in" and same_person(number, r.from_)),
        )

    def _person(self, q: str, since: int) -> list[HistoryRow] | None:
        read = partial(self.client.sms.history, q=q, date_from=max(0, since), order_by="date:desc")
        return found_by(self.client, read, PERSON_ROWS)

    def _all(self, since: int) -> list[HistoryRow]:
        read = partial(self.client.sms.history, date_from=max(0, since), order_by="date:desc")
        rows = list(islice(self.client.iterate(read), BATCH_ROWS))
        if len(rows) >= BATCH_ROWS:
            raise ClickSendResponseError(
                f"The history cannot be searched by number and holds more than {BATCH_ROWS} texts of these hours, so "
                "whether a text is the answer to a question cannot be told."
            )
        return rows


def _text(row: HistoryRow) -> Text | None:
    if not row.message_id or not row.to or row.date is None:
        return None
    return Text(row.message_id, row.to, row.body or "", row.date, row.custom_string or None)
