"""What became of a batch of messages: accepted, refused, or in doubt. Plain values, no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import TEMPORARY_STATUSES
from airflow_provider_clicksend.messaging.history_match import Message, message_key
from airflow_provider_clicksend.messaging.numbers import digits

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.messages import HistoryRow, SendResult, SentMessage

#: Above so many messages a result keeps counts and refusals only, so that XCom does not carry megabytes.
MAX_LISTED = 1000
#: Seconds between the acceptance of a message and its time to leave within which it was not scheduled.
_AT_ONCE = 30


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
class BatchResult:
    """What is settled.

    :param rows: one entry an accepted message, kept for small batches only (`listed`).
    :param scheduled: how many of the accepted ones ClickSend keeps until a time that was asked for.
    """

    listed: bool
    accepted: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    total_price: Decimal = Decimal(0)
    parts: int = 0
    currency: str | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    scheduled: int = 0

    def add_accepted(self, answer: SendResult, sent: Sequence[Message] = ()) -> None:
        """Count what ClickSend took of a request: each message by its own status.

        :param sent: the messages as they left, which tell what is scheduled.
        """
        accepted, parts, price = answer.totals()
        self.accepted += accepted
        self.parts += parts
        self.total_price += price
        self.currency = answer.currency or self.currency
        times = _times(sent)
        if times and len(sent) == len(answer.rows) == accepted and all(message.get("schedule") for message in sent):
            self.scheduled += accepted
        elif times:
            self.scheduled += sum(bool(_time(times, message)) for message in answer.messages if message.accepted)
        if self.listed:
            taken = [message for message in answer.messages if message.accepted]
            self.rows += [_entry(message, _time(times, message)) for message in taken]

    def add_refused(self, messages: Iterable[SentMessage]) -> None:
        """Keep what ClickSend did not take."""
        self.refused += [{"to": m.to, "status": m.status, "custom_string": m.custom_string} for m in messages]

    def add_found(self, row: HistoryRow) -> None:
        """Count a message that the history shows."""
        self.accepted += 1
        self.parts += row.message_parts or 0
        self.total_price += row.message_price or 0
        # The history gives every message a time to leave; one that was to leave at once has that of its acceptance.
        is_scheduled = bool(row.schedule and row.date and row.schedule > row.date + _AT_ONCE)
        self.scheduled += is_scheduled
        if self.listed:
            self.rows.append(_entry(row, row.schedule if is_scheduled else None))

    def merge(self, other: BatchResult) -> None:
        """Add another result."""
        self.accepted += other.accepted
        self.refused += other.refused
        self.total_price += other.total_price
        self.parts += other.parts
        self.currency = other.currency or self.currency
        self.rows += other.rows
        self.scheduled += other.scheduled

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON; `rows` are stored apart, they may be many."""
        return {
            "accepted": self.accepted,
            "refused": self.refused,
            "total_price": str(self.total_price),
            "parts": self.parts,
            "currency": self.currency,
            # Version 1 was written without it.
            **({"scheduled": self.scheduled} if self.scheduled else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], rows: list[dict[str, Any]], *, listed: bool) -> BatchResult:
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
            scheduled=data.get("scheduled", 0),
        )


def _times(sent: Iterable[Message]) -> dict[object, int]:
    """Return when scheduled messages are to leave, by what an answer may name them by."""
    times: dict[object, int] = {}
    for message in sent:
        if message.get("schedule"):
            times[message_key(message)] = times[digits(message.get("to"))] = message["schedule"]
    return times


def _time(times: Mapping[object, int], message: SentMessage) -> int | None:
    if not times:
        return None
    key = message_key({"custom_string": message.custom_string, "to": message.to})
    return times.get(key) or times.get(digits(message.to))


def _entry(message: SentMessage | HistoryRow, schedule: int | None) -> dict[str, Any]:
    price = message.message_price
    entry = {
        "message_id": message.message_id,
        "to": message.to,
        "custom_string": message.custom_string,
        "message_parts": message.message_parts,
        "message_price": None if price is None else str(price),
    }
    return entry if schedule is None else {**entry, "schedule": schedule}


def as_xcom(outcome: BatchResult, *, handle: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a send gives to XCom.

    :param handle: stands in for the ids when there are too many to list; the sensors take it as `message_ids`.
    """
    refused = [{**entry, "message_id": None} for entry in outcome.refused] if outcome.listed else []
    return {
        "message_ids": [row["message_id"] for row in outcome.rows] if outcome.listed else dict(handle),
        "accepted": outcome.accepted,
        "refused": outcome.refused,
        "total_price": f"{outcome.total_price:.4f}",
        "parts": outcome.parts,
        "currency": outcome.currency,
        "scheduled": outcome.scheduled,
        "messages": [{**row, "status": "SUCCESS"} for row in outcome.rows] + refused,
    }


def unanswered(messages: list[Message], answer: SendResult) -> list[Message]:
    """Return the messages that an answer says nothing of. They are in doubt.

    An answer names its messages by our reference, or at least by number. A list expands to one answer a contact: any
    number of answers, also none, speaks for it.
    """
    if len(answer.rows) >= len(messages):
        return []
    answers = answer.messages
    named = Counter(message_key({"custom_string": sent.custom_string, "to": sent.to}) for sent in answers)
    unnamed = Counter(digits(sent.to) for sent in answers if not sent.custom_string)
    missing = []
    for message in messages:
        key, number = message_key(message), digits(message.get("to"))
        if "list_id" in message:
            continue
        if named[key] > 0:
            named[key] -= 1
        elif unnamed[number] > 0:
            unnamed[number] -= 1
        else:
            missing.append(message)
    return missing


def retried(refused: Mapping[str, Any], *, cleared: bool) -> bool:
    """Tell whether a message that an earlier try got refused is tried again.

    :param cleared: a person cleared the task, presumably after fixing the cause.
    """
    return cleared or refused.get("status") in TEMPORARY_STATUSES
