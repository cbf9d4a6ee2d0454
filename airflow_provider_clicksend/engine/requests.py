"""A request to send is a value; here it becomes the HTTP requests that carry it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.batch_result import MAX_LISTED, Chunk
from airflow_provider_clicksend.messaging.history_match import Message
from airflow_provider_clicksend.messaging.quiet_hours import QuietTimes

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.messages import SendResult

#: Messages of one HTTP request.
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class SendRequest:
    """What to send, and what to do about doubt.

    :param channel: ``"sms"``, ``"mms"`` or ``"voice"``.
    :param batch: recipients and texts, checked.
    :param list_id: the contact list when the batch is one message to a list.
    :param settle: seconds within which the history shows an accepted message.
    :param on_unknown: ``"resend"`` (nothing is lost) or ``"fail"`` (nothing is doubled) when it stays silent.
    :param quiet: when each message may leave; None: at once.
    """

    channel: str
    batch: Batch
    list_id: int | None = None
    settle: float = 60.0
    on_unknown: str = "resend"
    quiet: QuietTimes | None = None

    @property
    def is_listed(self) -> bool:
        """Whether accepted messages are kept one by one."""
        return len(self.batch) <= MAX_LISTED


class Requests:
    """The HTTP requests of a send, in order, again at each iteration."""

    def __init__(self, client: ClickSendClient, request: SendRequest) -> None:
        self._client = client
        self._batch = request.batch
        self._quiet = request.quiet
        channel = channel_named(request.channel)
        self.resource: Any = channel.resource(client)
        self._has_media = channel.has_media
        self._uploads: dict[Path, str] = {}

    def __iter__(self) -> Iterator[Chunk]:
        for start in range(0, len(self._batch), CHUNK):
            messages = self._batch.messages(start, start + CHUNK)
            if self._has_media:
                yield from _by_picture(start, messages)
            else:
                yield Chunk(start, messages)

    def outgoing(self, messages: list[Message]) -> list[Message]:
        """Return messages as they leave at this moment: what would leave in quiet hours is scheduled for their end.

        A message stays the same whenever it leaves: neither its reference nor a record knows its time.
        """
        if self._quiet is None:
            return messages
        now = self._client.clock.now()
        return [self._quiet.held_back(message, now) for message in messages]

    def send(self, messages: list[Message], extra: Mapping[str, Any]) -> SendResult:
        """Send, with the picture uploaded that stands beside the messages if it is a file."""
        answer: SendResult = self.resource.send(messages, **self._uploaded(extra))
        return answer

    def price(self, messages: list[Message], extra: Mapping[str, Any]) -> SendResult:
        """Ask the price."""
        answer: SendResult = self.resource.price(messages, **self._uploaded(extra))
        return answer

    def _uploaded(self, extra: Mapping[str, Any]) -> Mapping[str, Any]:
        media_file = extra.get("media_file")
        if not isinstance(media_file, Path):
            return extra
        if media_file not in self._uploads:
            self._uploads[media_file] = self._client.mms.upload(media_file)
        return {**extra, "media_file": self._uploads[media_file]}


def _by_picture(start: int, messages: list[Message]) -> Iterator[Chunk]:
    """Yield one request for each picture in a thousand messages."""
    groups: dict[str | Path, list[Message]] = defaultdict(list)
    for message in messages:
        groups[message.pop("media_file")].append(message)
    for offset, (media_file, group) in enumerate(groups.items()):
        yield Chunk(start + offset, group, {"media_file": media_file})
