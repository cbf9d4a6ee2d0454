"""What a text says, however a handset wrote it: normalised for comparison, and searched in bounded time."""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

#: Characters of a body that a pattern is searched in; ten parts of a text are shorter.
MAX_BODY = 2000
#: Seconds for one pattern on one body. Nested repetition takes exponential time otherwise.
PATTERN_TIMEOUT = 0.5
#: Characters that mean something in a pattern; normalisation must not make one out of something else.
_META = frozenset(r".^$*+?{}[]\|()#-&~:=!<>")
#: Invisible, but not of the category "format": joiners, fillers and variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {chr(c) for c in range(0xFE00, 0xFE10)}
#: Question marks that NFKC does not turn into "?": Greek, Arabic, Armenian, Ethiopic, reversed, Vai.
_QUESTION_MARKS = frozenset("?\u037e\u061f\u055e\u1367\u2e2e\ua60f\u00bf")

#: A whole text that is one of these asks for no more texts. Carriers and ClickSend act on such words by themselves.
OPT_OUT_WORDS = frozenset(
    {
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "optout",
        "opt out",
        "opt-out",
        "end",
        "quit",
        "cancel",
        "remove",
        "revoke",
    }
)


class Search(Enum):
    """How a search ended."""

    FOUND = "found"
    MISSING = "missing"
    TOO_SLOW = "too slow"


def plain(text: str) -> str:
    """Return the text as NFKC, without characters that nobody sees (zero width, marks of direction, soft hyphens)."""
    visible = (c for c in text if unicodedata.category(c) != "Cf" and c not in _INVISIBLE)
    return unicodedata.normalize("NFKC", "".join(visible))


def search(pattern: str, body: str) -> Search:
    """Search a regular expression in the normalised body, for at most `PATTERN_TIMEOUT` seconds."""
    try:
        found = _compiled(pattern).search(plain(body[:MAX_BODY])[:MAX_BODY], timeout=PATTERN_TIMEOUT, concurrent=True)
    except TimeoutError:
        return Search.TOO_SLOW
    return Search.MISSING if found is None else Search.FOUND


def fit(pattern: str, body: str) -> tuple[Search, dict[str, str | None]]:
    """Fit a regular expression to the whole normalised body, for at most `PATTERN_TIMEOUT` seconds.

    :return: how it ended, and what the named groups matched, without whitespace at their ends.
    """
    text = plain(body[:MAX_BODY]).strip()
    try:
        found = _compiled(pattern).fullmatch(text, timeout=PATTERN_TIMEOUT, concurrent=True)
    except TimeoutError:
        return Search.TOO_SLOW, {}
    if found is None or len(body) > MAX_BODY:
        return Search.MISSING, {}
    return Search.FOUND, {name: value and value.strip() for name, value in found.groupdict().items()}


def compiled(pattern: str) -> regex.Pattern[str]:
    """Compile a pattern as `search` uses it.

    :raises regex.error: it is not a regular expression.
    """
    return _compiled(pattern)


def words(text: str) -> frozenset[str]:
    """Return the words of a text in upper case, normalised; everything but letters and digits parts them."""
    return frozenset("".join(c if c.isalnum() else " " for c in plain(text).upper()).split())


def is_opt_out(body: str) -> bool:
    """Tell whether the whole body is a word of opting out."""
    return " ".join(plain(body).casefold().split()).strip(" .!\"'") in OPT_OUT_WORDS


def looks_like_question(body: str) -> bool:
    """Tell whether a text seems to ask for an answer: a question mark of any script, or the word "reply"."""
    return not _QUESTION_MARKS.isdisjoint(body + plain(body)) or "REPLY" in words(body)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex

    same = plain(pattern)
    if [c for c in same if c in _META] == [c for c in pattern if c in _META]:
        try:
            return regex.compile(same)
        except regex.error:
            pass  # what was dropped was needed, as in a set of invisible characters
    return regex.compile(pattern)
