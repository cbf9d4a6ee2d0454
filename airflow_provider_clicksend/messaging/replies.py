"""Which inbound text is the answer that somebody waits for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.messages import InboundMessage
    from airflow_provider_clicksend.messaging.awaited import Awaited


@dataclass(frozen=True, slots=True)
class Reply:
    """One text that came in.

    :param original_message_id: the sent message that ClickSend attributes it to: the last one to that number.
    :param timestamp: Unix seconds.
    :param custom_string: that of the sent message.
    """

    message_id: str
    original_message_id: str | None
    sender: str | None
    to: str | None
    body: str
    timestamp: int | None
    custom_string: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the reply as JSON, with ClickSend's names."""
        return {
            "message_id": self.message_id,
            "original_message_id": self.original_message_id,
            "from": self.sender,
            "to": self.to,
            "body": self.body,
            "timestamp": self.timestamp,
            "custom_string": self.custom_string,
        }


def from_inbound(row: InboundMessage, *, original_message_id: str | None = None) -> Reply:
    """Read an inbound row.

    :param original_message_id: the sent message that was asked for, where the row does not name it.
    """
    return Reply(
        message_id=row.message_id or "",
        original_message_id=row.original_message_id or original_message_id,
        sender=row.from_,
        to=row.to,
        body=row.body or "",
        timestamp=row.timestamp,
        custom_string=row.custom_string,
    )


def dedupe(replies: Iterable[Reply]) -> list[Reply]:
    """Drop what was delivered again: two POLL rules list one reply twice, under one id."""
    return list({reply.message_id: reply for reply in replies}.values())


def match(reply: Reply, *, from_numbers: Iterable[str] | None = None, pattern: str | None = None) -> bool:
    """Tell whether a reply comes from one of these numbers and has the pattern somewhere in its body."""
    if from_numbers is not None and _digits(reply.sender or "") not in map(_digits, from_numbers):
        return False
    return pattern is None or re.search(pattern, reply.body) is not None


def first(replies: Iterable[Reply]) -> Reply | None:
    """Return the earliest reply; the order of ClickSend's list is not documented."""
    return min(
        replies, key=lambda reply: (reply.timestamp is None, reply.timestamp or 0, reply.message_id), default=None
    )


def check_pattern(pattern: str | None) -> None:
    """Refuse what is no regular expression.

    :raises ClickSendConfigError: says where it breaks.
    """
    try:
        re.compile(pattern or "")
    except (re.error, TypeError) as exc:
        raise ClickSendConfigError(f"pattern={pattern!r} is no regular expression: {exc}.", field="pattern") from exc


def check_numbers(from_numbers: Any) -> list[str] | None:
    """Return the numbers as a list; one number may come alone.

    :raises ClickSendConfigError: one of them is not E.164, or there is none.
    """
    if from_numbers is None:
        return None
    from airflow_provider_clicksend.messaging.numbers import is_e164, mask_number

    several = isinstance(from_numbers, Iterable) and not isinstance(from_numbers, str)
    numbers: list[str] = list(from_numbers) if several else [from_numbers]
    wrong = [mask_number(number) for number in numbers if not is_e164(number)]
    if wrong or not numbers:
        raise ClickSendConfigError(
            f"from_numbers: {', '.join(wrong) or 'an empty list'}: give numbers as E.164, such as +15551234567, or "
            "None for anybody.",
            field="from_numbers",
        )
    return numbers


def _digits(number: str) -> str:
    return number.strip().removeprefix("+")


class ReplyWait:
    """One wait for a reply.

    :param from_numbers: E.164; None takes a reply from anybody.
    :param pattern: a regular expression that the body must hold somewhere; None takes any body.
    :raises ClickSendConfigError: a pattern or number is wrong, or there is no message to reply to.
    """

    def __init__(self, awaited: Awaited, *, from_numbers: Any = None, pattern: str | None = None) -> None:
        check_pattern(pattern)
        if not awaited.count:
            raise ClickSendConfigError("message_ids is empty: there is no message to reply to.", field="message_ids")
        self.awaited = awaited
        self.from_numbers = check_numbers(from_numbers)
        self.pattern = pattern
        self.came: list[Reply] = []

    def wanted(self) -> Awaited:
        """Return the messages that a reply may answer."""
        return self.awaited

    def note(self, replies: Iterable[Reply]) -> dict[str, Any] | None:
        """Take in what a poll saw, also what it saw for others, and return the first reply that fits, as JSON."""
        ours = (r for r in replies if self.awaited.includes(r.original_message_id, r.custom_string))
        self.came = dedupe([*self.came, *ours])
        reply = first(r for r in self.came if match(r, from_numbers=self.from_numbers, pattern=self.pattern))
        return reply.as_json() if reply else None
