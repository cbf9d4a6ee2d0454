"""What an alert is given, taken as generously as can be: a cosmetic flaw must not silence it. Plain functions.

An operator refuses what is not exactly right, because somebody reads its error. An alert has nobody to ask at three in
the morning; so it tells everybody whose number can be read without guessing which number is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from airflow_provider_clicksend.api.values import is_missing, whole_characters
from airflow_provider_clicksend.messaging.numbers import is_e164, mask_number

#: A number as people write it, with its country code and perhaps with separators. One that is complete before a space
#: ends there.
_WRITTEN = re.compile(r"(?<![\w+])(?:(?:\+|00)[1-9][0-9]{9,14}(?= )|(?:\+|00)[ ]?[1-9](?:[ ().\-/]{0,2}[0-9])*)")
#: A national prefix that is left out when one dials from abroad: +44 (0)20 ...
_TRUNK = re.compile(r"\(0\)")
_DIGITS = re.compile(r"[0-9]{5,}")
_ANY_NUMBER = re.compile(r"\+?[0-9](?:[ ().\-/]{0,2}[0-9]){6,}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_INVISIBLE = frozenset({"Cc", "Cf"})
#: Levels of lists in lists.
_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was read.

    :param good: numbers in E.164, each once. :param bad: what else was given, masked.
    """

    good: tuple[str, ...]
    bad: tuple[str, ...]


def read_numbers(given: object) -> Numbers:
    """Return the numbers in whatever a template or a Variable gave: texts, lists, lists as JSON, rows with a ``to``.

    Spaces, line breaks, separators, full-width digits and invisible characters do not count, and ``00`` is a plus. A
    number without its country code is not guessed.
    """
    good: dict[str, None] = {}
    bad: dict[str, None] = {}
    for text in _texts(given, _DEPTH):
        found, rest = _read(text)
        good.update(dict.fromkeys(found))
        bad.update(dict.fromkeys(rest))
    return Numbers(tuple(good), tuple(bad))


def _texts(given: object, depth: int) -> Iterator[str]:
    if isinstance(given, bytes):
        given = given.decode("utf-8", "replace")
    if isinstance(given, str):
        yield given
    elif is_missing(given):
        yield ""
    elif isinstance(given, Mapping):
        yield from _texts(given["to"] if "to" in given else list(given.values()), depth - 1)
    elif isinstance(given, Iterable) and depth > 0:
        for one in given:
            yield from _texts(one, depth - 1)
    elif isinstance(given, float) and given.is_integer():
        yield str(int(given))
    else:
        yield str(given)


def _read(text: str) -> tuple[list[str], list[str]]:
    """Return the numbers in a text, and what else in it may have been meant as one."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(_character(character) for character in plain)
    plain = _TRUNK.sub("", plain)
    found: list[str] = []

    def take(written: re.Match[str]) -> str:
        number = "+" + re.sub(r"[^0-9]", "", written.group()).removeprefix("00")
        if is_e164(number):
            found.append(number)
            return " "
        return written.group()

    rest = _WRITTEN.sub(take, plain)
    leftover = [mask_number(digits) for digits in _DIGITS.findall(rest)]
    if not found and not leftover and rest.strip():
        leftover = ["***"]
    return found, leftover


def _character(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace() or unicodedata.category(character) == "Zs":
        return " "
    if unicodedata.category(character) == "Pd":
        return "-"
    return "" if unicodedata.category(character) in _INVISIBLE else character


def without_templates(text: str) -> str:
    """Return what stands beside the templates in a text, for one whose template cannot be rendered."""
    return _TEMPLATE.sub(" ", text)


def printable(value: object) -> str:
    """Return a value as text that can leave: surrogates without a partner become the replacement character."""
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception:  # noqa: BLE001 - an object of anybody's may raise anything when it is printed
        return f"<{type(value).__name__} that cannot be printed>"
    return "".join(c for c in whole_characters(text) if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def without_numbers(text: str) -> str:
    """Return a text with every phone number masked, for a log."""
    return _ANY_NUMBER.sub(lambda found: mask_number(found.group()), text)
