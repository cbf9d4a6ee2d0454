"""Which inbound text is the answer that somebody waits for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.conversation import Text, Verdict, ending, judge, same_person
from airflow_provider_clicksend.messaging.text_match import Search, compiled, is_opt_out, plain, search

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.messages import HistoryRow, InboundMessage
    from airflow_provider_clicksend.messaging.awaited import Awaited


@dataclass(frozen=True, slots=True)
class Reply:
    """One text that came in.

    :param original_message_id: the sent message that ClickSend attributes it to: the last one to that number.
    :param timestamp: Unix seconds.
    :param custom_string: that of the sent message.
    """

    message_id: str
    original_message_id: str | None
    sender: str | None
    to: str | None
    body: str
    timestamp: int | None
    custom_string: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the reply as JSON, with ClickSend's names."""
        return {
            "message_id": self.message_id,
            "original_message_id": self.original_message_id,
            "from": self.sender,
            "to": self.to,
            "body": self.body,
            "timestamp": self.timestamp,
            "custom_string": self.custom_string,
        }


def from_inbound(row: InboundMessage, *, original_message_id: str | None = None) -> Reply:
    """Read an inbound row.

    :param original_message_id: the sent message that was asked for, where the row does not name it.
    """
    return Reply(
        message_id=row.message_id or "",
        original_message_id=row.original_message_id or original_message_id,
        sender=row.from_,
        to=row.to,
        body=row.body or "",
        timestamp=row.timestamp,
        custom_string=row.custom_string,
    )


def from_history(row: HistoryRow) -> Reply:
    """Read an inbound row of the history, which also lists what somebody has marked as read."""
    return Reply(
        message_id=row.message_id or "",
        original_message_id=None,
        sender=row.from_,
        to=row.to,
        body=row.body or "",
        timestamp=row.date,
        custom_string=row.custom_string or None,
    )


def dedupe(replies: Iterable[Reply]) -> list[Reply]:
    """Drop what was delivered again: two POLL rules list one reply twice, and the history lists it once more.

    The same reply has one id, or else one sender, body and time. The copy that names the sent message is kept.
    """
    kept: list[Reply] = []
    by_id: dict[str, int] = {}
    by_content: dict[tuple[str, int, str], list[int]] = {}
    for reply in replies:
        alike = by_content.setdefault((plain(reply.body), reply.timestamp or 0, ending(reply.sender)), [])
        place = by_id.get(reply.message_id) if reply.message_id else None
        if place is None and reply.timestamp is not None:
            place = next((i for i in alike if same_person(kept[i].sender, reply.sender)), None)
        if place is None:
            place = len(kept)
            kept.append(reply)
            alike.append(place)
        elif kept[place].original_message_id is None and reply.original_message_id is not None:
            kept[place] = reply
        by_id.setdefault(reply.message_id, place)
    return kept


def match(reply: Reply, *, from_numbers: Iterable[str] | None = None, pattern: str | None = None) -> bool:
    """Tell whether a reply comes from one of these numbers and has the pattern somewhere in its normalised body."""
    if from_numbers is not None and not any(same_person(number, reply.sender) for number in from_numbers):
        return False
    return pattern is None or search(pattern, reply.body) is Search.FOUND


def first(replies: Iterable[Reply]) -> Reply | None:
    """Return the earliest reply; the order of ClickSend's list is not documented."""
    return min(
        replies, key=lambda reply: (reply.timestamp is None, reply.timestamp or 0, reply.message_id), default=None
    )


def check_pattern(pattern: str | None) -> None:
    """Refuse what is not a regular expression.

    :raises ClickSendConfigError: says where it breaks.
    """
    import regex

    try:
        compiled(pattern or "")
    except (regex.error, TypeError) as exc:
        raise ClickSendConfigError(f"pattern={pattern!r} is not a regular expression: {exc}.", field="pattern") from exc


def check_numbers(from_numbers: Any) -> list[str] | None:
    """Return the numbers as a list; one number may come alone.

    :raises ClickSendConfigError: one of them is not E.164, or there is none.
    """
    if from_numbers is None:
        return None
    from airflow_provider_clicksend.messaging.numbers import is_e164, mask_number

    several = isinstance(from_numbers, Iterable) and not isinstance(from_numbers, str)
    numbers: list[str] = list(from_numbers) if several else [from_numbers]
    wrong = [mask_number(number) for number in numbers if not is_e164(number)]
    if wrong or not numbers:
        raise ClickSendConfigError(
            f"from_numbers: {', '.join(wrong) or 'an empty list'}: give numbers as E.164, such as +15551234567, or "
            "None for anybody.",
            field="from_numbers",
        )
    return numbers


class ReplyWait:
    """One wait for a reply.

    :param from_numbers: E.164; None takes a reply from anybody who was asked.
    :param pattern: a regular expression that the body must hold somewhere; None takes any body.
    :raises ClickSendConfigError: a pattern or number is wrong, or there is no message to reply to.

    ``came`` holds the replies to our question, ``ambiguous`` those that may answer another question to the same
    person, ``too_slow`` those on which the pattern ran out of time.
    """

    def __init__(self, awaited: Awaited, *, from_numbers: Any = None, pattern: str | None = None) -> None:
        check_pattern(pattern)
        if not awaited.count:
            raise ClickSendConfigError("message_ids is empty: there is no message to reply to.", field="message_ids")
        self.awaited = awaited
        self.from_numbers = check_numbers(from_numbers)
        self.pattern = pattern
        self.came: list[Reply] = []
        self.ambiguous: list[Reply] = []
        self.too_slow: list[Reply] = []
        self._texts: dict[str, Text] = {}
        self._inbound: list[Reply] = []
        self._searched: dict[tuple[str, str], Search] = {}

    def wanted(self) -> Awaited:
        """Return the messages that a reply may answer."""
        return self.awaited

    def progress(self) -> str:
        """Return what is waited for, for the log."""
        return f"Waiting for a reply to {self.awaited.count} messages."

    def note(self, replies: Iterable[Reply], texts: Iterable[Text] = ()) -> dict[str, Any] | None:
        """Take in what a look saw, also what it saw for others, and return how the wait ends, or None.

        It ends with the first reply that fits, as JSON; or, when everybody who was asked has opted out, with
        ``{"outcome": "opted_out", "from": [...]}``. A pattern may take half a second a reply: not for an event loop.

        :param texts: what was sent to the people who replied, our own messages among it.
        """
        asked, gone = self.sort(replies, texts)
        fitting = first(reply for reply in self.came if self._fits(reply))
        self.too_slow = [r for r in self.came if self._searched.get((r.message_id, r.body)) is Search.TOO_SLOW]
        return fitting.as_json() if fitting else self._opted_out(gone, asked)

    def sort(self, replies: Iterable[Reply], texts: Iterable[Text]) -> tuple[list[Text], list[Reply]]:
        """Take in what a look saw: `came` and `ambiguous` are what it means.

        Returns our texts, as far as they are known, and the replies that opt out.
        """
        for text in texts:
            self._texts[text.message_id] = text
        asked = [text for text in self._texts.values() if self._is_ours(text)]
        self._inbound = dedupe([*self._inbound, *(r for r in replies if self._concerns(r, asked))])
        candidates = [reply for reply in self._inbound if self._is_candidate(reply, asked)]
        # Opting out is an answer to nobody's question, and meant for all of them.
        gone = [reply for reply in candidates if is_opt_out(reply.body)]
        judged = [
            (r, judge(r, is_ours=self._is_ours, texts=self._texts.values(), inbound=self._inbound)) for r in candidates
        ]
        self.came = [reply for reply, verdict in judged if verdict is Verdict.OURS]
        self.ambiguous = [r for r, verdict in judged if verdict is Verdict.AMBIGUOUS and not is_opt_out(r.body)]
        return asked, gone

    def _is_ours(self, text: Text) -> bool:
        return self.awaited.includes(text.message_id, text.custom_string)

    def _by_id(self, reply: Reply) -> bool:
        return self.awaited.includes(reply.original_message_id, reply.custom_string)

    def _concerns(self, reply: Reply, asked: list[Text]) -> bool:
        return self._by_id(reply) or any(same_person(text.to, reply.sender) for text in asked)

    def _is_candidate(self, reply: Reply, asked: list[Text]) -> bool:
        when = reply.timestamp
        return self._by_id(reply) or any(
            same_person(text.to, reply.sender) and (when is None or text.sent_at <= when) for text in asked
        )

    def _fits(self, reply: Reply) -> bool:
        if not match(reply, from_numbers=self.from_numbers):
            return False
        if self.pattern is None:
            return not is_opt_out(reply.body)
        key = (reply.message_id, reply.body)
        if key not in self._searched:  # a slow one is searched once, not at every look
            self._searched[key] = search(self.pattern, reply.body)
        return self._searched[key] is Search.FOUND

    def _opted_out(self, gone: list[Reply], asked: list[Text]) -> dict[str, Any] | None:
        """Return the outcome when nobody is left who could answer, as far as it is known who was asked."""
        people = self.from_numbers or list(dict.fromkeys(text.to for text in asked))
        if not self.from_numbers and len({text.message_id for text in asked}) < self.awaited.count:
            people = [gone[0].sender or ""] if gone and self.awaited.count == 1 else []
        if not people or not all(any(same_person(person, r.sender) for r in gone) for person in people):
            return None
        return {"outcome": "opted_out", "from": people}
