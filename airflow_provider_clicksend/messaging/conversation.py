"""Which question a text answers, when one person was asked several.

ClickSend attributes a reply to the newest text to that number, so its `original_message_id` says only that it is some
text to this person. What counts is who was asked what before the reply came, by ClickSend's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from typing import TYPE_CHECKING

from airflow_provider_clicksend.messaging.numbers import digits, is_same_number
from airflow_provider_clicksend.messaging.reference import ALERT_PREFIX, CLOSING_PREFIX, MESSAGE_PREFIX, closes
from airflow_provider_clicksend.messaging.text_match import looks_like_question, words

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.replies import Reply

#: Seconds for which a question stays open that nobody here is known to wait for.
OPEN_FOR = 20 * 3600

#: No vowels, so that no code is a word; none of what is mistaken for something else.
_LETTERS, _DIGITS = "BCDFGHJKMNPQRTVWXZ", "2346789"


@dataclass(frozen=True, slots=True)
class Text:
    """One text that was sent to a person.

    :param sent_at: Unix seconds of ClickSend's clock.
    :param awaited: whether somebody is known to wait for a reply to it.
    """

    message_id: str
    to: str
    body: str
    sent_at: int
    custom_string: str | None = None
    awaited: bool = False


class Verdict(Enum):
    """What a reply is to one wait."""

    OURS = "ours"
    AMBIGUOUS = "ambiguous"
    OTHER = "other"


def question_code(reference: str) -> str:
    """Return the code that tells a question from others to the same person: two letters and two digits, as ``KT74``.

    :param reference: the message's `custom_string`.
    """
    one, two, three, four = blake2b(b"question " + reference.encode(), digest_size=4).digest()
    letters = _LETTERS[one % len(_LETTERS)] + _LETTERS[two % len(_LETTERS)]
    return letters + _DIGITS[three % len(_DIGITS)] + _DIGITS[four % len(_DIGITS)]


def same_person(one: str | None, other: str | None) -> bool:
    """Tell whether two numbers may be one, whichever of them is in the national form."""
    one, other = (one or "").strip(), (other or "").strip()
    if one.startswith("+") and other.startswith("+"):
        return digits(one) == digits(other) != ""  # neither is a national form
    return is_same_number(one, other) or (len(digits(other)) > len(digits(one)) and is_same_number(other, one))


def ending(number: str | None) -> str:
    """Return the digits in which all forms of a number end: what to look people up by, before `same_person`."""
    return digits(number)[-6:]


def judge(reply: Reply, *, is_ours: Callable[[Text], bool], texts: Iterable[Text], inbound: Iterable[Reply]) -> Verdict:
    """Decide whether a reply answers our question to this person.

    :param is_ours: tells our messages.
    :param texts: what was sent to the person, as far as it is known; other people's texts are passed over.
    :param inbound: what came from the person.
    """
    before = _before(reply, texts)
    ours = [text for text in before if is_ours(text)]
    others = [text for text in before if not is_ours(text)]
    said = words(reply.body)
    if said & _codes(others):
        return Verdict.OTHER if not said & _codes(ours) else Verdict.AMBIGUOUS
    if said & _codes(ours):
        return Verdict.OURS
    return Verdict.AMBIGUOUS if _open_beside(ours, others, reply, inbound) else Verdict.OURS


def rivals(
    reply: Reply, *, is_ours: Callable[[Text], bool], texts: Iterable[Text], inbound: Iterable[Reply]
) -> list[Text]:
    """Return the questions of others that were open when a reply came, so that it may answer one of them instead.

    The parameters are those of `judge`.
    """
    before = _before(reply, texts)
    others = [text for text in before if not is_ours(text)]
    return _open_beside([text for text in before if is_ours(text)], others, reply, inbound)


def names_question(reply: Reply, texts: Iterable[Text]) -> bool:
    """Tell whether a text holds the code of something that was sent to this person before."""
    return bool(words(reply.body) & _codes(_before(reply, texts)))


def open_questions(reply: Reply, texts: Iterable[Text], inbound: Iterable[Reply]) -> list[Text]:
    """Return the questions to this person that nothing had answered when the text came; it may answer one of them.

    :param texts: what was sent to the person. :param inbound: what came from the person.
    """
    asked = [text for text in _before(reply, texts) if _asks(text, None, _when(reply))]
    return _still_open(asked, [], sorted((r for r in inbound if _earlier(r, reply)), key=_when))


def _before(reply: Reply, texts: Iterable[Text]) -> list[Text]:
    return [t for t in texts if same_person(t.to, reply.sender) and t.sent_at <= _when(reply)]


def _open_beside(ours: Sequence[Text], others: Sequence[Text], reply: Reply, inbound: Iterable[Reply]) -> list[Text]:
    asked_at = max((text.sent_at for text in ours), default=None)
    asking = [t for t in others if _asks(t, asked_at, _when(reply)) and not _is_closed(t, others)]
    return _still_open(asking, ours, sorted((r for r in inbound if _earlier(r, reply)), key=_when))


def _asks(text: Text, asked_at: int | None, now: int) -> bool:
    """Tell whether a text is a question that this reply may answer, if nothing has answered it before."""
    reference = text.custom_string or ""
    if text.awaited:
        return True
    is_remark = reference.startswith((ALERT_PREFIX, CLOSING_PREFIX))
    if is_remark or not looks_like_question(text.body) or text.sent_at < now - OPEN_FOR:
        return False
    return reference.startswith(MESSAGE_PREFIX) or asked_at is None or text.sent_at >= asked_at


def _is_closed(question: Text, texts: Iterable[Text]) -> bool:
    """Tell whether the person was told that nobody waits for an answer any more."""
    return not question.awaited and any(
        text.sent_at >= question.sent_at and closes(text.custom_string, question.custom_string) for text in texts
    )


def _still_open(rivals: Sequence[Text], ours: Sequence[Text], earlier: Sequence[Reply]) -> list[Text]:
    """Return the questions beside ours that what came earlier has left open.

    A text with a code answers that question. A bare one answers the only question that is open when it comes; while
    several are, it answers none.
    """
    answered: set[str] = set()
    for reply in earlier:
        asked = [t for t in rivals if t.sent_at <= _when(reply) and t.message_id not in answered]
        named = [t for t in asked if words(reply.body) & _codes([t])]
        alone = len(asked) == 1 and not any(t.sent_at <= _when(reply) for t in ours)
        answered.update(t.message_id for t in (named or (asked if alone else ())))
    return [t for t in rivals if t.awaited or t.message_id not in answered]


def _codes(texts: Iterable[Text]) -> frozenset[str]:
    return frozenset(question_code(text.custom_string) for text in texts if text.custom_string)


def _earlier(one: Reply, other: Reply) -> bool:
    return one.message_id != other.message_id and _when(one) < _when(other) and same_person(one.sender, other.sender)


def _when(reply: Reply) -> int:
    """Return when it came; a reply without a time came after everything that is known."""
    return 2**62 if reply.timestamp is None else reply.timestamp
