"""What each way to reach people can do, as one table. Nothing else compares the name of a channel.

It is light: a DAG that is parsed may import it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach people.

    :param name: as users write it, and as the client's attribute is called.
    :param noun: what one message is called.
    :param has_receipt_by_id: the receipt of one message can be asked for; else only the unread ones can be read.
    :param has_history_by_id: its history is documented to take ``q=message_id:...``.
    :param can_be_cancelled: a scheduled message can be taken back.
    :param has_replies: people can write back, to a number that we chose.
    :param is_spoken: people hear it, and answer with a key.
    :param has_media: a picture stands beside the messages of a request.
    :param has_known_rules: the client can read the account's automation rules for its receipts.
    """

    name: str
    noun: str
    has_receipt_by_id: bool = False
    has_history_by_id: bool = False
    can_be_cancelled: bool = False
    has_replies: bool = False
    is_spoken: bool = False
    has_media: bool = False
    has_known_rules: bool = False

    def resource(self, client: ClickSendClient) -> Any:
        """Return the client's resource for it."""
        return getattr(client, self.name)

    def receipt_rules(self, client: ClickSendClient) -> Callable[..., Any] | None:
        """Return the call that reads the rules for its receipts, or None."""
        return client.automations.receipt_rules if self.has_known_rules else None


SMS = Channel(
    "sms",
    "text",
    has_receipt_by_id=True,
    has_history_by_id=True,
    can_be_cancelled=True,
    has_replies=True,
    has_known_rules=True,
)
MMS = Channel("mms", "picture", has_media=True)
VOICE = Channel("voice", "call", has_receipt_by_id=True, can_be_cancelled=True, is_spoken=True)
CHANNELS: Mapping[str, Channel] = MappingProxyType({channel.name: channel for channel in (SMS, MMS, VOICE)})


def channel_named(name: str) -> Channel:
    """Return a channel.

    :raises ClickSendConfigError: for a name of none.
    """
    try:
        return CHANNELS[name]
    except KeyError:
        raise ClickSendConfigError(
            f"channel is {name!r}; it must be one of {', '.join(CHANNELS)}.", field="channel"
        ) from None
