"""What is left to do for a chunk, and how its messages are named in a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_clicksend.engine.send_state import Entry
from airflow_provider_clicksend.messaging.history_match import Message, message_key


@dataclass(slots=True)
class Work:
    """What is left to do for a chunk.

    :param pending: the messages to send, which may have left `leaves` times before.
    :param stuck: those of which nobody can say whether they were sent; they may have left `stuck_leaves` times.
    """

    pending: list[Message]
    leaves: int = 0
    stuck: list[Message] = field(default_factory=list)
    stuck_leaves: int = 0


def doubtful(messages: Iterable[Message], entry: Entry) -> Iterator[Message]:
    """Yield what only the history knows. THROTTLED means that an equal text went out: maybe this one."""
    throttled = {record_key(refused) for refused in entry.settled.refused if refused["status"] == "THROTTLED"}
    for message in messages:
        if entry.leaves if entry.is_unsettled(key := record_key(message)) else key in throttled:
            yield message


def record_key(message: Mapping[str, Any]) -> str:
    """Return what identifies a message in a record."""
    return "|".join(message_key(message))


def record_keys(messages: Iterable[Message]) -> list[str]:
    """Return what identifies each of these messages in a record."""
    return [record_key(message) for message in messages]
