"""Worlds: what nobody has seen of the live API, each guess a switch.

The fields of :class:`World` are independent of each other and may be combined. The defaults are what the sandbox does
of itself; the other values are what the live API might do instead.
"""

import re
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from airflow_provider_clicksend.sandbox.clicksend.numbers import COUNTRIES, country_of

Echo = Literal["exact", "null", "empty", "upper", "truncated"]
NumberForm = Literal["e164", "no_plus", "spaced", "national", "national_no_zero"]
SearchMode = Literal["works", "nothing", "ignored", "partial", "error"]
ListOrder = Literal["newest_first", "oldest_first", "shuffled"]

#: Characters that "truncated" leaves of a reference or a body; it may cut through an emoji.
TRUNCATED_TO = 20

_T = TypeVar("_T")


class World(BaseModel):
    """One possible truth about the live API. Times are seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # --- the answer to a send
    #: The messages of a send's answer: as in the request, the other way round, or in any order.
    answer_order: Literal["request", "reversed", "shuffled"] = "request"
    #: ``custom_string`` in a send's answer.
    answer_echo: Echo = "exact"
    #: The number in a send's answer.
    answer_number_form: NumberForm = "e164"
    #: A status never seen live (INSUFFICIENT_CREDIT, THROTTLED, ...): on its message, or a 400 for the request.
    refusals: Literal["message", "request"] = "message"
    #: What a contact list is expanded to for contacts that are in the opt-out list too.
    list_opted_out: Literal["sent", "left_out"] = "sent"
    #: The numbers of a contact list: used as they are stored, or brought into E.164 first.
    list_numbers: Literal["as_stored", "normalised"] = "as_stored"

    # --- the history
    #: ``custom_string`` in the history.
    history_echo: Echo = "exact"
    #: The body in the history; "trimmed": without whitespace at its ends.
    history_body: Literal["exact", "trimmed", "null", "truncated"] = "exact"
    #: The order of the history: what ``order_by`` asks for, or one that does not listen.
    history_order: Literal["asked", "newest_first", "oldest_first", "shuffled"] = "asked"
    #: Every n-th message shows later than the others, so that newer ones show before it; 0: none.
    history_late_every: int = Field(0, ge=0)
    #: By so many seconds beyond ``history_lag``.
    history_late_by: float = Field(0.0, ge=0)
    #: Whether refused messages stand in the history.
    history_refused: bool = False
    #: ``status_code`` in the history.
    history_status_code: Literal["code", "null"] = "code"
    #: ``q=to:...``
    q_to: SearchMode = "works"
    #: ``q=message_id:...``
    q_message_id: SearchMode = "works"
    #: Every other field of ``q``.
    q_other: SearchMode = "works"
    #: ``operator=OR`` is honoured, or taken for AND.
    q_operator: Literal["works", "ignored"] = "works"
    #: ``date_from`` and ``date_to``: with their own second, without it, or not looked at.
    date_filter: Literal["inclusive", "exclusive", "ignored"] = "inclusive"
    #: The clock that they are compared with, relative to the one that writes the dates.
    date_filter_offset: float = 0.0

    # --- numbers and clocks
    #: Numbers in the history and in replies; ``q=to:`` and ``q=from:`` then know this form only.
    number_form: NumberForm = "e164"
    #: ClickSend's clock relative to the real one: its dates, timestamps and ``Date`` header.
    clock_offset: float = 0.0
    #: The ``Date`` header; "invalid": one that is not a date.
    date_header: Literal["present", "missing", "invalid"] = "present"
    #: The clock behind the ``Date`` header, relative to ClickSend's: another machine may write it.
    date_header_offset: float = 0.0

    # --- receipts and replies
    #: Receipts: numbers as text, as numbers, or only the fields without which it would say nothing.
    receipt_form: Literal["text", "numbers", "sparse"] = "text"
    #: ``custom_string`` in receipts.
    receipt_echo: Echo = "exact"
    #: Whether there are receipts of MMS.
    mms_receipts: bool = True
    #: Replies: whole, or only the fields without which they would say nothing.
    reply_form: Literal["full", "sparse"] = "full"
    #: ``custom_string`` in replies, in the history too (there `history_echo` applies as well).
    reply_echo: Echo = "exact"
    #: The text that a reply belongs to; "none" and "null": to no text, written as "" or null.
    reply_attribution: Literal["newest", "oldest", "none", "null"] = "newest"
    #: The order of the unread lists of receipts and replies.
    unread_order: ListOrder = "newest_first"
    #: Receipts and replies that come in now are marked as read by somebody else at once.
    receipts_read_by_others: bool = False
    replies_read_by_others: bool = False
    #: The status that asking for a message id gets (receipt, reply, ``q=message_id:``); "*" is every id.
    id_errors: dict[str, int] = {}

    # --- others in the account
    #: So many texts of others follow each of our requests to send.
    other_texts: int = Field(0, ge=0, le=1_000_000)
    #: So many replies to others, unread, follow each reply.
    other_replies: int = Field(0, ge=0, le=1_000_000)

    # --- the rest
    #: The body of ``remove-duplicates`` names the fields by the keys of its object, by its values, or is not looked at.
    remove_duplicates: Literal["keys", "values", "ignored"] = "keys"
    #: How ``cancel-all`` compares ``custom_string``; "ignored": it cancels everything.
    cancel_all_match: Literal["exact", "case_insensitive", "prefix", "ignored"] = "exact"
    #: Maton's status for a connection id that it does not know.
    unknown_connection: Literal[400, 404, 412] = 400
    #: Maton's own refusals: "mixed" shapes as in its SDK, a "message" each, or one with a request's id beside it.
    maton_errors: Literal["mixed", "message", "message_and_id"] = "mixed"


def echoed(mode: Echo, text: str) -> str | None:
    """Return a reference as the world writes it."""
    if mode == "null":
        return None
    changed = {"exact": text, "empty": "", "upper": text.upper(), "truncated": text[:TRUNCATED_TO]}
    return changed[mode]


def body_text(mode: str, text: str) -> str | None:
    """Return a body as the world's history writes it (see :attr:`World.history_body`)."""
    if mode == "null":
        return None
    # Each of the two halves that many systems keep of an emoji counts; half of one shows as the replacement character.
    truncated = text.encode("utf-16-le")[: 2 * TRUNCATED_TO].decode("utf-16-le", "replace")
    return {"exact": text, "trimmed": text.strip(), "truncated": truncated}[mode]


def number_text(form: NumberForm, number: str) -> str:
    """Return an E.164 number in another form; what is none stays as it is."""
    if form == "e164" or not number.startswith("+"):
        return number
    prefix = country_of(number).prefix
    rest = number.removeprefix(prefix)
    if form == "no_plus":
        return number[1:]
    if form == "spaced":
        return " ".join([prefix, *re.findall(r"\d{1,3}", rest)])
    # Countries of the number plan +1 write no zero in front.
    return rest if form == "national_no_zero" or prefix == "+1" else f"0{rest}"


def numbers_written(form: NumberForm, text: str) -> list[str]:
    """Return the E.164 numbers that :func:`number_text` writes as `text`: a search knows the form that is shown."""
    digits = re.sub(r"\D", "", text)
    prefixes = ["+", *(country.prefix for country in COUNTRIES)]
    candidates = {text, *(prefix + rest for prefix in prefixes for rest in (digits, digits.removeprefix("0")))}
    return sorted(number for number in candidates if number_text(form, number) == text)


def normalised(number: str, country_code: str) -> str:
    """Return a stored contact's number in E.164, a national one by the contact's country; else as it is."""
    cleaned = re.sub(r"[\s().\-/]", "", number)
    prefix = next((country.prefix for country in COUNTRIES if country.code == country_code), "")
    if cleaned.startswith("00"):
        return f"+{cleaned[2:]}"
    if cleaned.startswith("+") or not cleaned.isdecimal() or not prefix:
        return cleaned
    if not cleaned.startswith("0") and cleaned.startswith(prefix[1:]) and len(cleaned) > 10:  # noqa: PLR2004
        return f"+{cleaned}"
    return prefix + cleaned.removeprefix("0")


def in_order(order: str, rows: list[_T], key: Any) -> list[_T]:
    """Return the rows of an answer in the world's order; `key` is a random value of each row, its message id."""
    if order == "shuffled":
        return sorted(rows, key=key)
    return rows[::-1] if order == "reversed" else rows
