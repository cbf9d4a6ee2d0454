"""Messages as they leave, and the requests that carry them: an unknown field is an error that names it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, GetPydanticSchema, field_validator, model_validator
from pydantic_core.core_schema import no_info_after_validator_function

from airflow_provider_clicksend.api.models.base import Request
from airflow_provider_clicksend.api.paths import as_id
from airflow_provider_clicksend.api.values import flag, kind_of, unix_seconds


def _flag(value: object) -> object:
    known = flag(value)
    if known is None:
        raise ValueError(f"is {kind_of(value)}; write True or False")
    return int(known)


def _list_id(value: object) -> int:
    text = as_id(value, name="").strip()
    if not text.isdigit():
        raise ValueError("is not a whole number")
    return int(text)


#: ClickSend's 0 and 1; True, False and their words are taken too.
Flag = Annotated[int, BeforeValidator(_flag)]
UnixSeconds = Annotated[int, BeforeValidator(unix_seconds)]
ListId = Annotated[int, BeforeValidator(_list_id)]


class OutgoingMessage(Request):
    """What SMS, MMS and voice messages have in common. Exactly one of `to` and `list_id` is needed.

    :param to: E.164.
    :param list_id: a contact list; it expands to one message a contact.
    :param schedule: Unix seconds or an aware datetime; up to four months ahead (ClickSend help, article 42192).
    :param custom_string: at most 50 characters (the limit that ClickSend's own n8n node states), echoed everywhere.
    :param country: two letters, for numbers in local format.
    """

    to: str | None = None
    list_id: ListId | None = None
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
