"""Which inbound text is a command: who may give one, what it must say, and that it answers no question of ours."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.conversation import names_question, open_questions
from airflow_provider_clicksend.messaging.numbers import digits
from airflow_provider_clicksend.messaging.replies import Reply, check_numbers, check_pattern
from airflow_provider_clicksend.messaging.text_match import (
    OPT_OUT_WORDS,
    Search,
    compiled,
    fit,
    is_opt_out,
    plain,
    words,
)

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.conversation import Text

#: The name of the group that holds a PIN; what it matched is never passed on.
PIN_GROUP = "pin"
#: Digits of the longest and the shortest country code.
_COUNTRY_CODES = range(1, 4)
#: Digits of the shortest national number that an allow-list takes for one; a short code has fewer.
_SHORTEST_NATIONAL = 7


class Verdict(Enum):
    """What a text is to a watcher."""

    COMMAND = "a command"
    STRANGER = "from a number that is not allowed"
    OPT_OUT = "a word of opting out"
    OTHER = "not what the keyword and the pattern ask for"
    TOO_SLOW = "a text on which the pattern ran out of time"
    ANSWER = "an answer to a question that was texted to this number"


@dataclass(frozen=True, slots=True)
class Command:
    """A text that may start something.

    :param number: the allowed number that it came from, E.164, in whatever form the text showed it.
    :param groups: what the pattern's named groups matched; None for a group that matched nothing.
    :param pin: what the group ``pin`` matched, or None.
    """

    text: Reply
    number: str
    keyword: str | None
    groups: Mapping[str, str | None] = field(default_factory=dict)
    pin: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what the started DAG gets to know. A PIN is not part of it."""
        return {
            "id": text_id(self.text),
            "message_id": self.text.message_id or None,
            "from": self.number,
            "to": self.text.to,
            "body": _without(self.text.body, self.pin),
            "received_at": self.text.timestamp,
            "keyword": self.keyword,
            "groups": dict(self.groups),
        }


@dataclass(frozen=True)
class CommandRules:
    """Who may give a command, and how it reads. Made by `read`."""

    numbers: tuple[str, ...]
    keywords: tuple[str, ...]
    pattern: str | None

    @classmethod
    def read(cls, from_numbers: Any, keyword: Any, pattern: str | None) -> CommandRules:
        """Check the arguments of a watcher.

        :param from_numbers: E.164, at least one.
        :param keyword: a word, words, or None. :param pattern: a regular expression, or None; one of both is needed.
        :raises ClickSendConfigError: names the argument.
        """
        if from_numbers is None:
            raise ClickSendConfigError(
                "from_numbers is missing: without a list of numbers that may start a DAG, anybody who knows the "
                "number could. List them as E.164, such as +15551234567.",
                field="from_numbers",
            )
        numbers = check_numbers(from_numbers) or []
        keywords = _check_keywords(keyword)
        check_pattern(pattern)
        if not keywords and not pattern:
            raise ClickSendConfigError(
                "Neither keyword nor pattern is given: say what a text must read to start something.", field="keyword"
            )
        return cls(tuple(numbers), keywords, pattern)

    @property
    def asks_for_pin(self) -> bool:
        """Whether the pattern has the group ``pin``."""
        return self.pattern is not None and PIN_GROUP in compiled(self.pattern).groupindex

    def sender(self, text: Reply) -> str | None:
        """Return the allowed number that a text came from, or None."""
        return next((number for number in self.numbers if is_from(number, text.sender)), None)

    def read_text(self, text: Reply) -> Command | Verdict:
        """Understand a text, apart from the questions that are open. It may take half a second."""
        number = self.sender(text)
        if number is None:
            return Verdict.STRANGER
        if is_opt_out(text.body):
            return Verdict.OPT_OUT
        keyword = self._keyword(text.body)
        if self.keywords and keyword is None:
            return Verdict.OTHER
        if self.pattern is None:
            return Command(text, number, keyword)
        outcome, groups = fit(self.pattern, text.body)
        if outcome is not Search.FOUND:
            return Verdict.TOO_SLOW if outcome is Search.TOO_SLOW else Verdict.OTHER
        pin = groups.pop(PIN_GROUP, None)
        return Command(text, number, keyword, groups, pin)

    def judge(self, command: Command, texts: Sequence[Text], inbound: Iterable[Reply]) -> Verdict:
        """Decide whether a command answers a question instead.

        A text with a question's code is an answer. While a question is open, so is every other text, but one whose
        keyword does not stand in any open question.

        :param texts: what was sent to the person. :param inbound: what came from the person.
        """
        if names_question(command.text, texts):
            return Verdict.ANSWER
        asked = open_questions(command.text, texts, inbound)
        if not asked or (command.keyword and not any(words(command.keyword) <= words(t.body) for t in asked)):
            return Verdict.COMMAND
        return Verdict.ANSWER

    def _keyword(self, body: str) -> str | None:
        """Return the keyword that the text begins with, the longest one."""
        return max((word for word in self.keywords if _begins(body, word)), key=len, default=None)


def is_from(allowed: str, sender: str | None) -> bool:
    """Tell whether a text shown with this sender came from an allowed number.

    Stricter than a comparison of who may have answered: all digits must agree, or, where the sender is written without
    a country code, all digits but those of the country code.
    """
    ours, theirs = digits(allowed), digits(sender)
    if ours == theirs:
        return bool(ours)
    if (sender or "").strip().startswith(("+", "00")):
        return False
    national = theirs.removeprefix("0")
    is_whole = len(national) >= _SHORTEST_NATIONAL and len(ours) - len(national) in _COUNTRY_CODES
    return is_whole and ours.endswith(national)


def text_id(text: Reply) -> str:
    """Return what a text is recognised by: 16 hex digits of its id, or else of what it is."""
    name = text.message_id or repr((digits(text.sender), text.timestamp, plain(text.body)))
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _check_keywords(keyword: Any) -> tuple[str, ...]:
    several = isinstance(keyword, Collection) and not isinstance(keyword, str)
    given = () if keyword is None else keyword if several else [keyword]
    for word in given:
        if not isinstance(word, str) or not words(word) or is_opt_out(word):
            raise ClickSendConfigError(
                f"keyword={word!r} cannot start anything: it must hold a letter or digit, and be none of the words of "
                f"opting out ({', '.join(sorted(OPT_OUT_WORDS))}).",
                field="keyword",
            )
    return tuple(given)


def _begins(body: str, keyword: str) -> bool:
    """Tell whether a text begins with a word, whatever its case and spacing."""
    said, word = (" ".join(plain(text).casefold().split()) for text in (body, keyword))
    rest = said.removeprefix(word)
    # A mark or a digit goes on with the word before it.
    return said != rest and not (rest and (rest[0].isalnum() or unicodedata.category(rest[0]).startswith("M")))


def _without(body: str, pin: str | None) -> str:
    return body.replace(pin, "***") if pin else body
