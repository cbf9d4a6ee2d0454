"""What data sources and templates deliver in place of a whole number, a flag, a text or a time: one rule for all.

Data frames make floats of ints (``12.0``), and NaN of what is missing; databases give ``Decimal``; templates give text,
and the word "None" for an XCom that is not there.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any

#: How a value prints by which a source says "nothing".
_MISSING = frozenset({"None", "nan", "NaN", "sNaN", "NaT", "<NA>", "inf", "-inf"})
#: Unix seconds have ten digits until the year 2286; what is larger counts milliseconds or less.
MAX_UNIX_SECONDS = 10_000_000_000


def is_missing(value: object) -> bool:
    """Tell whether this is None or one of the values by which data frames say "nothing" (NaN, NaT, NA)."""
    # By how they print, because this package does not import pandas; a text that reads so is a text.
    return not isinstance(value, str) and str(value) in _MISSING


def reads_missing(text: str) -> bool:
    """Tell whether a text is nothing but the word that a template or a data frame made of a missing value."""
    return text.strip() in _MISSING


class CheckedMessages(list[dict[str, Any]]):
    """Messages of plain values under the API's names, that were checked as `api.models.outgoing` would check them.

    The client copies them into its request and does not check them again, which is a third of what a text costs.
    """


def kind_of(value: object) -> str:
    """Return the type with its article: ``"an int"``."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def text_problem(value: object) -> str | None:
    """Return what is wrong with an argument that must be text, in words that follow its name, or None."""
    if isinstance(value, str):
        if value.strip() in _MISSING:
            return f"is the word {value.strip()!r}; did the upstream task return anything?"
        return None if value.isascii() or _is_utf_8(value) else "holds half a character (a lone surrogate)"
    if is_missing(value):
        return "is empty; did the upstream task return anything?"
    return f"is {kind_of(value)}; it must be text"


def _is_utf_8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_characters(text: str) -> str:
    """Return the text with the replacement character for every surrogate that has no partner."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def whole_number(value: object) -> int | None:
    """Return the int that this stands for (``5``, ``5.0``, ``"5"``, ``Decimal(5)``, numpy's ints), or None."""
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isascii() and text.isdigit() else None
    if isinstance(value, bool) or is_missing(value) or not isinstance(value, Real | Decimal):
        return None
    number: Any = value
    return int(number) if number == int(number) else None


def flag(value: object) -> bool | None:
    """Return the truth value that this stands for (True, ``"true"``, 1, numpy's bools), or None."""
    words = {"true": True, "false": False, "1": True, "0": False}
    if isinstance(value, str):
        return words.get(value.strip().lower())
    # numpy's bools are not bools, and print as they do.
    return words.get(str(value).lower()) if type(value).__name__ in {"bool", "bool_", "int"} else None


def unix_seconds(value: object) -> int:
    """Return the Unix seconds of a time: an aware datetime (pendulum's and pandas' too), seconds, or text of either.

    :raises ValueError: says what it is instead, in words that follow the name of the argument.
    """
    if is_missing(value) or (isinstance(value, str) and (not value.strip() or reads_missing(value))):
        raise ValueError("is empty; did the upstream task return anything?")
    given: Any = _parsed(value.strip()) if isinstance(value, str) else value
    if isinstance(given, datetime):
        if given.tzinfo is None:
            raise ValueError("is a datetime without a time zone; add one, such as tzinfo=timezone.utc")
        return int(given.timestamp())
    if isinstance(given, bool | date | timedelta | str) or not isinstance(given, Real | Decimal):
        raise ValueError(f"is {kind_of(value)}; it must be a datetime with a time zone or Unix seconds")
    seconds: Any = given
    if seconds >= MAX_UNIX_SECONDS:
        # ClickSend takes milliseconds without a word and never sends the message.
        raise ValueError("looks like milliseconds; it must be Unix seconds")
    return int(seconds)


def _parsed(text: str) -> object:
    try:
        return Decimal(text) if text.replace(".", "", 1).isdecimal() else datetime.fromisoformat(text)
    except (ValueError, ArithmeticError):
        return text
