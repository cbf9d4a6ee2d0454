"""Looks at what came in, for all who wait for replies on one client. Nothing is marked as read.

A look spends a budget of requests in turn: what it leaves out comes first in the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import (
    ClickSendApiError,
    ClickSendAuthenticationError,
    ClickSendError,
    ClickSendNotFoundError,
    ClickSendRateLimitError,
    ClickSendResponseError,
)
from airflow_provider_clicksend.engine.batch_look import BatchReader
from airflow_provider_clicksend.engine.history_filter import found_by
from airflow_provider_clicksend.engine.look import UNREAD_PAGES, Look, page_numbers
from airflow_provider_clicksend.messaging.conversation import OPEN_FOR, Text, ending, same_person
from airflow_provider_clicksend.messaging.delivery import Outcome
from airflow_provider_clicksend.messaging.delivery import from_history as outcome_from_history
from airflow_provider_clicksend.messaging.replies import Reply, dedupe, from_history, from_inbound

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import HistoryRow, InboundMessage
    from airflow_provider_clicksend.messaging.awaited import Awaited

#: Requests of one kind in a look, and in the last look before a timeout.
BUDGET, LAST_BUDGET = 5, 100
#: Messages whose recipient one look finds out; each costs a request, once.
LEARN = 10
#: Rows of the history that are read where a filter finds nothing, at most.
FALLBACK_ROWS = 1_000
#: Rows of the history that are read where a conversation cannot be filtered, at most.
BATCH_ROWS = 10_000
#: Rows of one person's history.
PERSON_ROWS = 300
#: Seconds by which clocks may differ.
CLOCK_SKEW = 300


@dataclass(frozen=True)
class RepliesSeen(Look[Reply]):
    """What one look saw. Only replies of people whose other texts could be read are among those seen.

    :param texts: what was sent to the people who replied.
    """

    texts: tuple[Text, ...] = ()

    def noted_by(self, wait: Any) -> dict[str, Any] | None:
        """Let a wait take in what was seen, and return its result once it is over."""
        result: dict[str, Any] | None = wait.note(self.seen, self.texts)
        return result


#: What was sent to a person, and what came from them.
Conversation = tuple[list[Text], list[Reply]]


class ReplyLook:
    """Remembers who was asked and whose turn it is. It lives as long as the wait, or the shared stream."""

    def __init__(self, client: ClickSendClient) -> None:
        self.client = client
        self._number = 0
        self._asked: dict[str, Text] = {}
        self._batches: dict[str, BatchReader] = {}
        self._turns: dict[str, list[str]] = {}
        self._id_errors: dict[str, ClickSendError] = {}
        self._conversations: dict[str, tuple[set[str], Conversation]] = {}

    def look(self, wanted: Sequence[Awaited], last: bool = False) -> RepliesSeen:
        """Look once.

        :param wanted: the messages of everybody who waits.
        :param last: whether this is the last look before a timeout.
        """
        if not any(awaited.count for awaited in wanted):
            return RepliesSeen([])
        self._number += 1
        self._id_errors, error = {}, None
        for text in (text for awaited in wanted for text in awaited.texts):
            self._asked.setdefault(text.message_id, text)  # what was learnt is better than what was told
        came: list[Reply] = []
        answered = 0
        for step in (self._learn, self._unread, self._by_id, self._by_number):
            try:
                came.extend(step(wanted, last))
                # The unread list is asked for in every look; the others may have had nothing to ask.
                answered += step == self._unread
            except ClickSendError as exc:
                error = error or exc
        replies, texts, unread = self._with_texts(wanted, dedupe(came))
        return RepliesSeen(replies, error or unread, answered, dict(self._id_errors), texts=tuple(texts))

    def _in_turn(self, kind: str, names: Iterable[str], budget: int) -> list[str]:
        """Return the next few names; those that were served go to the end of the queue."""
        there = dict.fromkeys(names)
        queue = [name for name in self._turns.get(kind, []) if name in there]
        known = set(queue)
        queue = [name for name in there if name not in known] + queue
        self._turns[kind] = queue[budget:] + queue[:budget]
        return queue[:budget]

    def _learn(self, wanted: Sequence[Awaited], last: bool) -> Iterator[Reply]:
        """Find out who was asked, and when: each message once."""
        ids = [i for awaited in wanted for i in awaited.ids if i not in self._asked]
        asking = self._in_turn("learn", ids, LAST_BUDGET if last else LEARN)
        for message_id in asking:
            with_id = found_by(self.client, partial(self.client.sms.history, q=f"message_id:{message_id}"), 1) or []
            self._remember(row for row in with_id if row.message_id == message_id)
        if asking and not any(message_id in self._asked for message_id in asking):
            # A filter that finds nothing may be one that does not work.
            unknown = set(ids)
            since = min(awaited.since for awaited in wanted)
            self._remember(r for r in self._history(None, since, FALLBACK_ROWS) if r.message_id in unknown)
        for batch in wanted:
            if batch.reference:
                self._learn_batch(batch, last)
        yield from ()

    def _learn_batch(self, batch: Awaited, last: bool) -> None:
        """Read on in the history, until the recipients of the whole batch are known."""
        reader = self._batches.setdefault(str(batch.reference), BatchReader(batch))
        if not reader.has_seen_all:
            reader.read(self._page, partial(self._take, batch), pages=min(reader.pages(), LAST_BUDGET), last=last)

    def _page(self, date_from: int, date_to: int | None, number: int) -> Page[HistoryRow]:
        return self.client.sms.history(page=number, date_from=date_from, date_to=date_to, order_by="date:asc")

    def _take(self, batch: Awaited, rows: Iterable[HistoryRow]) -> list[tuple[HistoryRow, Outcome]]:
        sent = [row for row in rows if row.direction != "in" and batch.includes(row.message_id, row.custom_string)]
        self._remember(sent)
        return [(row, outcome_from_history(row)) for row in sent]

    def _remember(self, rows: Iterable[HistoryRow]) -> None:
        self._asked.update((text.message_id, text) for text in map(_text, rows) if text is not None)

    def _unread(self, _wanted: Sequence[Awaited], last: bool) -> Iterator[Reply]:
        page = self.client.sms.inbound(page=1)
        yield from map(from_inbound, page.rows)
        for number in page_numbers(page.last_page, self._number, UNREAD_PAGES * (10 if last else 1)):
            yield from map(from_inbound, self.client.sms.inbound(page=number).rows)

    def _by_id(self, wanted: Sequence[Awaited], last: bool) -> Iterator[Reply]:
        """Ask for the first reply to single messages. One that cannot be read keeps nobody else waiting."""
        ids = [message_id for awaited in wanted for message_id in awaited.ids]
        for message_id in self._in_turn("id", ids, LAST_BUDGET if last else BUDGET):
            row = self._reply(message_id)
            if row is not None:
                yield from_inbound(row, original_message_id=message_id)

    def _reply(self, message_id: str) -> InboundMessage | None:
        try:
            return self.client.sms.reply(message_id)
        except ClickSendNotFoundError:
            return None  # not yet
        except (ClickSendAuthenticationError, ClickSendRateLimitError):
            raise  # the account's trouble, not the id's
        except (ClickSendApiError, ClickSendResponseError) as error:
            self._id_errors[message_id] = error
            return None

    def _by_number(self, wanted: Sequence[Awaited], last: bool) -> Iterator[Reply]:
        """Read what came from the people who were asked, read or unread, from the history."""
        asked = self._asked_by(wanted)
        people = {text.to: text.sent_at for text in sorted(asked, key=lambda text: -text.sent_at)}
        found = False
        for number in self._in_turn("number", people, LAST_BUDGET if last else BUDGET):
            rows = self._history(f"from:{number}", people[number])
            for row in rows:
                if row.direction == "in" and row.body and same_person(number, row.from_):
                    found = True
                    yield from_history(row)
        if last and people and not found:  # the filter may not work
            rows = self._history(None, min(people.values()), FALLBACK_ROWS)
            yield from (from_history(row) for row in rows if row.direction == "in" and row.body)

    def _asked_by(self, wanted: Sequence[Awaited]) -> list[Text]:
        return [t for t in self._asked.values() if any(a.includes(t.message_id, t.custom_string) for a in wanted)]

    def _history(self, q: str | None, since: int, limit: int = PERSON_ROWS) -> list[HistoryRow]:
        date_from = max(0, since - CLOCK_SKEW)
        if q is not None:
            read = partial(self.client.sms.history, q=q, date_from=date_from, order_by="date:desc")
            return found_by(self.client, read, limit) or []
        rows = self.client.iterate(self.client.sms.history, date_from=date_from, order_by="date:desc")
        return list(islice(rows, limit))

    def _with_texts(
        self, wanted: Sequence[Awaited], came: Sequence[Reply]
    ) -> tuple[list[Reply], list[Text], ClickSendError | None]:
        """Return the replies that may concern somebody who waits, and all that was sent to these people."""
        asked = self._asked_by(wanted)
        texts = {text.message_id: replace(text, awaited=True) for text in asked}
        replies: list[Reply] = []
        people: dict[str, list[Reply]] = {}
        by_ending: dict[str, list[Text]] = {}
        for text in asked:
            by_ending.setdefault(ending(text.to), []).append(text)
        for reply in came:
            if self._may_concern(reply, wanted, by_ending.get(ending(reply.sender), [])):
                people.setdefault(reply.sender or "", []).append(reply)
        for number in self._in_turn("conversation", people, LAST_BUDGET):
            theirs = people[number]
            try:
                awaited_ids = {text.message_id for text in by_ending.get(ending(number), [])}
                conversation, earlier = self._conversation(_known_as(number, asked), theirs, awaited_ids)
            except ClickSendError as error:
                # Without the other texts to a person nobody can say which of them an answer is for.
                return replies, list(texts.values()), error
            for text in conversation:
                waits = any(awaited.includes(text.message_id, text.custom_string) for awaited in wanted)
                texts[text.message_id] = replace(text, awaited=waits)
            replies.extend([*theirs, *earlier])
        return dedupe(replies), list(texts.values()), None

    def _may_concern(self, reply: Reply, wanted: Sequence[Awaited], asked: Sequence[Text]) -> bool:
        if any(awaited.includes(reply.original_message_id, reply.custom_string) for awaited in wanted):
            return True
        when = reply.timestamp
        return any(same_person(t.to, reply.sender) and (when is None or t.sent_at <= when) for t in asked)

    def _conversation(self, number: str, theirs: Sequence[Reply], awaited_ids: set[str]) -> Conversation:
        """Return what went to a person, and what came from them, in the time in which a question stays open.

        It is read once for the same replies: what was sent before they came does not change.
        """
        ids = {reply.message_id for reply in theirs}
        known, conversation = self._conversations.get(number, (set(), None))
        if conversation is None or "" in ids or not ids <= known:
            conversation = self._read_conversation(number, theirs, awaited_ids)
            self._conversations[number] = ids, conversation
        return conversation

    def _read_conversation(self, number: str, theirs: Sequence[Reply], awaited_ids: set[str]) -> Conversation:
        since = min((reply.timestamp or 0 for reply in theirs), default=0) - OPEN_FOR
        rows = self._history(f"to:{number}", since)
        sent = [row for row in rows if row.direction != "in" and same_person(number, row.to)]
        # One text that is not ours counts too: the history may not show ours yet.
        has_others = len(sent) > 1 or any(row.message_id not in awaited_ids for row in sent)
        came = self._history(f"from:{number}", since) if has_others else []
        if not sent:  # where the filter does not work, our own text is not among what it finds
            came = self._history(None, since, BATCH_ROWS)
            if len(came) >= BATCH_ROWS:
                raise ClickSendResponseError(
                    f"The history does not filter by number and holds more than {BATCH_ROWS} texts of these hours, so "
                    "which question a reply answers cannot be told."
                )
            sent = [row for row in came if row.direction != "in" and same_person(number, row.to)]
        texts = [text for text in map(_text, sent) if text is not None]
        return texts, [from_history(r) for r in came if r.direction == "in" and same_person(number, r.from_)]


def _known_as(number: str, asked: Sequence[Text]) -> str:
    """Return the number as it was texted; a reply may show it in another form."""
    return next((text.to for text in asked if same_person(text.to, number)), number)


def _text(row: HistoryRow) -> Text | None:
    if not row.message_id or not row.to or row.date is None:
        return None
    return Text(row.message_id, row.to, row.body or "", row.date, row.custom_string or None)
