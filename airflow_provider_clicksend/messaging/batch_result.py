"""What became of a batch of messages: accepted, refused, or in doubt. Plain values, no I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import TEMPORARY_STATUSES
from airflow_provider_clicksend.messaging.reference import belongs_to, recipient_mark

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.messages import HistoryRow, SendResult, SentMessage

#: One message as it leaves: ``to`` or ``list_id``, ``body``, ``custom_string`` ...
Message = dict[str, Any]

#: Above so many messages a result keeps counts and refusals only, so that XCom does not carry megabytes.
MAX_LISTED = 1000


@dataclass(frozen=True)
class Chunk:
    """The messages of one request.

    :param place: of its first message in the batch.
    :param extra: what stands beside the messages in the request, such as ``media_file``.
    """

    place: int
    messages: list[Message]
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """What tells this chunk from one that has other messages at the same place."""
        marks = [f"{message['custom_string']}|{message.get('to')}" for message in self.messages]
        return blake2b("\n".join(marks).encode(), digest_size=8).hexdigest()


@dataclass(slots=True)
class Tally:
    """What is settled.

    :param rows: one entry an accepted message, kept for small batches only (`listed`).
    """

    listed: bool
    accepted: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    total_price: Decimal = Decimal(0)
    parts: int = 0
    currency: str | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add_accepted(self, answer: SendResult) -> None:
        """Count what ClickSend took of a request: each message by its own status."""
        accepted, parts, price = answer.totals()
        self.accepted += accepted
        self.parts += parts
        self.total_price += price
        self.currency = answer.currency or self.currency
        if self.listed:
            self.rows += [_entry(message) for message in answer.messages if message.accepted]

    def add_refused(self, messages: Iterable[SentMessage]) -> None:
        """Keep what ClickSend did not take."""
        self.refused += [{"to": m.to, "status": m.status, "custom_string": m.custom_string} for m in messages]

    def add_found(self, row: HistoryRow) -> None:
        """Count a message that the history shows."""
        self.accepted += 1
        self.parts += row.message_parts or 0
        self.total_price += row.message_price or 0
        if self.listed:
            self.rows.append(_entry(row))

    def merge(self, other: Tally) -> None:
        """Add another tally."""
        self.accepted += other.accepted
        self.refused += other.refused
        self.total_price += other.total_price
        self.parts += other.parts
        self.currency = other.currency or self.currency
        self.rows += other.rows

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON; `rows` are stored apart, they may be many."""
        return {
            "accepted": self.accepted,
            "refused": self.refused,
            "total_price": str(self.total_price),
            "parts": self.parts,
            "currency": self.currency,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], rows: list[dict[str, Any]], *, listed: bool) -> Tally:
        """Rebuild what `to_json` gave."""
        return cls(
            listed=listed,
            accepted=data["accepted"],
            refused=data["refused"],
            total_price=Decimal(data["total_price"]),
            parts=data["parts"],
            currency=data["currency"],
            # A try that was killed may have written more of them, but not that it had.
            rows=rows[: data["accepted"]],
        )


def _entry(message: SentMessage | HistoryRow) -> dict[str, Any]:
    price = message.message_price
    return {
        "message_id": message.message_id,
        "to": message.to,
        "custom_string": message.custom_string,
        "message_parts": message.message_parts,
        "message_price": None if price is None else str(price),
    }


def result(tally: Tally, *, handle: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a send gives to XCom.

    :param handle: stands in for the ids when there are too many to list; the sensors take it as `message_ids`.
    """
    refused = [{**entry, "message_id": None} for entry in tally.refused] if tally.listed else []
    return {
        "message_ids": [row["message_id"] for row in tally.rows] if tally.listed else dict(handle),
        "accepted": tally.accepted,
        "refused": tally.refused,
        "total_price": f"{tally.total_price:.4f}",
        "parts": tally.parts,
        "currency": tally.currency,
        "messages": [{**row, "status": "SUCCESS"} for row in tally.rows] + refused,
    }


def identity(batch: str, custom_string: str | None, number: str | None) -> str:
    """Return what tells a message from all others, as it leaves, in an answer and in the history.

    :param batch: the batch reference: a reference of that batch is enough, a custom string of the user's needs the
        number too. ``""`` for a list, whose messages share one reference.
    """
    if belongs_to(batch, custom_string):
        return f"{custom_string}|"
    # Without the plus: whether the history shows one was not seen.
    return f"{custom_string or ''}|{(number or '').removeprefix('+')}"


def unanswered(messages: list[Message], answer: SendResult) -> list[Message]:
    """Return the messages that an answer says nothing of. They are in doubt.

    A list expands to one answer a contact: any number of answers, also none, speaks for it.
    """
    if len(answer.rows) >= len(messages):
        return []
    counts = Counter(message.custom_string for message in answer.messages)
    missing = []
    for message in messages:
        if "list_id" in message:
            continue
        if counts[message["custom_string"]] > 0:
            counts[message["custom_string"]] -= 1
        else:
            missing.append(message)
    return missing


class Evidence:
    """What the history shows of messages in doubt.

    :param wanted: the messages in doubt, each with another identity.
    :param batch: the batch reference, for `identity`.
    :param current: the references of the whole batch as it is now. Rows of the batch that are not among them tell of a
        list that changed its order between two tries: they count for the recipient, whatever the place. None when
        nothing can have changed.
    """

    def __init__(self, wanted: Iterable[Message], *, batch: str, current: frozenset[str] | None = None) -> None:
        self._batch = batch
        self._current = current
        self._missing = {identity(batch, message["custom_string"], message.get("to")): message for message in wanted}
        self._rows: dict[str, HistoryRow] = {}
        #: By recipient, then by their own reference: a history that is read twice shows them twice.
        self._strays: dict[str, dict[str, HistoryRow]] = defaultdict(dict)

    def add(self, row: HistoryRow) -> None:
        """Take a row of the history into account."""
        text = row.custom_string
        # The history's own statuses are words ("Sent"); one in capitals ("INVALID_RECIPIENT") would be a refusal.
        if not text or row.direction == "in" or (row.status or "").isupper():
            return
        key = identity(self._batch, text, row.to)
        if self._missing.pop(key, None) is not None:
            self._rows[key] = row
        elif self._current is not None and belongs_to(self._batch, text) and text not in self._current:
            self._strays[recipient_mark(text)][text] = row

    @property
    def complete(self) -> bool:
        """Whether every wanted message was found."""
        return not self._missing

    @property
    def missing(self) -> list[Message]:
        """The messages that were not found under their own references."""
        return list(self._missing.values())

    def take(self, message: Message) -> HistoryRow | None:
        """Return the row that shows this message was accepted, and use it up; None when nothing does."""
        row = self._rows.pop(identity(self._batch, message["custom_string"], message.get("to")), None)
        if row is None and (strays := self._strays.get(recipient_mark(message["custom_string"]))):
            return strays.popitem()[1]
        return row


def retried(refused: Mapping[str, Any], *, cleared: bool) -> bool:
    """Tell whether a message that an earlier try got refused is tried again.

    :param cleared: a person cleared the task, presumably after mending the cause.
    """
    return cleared or refused.get("status") in TEMPORARY_STATUSES
