"""One look at what ClickSend knows, for all who wait on one client: by ids while they are few, by lists when many.

Nothing here marks anything as read, so the unread lists of an account that nobody tidies only grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendNotFoundError, ClickSendRateLimitError
from airflow_provider_clicksend.api.retry import can_never_succeed
from airflow_provider_clicksend.messaging.delivery import Outcome, from_history, from_receipt
from airflow_provider_clicksend.messaging.replies import Reply, from_inbound

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Page, Row
    from airflow_provider_clicksend.api.models.messages import AutomationRule
    from airflow_provider_clicksend.api.resources.base import ChannelResource
    from airflow_provider_clicksend.messaging.awaited import Awaited

Seen = TypeVar("Seen")

#: Up to this many ids are asked for one by one: exact, and right also for what somebody else has marked as read.
FEW = 5
#: The same for the last look before a time-out, which is worth more requests.
LAST_FEW = 20
#: Pages of an unread list that one look reads, at most.
UNREAD_PAGES = 10
#: History rows that one look reads in search of single ids, at most; a batch is read whole.
HISTORY_ROWS = 10_000
#: Seconds. ClickSend's clock and ours need not agree on when a message was sent.
CLOCK_SKEW = 300
#: Seconds. A server that asks for a longer pause does not get it.
MAX_PAUSE = 600.0


@dataclass(frozen=True)
class Look(Generic[Seen]):
    """What one look saw, and what cut it short if anything did: what it saw before that counts all the same."""

    seen: list[Seen]
    error: ClickSendError | None = None

    @property
    def hopeless(self) -> bool:
        """Whether another look can only end alike."""
        return self.error is not None and can_never_succeed(self.error)

    def pause(self, poll_interval: float) -> float:
        """Return the seconds to wait before the next look: the interval, or longer when the server asks for it."""
        asked = self.error.retry_after if isinstance(self.error, ClickSendRateLimitError) else None
        return max(poll_interval, min(asked or 0.0, MAX_PAUSE))


def deliveries(
    client: ClickSendClient, wanted: Sequence[Awaited], *, channel: str = "sms", last: bool = False
) -> Look[Outcome]:
    """Look for outcomes: at the receipts, then in the history for what they leave open.

    :param wanted: what everybody waits for.
    :param channel: ``"sms"``, ``"mms"`` or ``"voice"``.
    :param last: whether this is the last look before a time-out.
    """
    return _look(_deliveries(client, getattr(client, channel), _Open(wanted), LAST_FEW if last else FEW))


def replies(client: ClickSendClient, wanted: Sequence[Awaited], *, last: bool = False) -> Look[Reply]:
    """Look for replies: in the unread list, and by the ids of the sent messages.

    Both, because by id ClickSend gives the first reply only, and the list lacks what somebody has marked as read.

    :param wanted: the sent messages of everybody who waits.
    :param last: whether this is the last look before a time-out.
    """
    return _look(_replies(client, _Open(wanted), LAST_FEW if last else FEW))


def sent(client: ClickSendClient, message_ids: Sequence[str]) -> Look[Outcome]:
    """Look up sent texts in the history, the first `LAST_FEW` of them."""
    return _look(_history_by_id(client.sms, message_ids[:LAST_FEW]))


def any_poll_rule(client: ClickSendClient, rules: Callable[..., Page[AutomationRule]]) -> bool | None:
    """Tell whether a rule makes receipts or replies readable; None when the rules cannot be read."""
    try:
        return any(rule.polls for rule in client.iterate(rules))
    except ClickSendError:
        return None


def _look(rows: Iterator[Seen]) -> Look[Seen]:
    seen: list[Seen] = []
    try:
        seen.extend(rows)
    except ClickSendError as error:
        return Look(seen, error)
    return Look(seen)


class _Open:
    """What is still open, of everybody who waits: single ids, and batches."""

    def __init__(self, wanted: Sequence[Awaited]) -> None:
        self.ids = {message_id for awaited in wanted for message_id in awaited.ids}
        self.batches = [awaited for awaited in wanted if awaited.reference]
        self.since = min((awaited.since for awaited in wanted), default=0) - CLOCK_SKEW

    def __bool__(self) -> bool:
        return bool(self.ids or self.batches)

    def includes(self, message_id: str | None, custom_string: str | None) -> bool:
        return message_id in self.ids or any(batch.includes(message_id, custom_string) for batch in self.batches)

    def at_most(self, few: int) -> bool:
        return not self.batches and len(self.ids) <= few


def _deliveries(client: ClickSendClient, resource: ChannelResource, waiting: _Open, few: int) -> Iterator[Outcome]:
    if not waiting:
        return
    by_id = getattr(resource, "receipt", None) if waiting.at_most(few) else None  # an MMS has no receipt by id
    receipts: Iterable[Outcome]
    if by_id is not None:
        receipts = (from_receipt(row, message_id=i) for i, row in _one_by_one(by_id, waiting.ids))
    else:
        receipts = map(from_receipt, _unread(resource.receipts))
    for outcome in receipts:
        if waiting.includes(outcome.message_id, outcome.custom_string):
            yield outcome
            if outcome.final:
                waiting.ids.discard(outcome.message_id)
    if not waiting:
        return
    # Only the history of texts is documented to take a message id.
    if waiting.at_most(few) and resource is client.sms:
        yield from _history_by_id(resource, waiting.ids)
    else:
        yield from _history(client, resource, waiting)


def _replies(client: ClickSendClient, waiting: _Open, few: int) -> Iterator[Reply]:
    if not waiting:
        return
    for reply in map(from_inbound, _unread(client.sms.inbound)):
        if waiting.includes(reply.original_message_id, reply.custom_string):
            yield reply
    if waiting.at_most(few):
        for message_id, row in _one_by_one(client.sms.reply, waiting.ids):
            yield from_inbound(row, original_message_id=message_id)


def _one_by_one(read: Callable[[str], Row], message_ids: Iterable[str]) -> Iterator[tuple[str, Row]]:
    for message_id in sorted(message_ids):
        try:
            row = read(message_id)
        except ClickSendNotFoundError:
            continue  # not yet
        yield message_id, row


def _unread(read: Callable[..., Page[Row]]) -> Iterator[Row]:
    """Yield an unread list, from a long one both ends: which of them holds the newest rows is not documented."""
    page = read(page=1)
    yield from page.rows
    others = list(range(2, page.last_page + 1))
    if len(others) >= UNREAD_PAGES:
        others = others[: UNREAD_PAGES // 2 - 1] + others[-UNREAD_PAGES // 2 :]
    for number in others:
        yield from read(page=number).rows


def _history_by_id(resource: ChannelResource, message_ids: Iterable[str]) -> Iterator[Outcome]:
    for message_id in sorted(message_ids):
        rows = resource.history(q=f"message_id:{message_id}").rows
        # Whether ClickSend matches the whole id or a part of it is not documented.
        yield from (from_history(row) for row in rows if row.message_id == message_id)


def _history(client: ClickSendClient, resource: ChannelResource, waiting: _Open) -> Iterator[Outcome]:
    """Yield the rows of what is open, newest first.

    What is waited for was mostly sent a moment ago, so this ends early even in a busy account.
    """
    unseen, unseen_in_batches = set(waiting.ids), sum(batch.count for batch in waiting.batches)
    rows = client.iterate(resource.history, date_from=waiting.since, order_by="date:desc")
    for row in islice(rows, None if waiting.batches else HISTORY_ROWS):
        # The history lists replies too, and they carry the custom string of what they answer.
        if row.direction == "in" or not waiting.includes(row.message_id, row.custom_string):
            continue
        yield from_history(row)
        if row.message_id in unseen:
            unseen.discard(row.message_id)
        else:
            unseen_in_batches -= 1
        if not unseen and unseen_in_batches <= 0:
            return
