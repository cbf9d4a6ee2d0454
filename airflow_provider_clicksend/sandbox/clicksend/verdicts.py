"""Whether a message can be sent: the statuses that ClickSend puts on each message of an answer."""

import dataclasses
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.drafts import Draft
from airflow_provider_clicksend.sandbox.clicksend.languages import LANGUAGES
from airflow_provider_clicksend.sandbox.clicksend.numbers import (
    TEST_NUMBERS,
    country_of,
    is_phone_number,
    spoken_parts,
    text_parts,
)
from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.store import Settings, now

SUCCESS = "SUCCESS"
#: What was seen live on a message of an answer.
SEEN = frozenset({SUCCESS, "INVALID_RECIPIENT", "COUNTRY_NOT_ENABLED"})
#: Counted in ``blocked_count``; their objects keep a few fields more than those of other refusals.
BLOCKED = frozenset({"COUNTRY_NOT_ENABLED", "REGISTRATION_NEEDED"})
#: An MMS and a minute of a call cost more than a text's part.
_PRICE_FACTOR = {"sms": 1, "voice": 1, "mms": 5}
_MAX_SENDER, _MIN_SENDER, _MAX_SUBJECT = 11, 3, 20


@dataclasses.dataclass
class Verdict:
    """What ClickSend says of one message; `price` is the whole message's, in ten-thousandths of a dollar."""

    status: str
    parts: int
    price: int


class Judge:
    """Judges the messages of one request in turn: each leaves less credit to the next.

    A refusal that is to happen only so often is used up in :attr:`refusals`; the caller keeps what is left.
    """

    def __init__(self, db: Connection, settings: Settings) -> None:
        self._settings = settings
        self.credit: int = db.execute(select(tables.account.c.balance)).scalar_one()
        rows = db.execute(select(tables.refusals)).all()
        self.refusals: dict[str, list[Any]] = {row.recipient: [row.status, row.times] for row in rows}
        self._recent = _recent_texts(db, settings.throttle_window)

    def judge(self, draft: Draft) -> Verdict:
        """Return the verdict on a message, and take its price off the credit when it is SUCCESS."""
        parts = spoken_parts(draft.body) if draft.channel == "voice" else text_parts(draft.body)
        price = parts * country_of(draft.recipient).price * _PRICE_FACTOR[draft.channel]
        if draft.recipient in TEST_NUMBERS:
            parts = price = 0
        status = self._form(draft) or self._account(draft, price) or SUCCESS
        if status != SUCCESS:
            return Verdict(status, 0, 0)
        self.credit -= price
        self._recent.add((draft.recipient, draft.body))
        return Verdict(status, parts, price)

    def _form(self, draft: Draft) -> str | None:
        """Return what is wrong with the message itself."""
        if draft.list_id is not None and draft.contact_id is None:
            return "NOT_ENOUGH_PERMISSION_TO_LIST_ID"
        if not is_phone_number(draft.recipient):
            return "INVALID_RECIPIENT"
        if not draft.body.strip():
            return "EMPTY_MESSAGE"
        if draft.channel != "voice" and not _is_sender(draft.sender):
            return "INVALID_SENDER_ID"
        if draft.schedule is None:
            return "INVALID_SCHEDULE"
        return _CHANNEL_RULES[draft.channel](draft.details)

    def _account(self, draft: Draft, price: int) -> str | None:
        """Return what the account, the destination or the moment forbids."""
        if draft.recipient in self.refusals:
            return self._refuse(draft.recipient)
        if draft.recipient.startswith(tuple(self._settings.disabled_countries)):
            return "COUNTRY_NOT_ENABLED"
        if draft.sender in self._settings.unregistered_senders:
            return "REGISTRATION_NEEDED"
        if self._settings.throttle_window and (draft.recipient, draft.body) in self._recent:
            return "THROTTLED"
        return "INSUFFICIENT_CREDIT" if price > self.credit else None

    def _refuse(self, recipient: str) -> str:
        status, times = self.refusals[recipient]
        if times == 1:
            del self.refusals[recipient]
        elif times is not None:
            self.refusals[recipient][1] = times - 1
        return str(status)


def _recent_texts(db: Connection, window: float) -> set[tuple[str, str]]:
    if not window:
        return set()
    table = tables.messages.c
    recent = select(table.recipient, table.body).where(table.accepted_at > now() - window, table.status == SUCCESS)
    return {(row.recipient, row.body) for row in db.execute(recent)}


def _is_sender(sender: str) -> bool:
    if not sender or sender.startswith("+") or sender.isdigit():
        return True
    return _MIN_SENDER <= len(sender) <= _MAX_SENDER and " " not in sender


def _mms_rule(details: dict[str, Any]) -> str | None:
    if not str(details.get("media_file", "")).startswith(("http://", "https://")):
        return "INVALID_MEDIA_FILE"
    return None if 0 < len(str(details.get("subject", ""))) <= _MAX_SUBJECT else "SUBJECT_REQUIRED"


def _voice_rule(details: dict[str, Any]) -> str | None:
    language = LANGUAGES.get(str(details.get("lang", "en-us")))
    if language is None:
        return "INVALID_LANG"
    return None if details.get("voice", "female") in language.genders else "INVALID_VOICE"


_CHANNEL_RULES = {"sms": lambda _details: None, "mms": _mms_rule, "voice": _voice_rule}
