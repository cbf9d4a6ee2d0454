"""Every status word and code that ClickSend gives a message, and what it means. Words are compared without case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """One word or code.

    :param meaning: for a person.
    :param hint: what a person can do; empty when there is nothing to do.
    :param final: whether nothing can change it any more.
    :param temporary: whether it is a failure that may heal: by another try, or by ClickSend itself.
    :param cancellable: whether the message has not gone out yet.
    :param cancelled: whether the message was cancelled.
    :param failed: whether the message did not or will not arrive.
    """

    meaning: str
    hint: str = ""
    final: bool = False
    temporary: bool = False
    cancellable: bool = False
    cancelled: bool = False
    failed: bool = False


def _refused(meaning: str, hint: str, *, temporary: bool = False) -> Status:
    return Status(meaning, hint, final=True, temporary=temporary, failed=True)


#: Words of the answer to a send that refuse a message.
_REFUSALS = {
    "INSUFFICIENT_CREDIT": _refused("no credit", "The ClickSend account has no credit left: top it up."),
    "COUNTRY_NOT_ENABLED": _refused("country", "Enable the country for the account in ClickSend's dashboard."),
    "REGISTRATION_NEEDED": _refused(
        "unregistered sender", "The sender must be registered for this country in ClickSend's dashboard."
    ),
    "INVALID_SENDER_ID": _refused(
        "wrong sender", "The sender must be a number of the account or a name of 3 to 11 letters and digits."
    ),
    "INVALID_RECIPIENT": _refused("wrong number", "ClickSend does not take it for a valid phone number."),
    "ACCOUNT_NOT_ACTIVATED": _refused("account", "The ClickSend account is not activated."),
    "EMPTY_MESSAGE": _refused("no text", "ClickSend takes the text for empty."),
    "SUBJECT_REQUIRED": _refused("no subject", "A picture message needs a `subject`."),
    "INVALID_MEDIA_FILE": _refused(
        "wrong picture", "`media_file` must be a URL that anybody can open, or a `Path`, which is uploaded first."
    ),
    "INVALID_LANG": _refused("wrong language", "`validate_language=True` checks `lang` before anything is sent."),
    "INVALID_VOICE": _refused("wrong voice", "`validate_language=True` checks `voice` before anything is sent."),
    "INVALID_SCHEDULE": _refused("wrong time", "ClickSend does not take this `schedule`."),
    "THROTTLED": _refused("repeated", "An equal text was just sent to the same number.", temporary=True),
    "INTERNAL_ERROR": _refused("an error of ClickSend", "", temporary=True),
}

#: Words of the history. Neither ``Sent`` nor ``Completed`` proves delivery; only the code does.
_WORDS = {
    "Queued": Status("not sent yet", cancellable=True),
    "Scheduled": Status("scheduled, so not sent yet", cancellable=True),
    "WaitApproval": Status("ClickSend reviews the text, often for a link in it", cancellable=True),
    "Sent": Status("sent to the carrier"),
    "Completed": Status("sent to the carrier"),
    "Failed": Status("did not reach the handset", final=True, failed=True),
    "Cancelled": Status("cancelled", final=True, cancelled=True, failed=True),
    "CancelledAfterReview": Status("cancelled after ClickSend's review", final=True, cancelled=True, failed=True),
    "Received": Status("a reply"),
}

#: Codes of receipts and of the history. 200, 300 and 302 may still change, and so may one that nobody has documented.
_CODES = {
    "200": Status("sent, without a report from the carrier yet"),
    "201": Status("on the handset", final=True),
    "300": Status("failed for now, and ClickSend tries again", temporary=True),
    "301": Status("did not reach the handset", final=True, failed=True),
    "302": Status("failed for now, and ClickSend tries again", temporary=True),
}

STATUSES = {word.casefold(): status for word, status in {**_REFUSALS, **_WORDS, **_CODES}.items()}
UNDOCUMENTED = Status("not documented")


def status_of(word: object) -> Status:
    """Return what a word or code means; `UNDOCUMENTED` for any other, and for None."""
    return STATUSES.get(str(word).strip().casefold(), UNDOCUMENTED)
