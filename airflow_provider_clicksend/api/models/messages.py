"""Messages of all channels: what is sent, and what a send, a history, a receipt and a reply say of them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    GetPydanticSchema,
    PlainValidator,
    TypeAdapter,
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import no_info_after_validator_function

from airflow_provider_clicksend.api.models.base import Answer, Int, Money, Request, Text

#: The year 5138 in seconds, March 1973 in milliseconds: what is larger is no count of seconds.
_MAX_SECONDS = 10**11


def _seconds(value: object) -> object:
    """Unix seconds of an aware datetime; anything else stays for the int check."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a datetime needs a time zone")
        return int(value.timestamp())
    if isinstance(value, int) and value >= _MAX_SECONDS:
        # ClickSend takes milliseconds without a word and never sends the message.
        raise ValueError("Unix seconds are needed, these look like milliseconds")
    return value


#: ClickSend's 0 and 1; True and False are taken too.
Flag = Annotated[int, Field(ge=0, le=1)]
UnixSeconds = Annotated[int, BeforeValidator(_seconds)]


class OutgoingMessage(Request):
    """What SMS, MMS and voice messages have in common. Exactly one of `to` and `list_id` is needed.

    :param to: E.164.
    :param list_id: a contact list; it expands to one message a contact.
    :param schedule: Unix seconds or an aware datetime; up to four months ahead (ClickSend help, article 42192).
    :param custom_string: at most 50 characters (the limit that ClickSend's own n8n node states), echoed everywhere.
    :param country: two letters, for numbers in local format.
    """

    to: str | None = None
    list_id: int | None = None
    body: str = Field(min_length=1)
    from_: str | None = Field(default=None, alias="from")
    source: str | None = None
    schedule: UnixSeconds | None = None
    custom_string: str | None = Field(default=None, max_length=50)
    country: str | None = Field(default=None, min_length=2, max_length=2)

    @model_validator(mode="after")
    def _one_recipient(self) -> Self:
        if (self.to is None) == (self.list_id is None):
            raise ValueError("exactly one of `to` and `list_id` is needed")
        return self


class SmsMessage(OutgoingMessage):
    """One text message.

    :param from_email: where replies are mailed.
    """

    from_email: str | None = None


class MmsMessage(OutgoingMessage):
    """One picture message; the media file belongs to the request, not to the message.

    :param subject: at most 20 characters, required by ClickSend.
    """

    subject: str = Field(min_length=1, max_length=20)


class VoiceMessage(OutgoingMessage):
    """One call.

    :param voice: ``"female"`` or ``"male"``. :param lang: for example ``"en-us"``, see ``voice.languages()``.
    :param require_input: wait for a key press. :param machine_detection: do not talk to answering machines.
    """

    voice: str = "female"
    lang: str = "en-us"
    require_input: Flag = 0
    machine_detection: Flag = 0

    @field_validator("voice")
    @classmethod
    def _known_voice(cls, value: str) -> str:
        if value not in {"female", "male"}:
            raise ValueError("voice is 'female' or 'male'")
        return value


#: A message as it leaves. Thousands of living models, or of read answers, make Python's garbage collector walk through
#: all of Airflow again and again: plain dicts of plain values do not.
Payload = dict[str, Any]


def _checked_by(model: type[OutgoingMessage]) -> GetPydanticSchema:
    """Check a payload as this model, which says where something is wrong, and keep only what leaves."""
    return GetPydanticSchema(lambda _, handler: no_info_after_validator_function(model.payload, handler(model)))


class SmsSend(Request):
    """A request to send, or price, texts."""

    messages: list[Annotated[Payload, _checked_by(SmsMessage)]]
    shorten_urls: bool | None = None


class MmsSend(Request):
    """A request to send, or price, one picture."""

    messages: list[Annotated[Payload, _checked_by(MmsMessage)]]
    media_file: str = Field(min_length=1)


class VoiceSend(Request):
    """A request to make, or price, calls."""

    messages: list[Annotated[Payload, _checked_by(VoiceMessage)]]


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
    def refused(self) -> list[SentMessage]:
        """The messages that were not accepted."""
        return [SentMessage.read(row) for row in self.rows if row["status"] != ACCEPTED]

    def totals(self) -> Totals:
        """Sum up what was accepted. Most messages cost the same, so that few must be read for it."""
        accepted = [row for row in self.rows if row["status"] == ACCEPTED]
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
