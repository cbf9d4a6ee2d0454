"""What a send, a history, a receipt and a reply say of messages, on every channel."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import AliasChoices, Field, PlainValidator, TypeAdapter

from airflow_provider_clicksend.api.models.base import Answer, Int, Money, Text

#: The status of a message that ClickSend took; every other one is a refusal.
ACCEPTED = "SUCCESS"


class SentMessage(Answer):
    """What became of one message of a send or a price; refused ones lack most fields.

    :param status: ``"SUCCESS"``; everything else is a refusal.
    :param message_id: given to refused messages too.
    """

    status: str
    to: Text = None
    message_id: Text = None
    custom_string: Text = None
    message_parts: Int = None
    message_price: Money = None
    from_: Text = Field(default=None, alias="from")
    is_shared_system_number: bool | None = None

    @property
    def accepted(self) -> bool:
        """Whether ClickSend took it."""
        return self.status == ACCEPTED


class Currency(Answer):
    """The account's currency."""

    currency_name_short: Text = None


class Totals(NamedTuple):
    """How many messages were accepted, their parts, and their price in the account's currency."""

    accepted: int
    parts: int
    price: Decimal


def _with_statuses(rows: object) -> object:
    """Let rows pass that say what became of their messages; of others, the model says what is wrong."""
    if not isinstance(rows, list) or not all(type(row) is dict and type(row.get("status")) is str for row in rows):
        TypeAdapter(list[SentMessage]).validate_python(rows)
    return rows


class SendResult(Answer):
    """The answer to a send or a price: a status for each message, in no documented order.

    :param rows: the messages as they came; `messages` reads them.
    """

    rows: Annotated[list[dict[str, Any]], PlainValidator(_with_statuses)] = Field(alias="messages")
    total_price: Money = None
    total_count: Int = None
    queued_count: Int = None
    blocked_count: Int = None
    #: Old documents write `currency`, the live API `_currency`.
    currency_: Currency | None = Field(
        default=None, validation_alias=AliasChoices("_currency", "currency"), serialization_alias="_currency"
    )

    @property
    def currency(self) -> str | None:
        """The account's currency, for example ``"USD"``."""
        return self.currency_.currency_name_short if self.currency_ else None

    @cached_property
    def messages(self) -> list[SentMessage]:
        """What became of each message."""
        return [SentMessage.read(row) for row in self.rows]

    @cached_property
    def _accepted_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["status"] == ACCEPTED]

    @cached_property
    def refused(self) -> list[SentMessage]:
        """The messages that were not accepted."""
        if len(self._accepted_rows) == len(self.rows):
            return []
        return [SentMessage.read(row) for row in self.rows if row["status"] != ACCEPTED]

    def totals(self) -> Totals:
        """Sum up what was accepted. Most messages cost the same, so that few must be read for it."""
        accepted = self._accepted_rows
        alike = Counter((str(row.get("message_parts")), str(row.get("message_price"))) for row in accepted)
        parts, price = 0, Decimal(0)
        for (each_parts, each_price), count in alike.items():
            one = SentMessage.read({"status": ACCEPTED, "message_parts": each_parts, "message_price": each_price})
            parts += count * (one.message_parts or 0)
            price += count * (one.message_price or 0)
        return Totals(len(accepted), parts, price)

    def primitives(self) -> dict[str, Any]:
        """Return it as JSON primitives under the API's own names; money is a string."""
        return {**super().primitives(), "messages": [message.primitives() for message in self.messages]}


class Upload(Answer):
    """A file that was uploaded, and where ClickSend can fetch it."""

    url: str = Field(alias="_url")


class HistoryRow(Answer):
    """One message in the history, out (what was sent) or in (what came, status ``Received``)."""

    key_fields: ClassVar = ("message_id", "direction")

    message_id: Text = None
    direction: Text = None
    status: Text = None
    status_code: Text = None
    status_text: Text = None
    error_code: Text = None
    error_text: Text = None
    to: Text = None
    from_: Text = Field(default=None, alias="from")
    body: Text = None
    #: SMS answers `date`; MMS and voice `date_added`, beside a `date` that may be null or a text.
    date: Int = Field(default=None, validation_alias=AliasChoices("date_added", "date"))
    schedule: Int = None
    custom_string: Text = None
    message_parts: Int = None
    message_price: Money = None
    country: Text = None
    carrier: Text = None
    digits: Text = None


class Receipt(Answer):
    """One delivery receipt; there may be several for a message (200 and 300 are not final).

    :param timestamp: Unix seconds. :param digits: the keys pressed during a call.
    """

    key_fields: ClassVar = ("message_id", "status_code", "timestamp")

    message_id: Text = None
    status_code: Text = None
    status_text: Text = None
    error_code: Text = None
    error_text: Text = None
    custom_string: Text = None
    timestamp: Int = None
    timestamp_send: Int = None
    message_type: Text = Field(default=None, validation_alias=AliasChoices("message_type", "_message_type"))
    digits: Text = None


class InboundMessage(Answer):
    """One reply. Two POLL rules show it twice under one `message_id`.

    :param original_message_id: the message that it answers: the last one that was sent to that number.
    :param custom_string: that of the message it answers.
    """

    key_fields: ClassVar = ("message_id",)

    message_id: Text = None
    original_message_id: Text = None
    from_: Text = Field(default=None, alias="from")
    to: Text = None
    body: Text = None
    original_body: Text = None
    timestamp: Int = Field(default=None, validation_alias=AliasChoices("timestamp", "timestamp_send"))
    custom_string: Text = None


class AutomationRule(Answer):
    """What ClickSend does with receipts or replies; only ``action`` POLL makes them readable here."""

    rule_name: Text = None
    action: Text = None
    enabled: bool = False

    @property
    def polls(self) -> bool:
        """Whether this rule feeds what the sensors read."""
        return self.enabled and self.action == "POLL"
