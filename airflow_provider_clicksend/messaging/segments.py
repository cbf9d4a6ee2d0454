"""How many parts a text needs, and cutting it to fit.

ClickSend bills by part: 160 characters of the GSM 03.38 alphabet in one part or 153 in each of several, and 70 or 67
as soon as a single character is not in that alphabet (ClickSend's documents; 3GPP TS 23.038).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Each takes two places: an escape and itself.
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _GSM_BASIC | _GSM_EXTENSION

_LAST_OF_BMP = "\uffff"

ELLIPSIS = "..."
_JOINER = "\u200d"
#: Characters that a single word may have.
_LONGEST_WORD = 24


def is_gsm(text: str) -> bool:
    """Tell whether the text fits the GSM 03.38 alphabet with its extension table."""
    return _GSM.issuperset(text)


def count_parts(text: str) -> int:
    """Return how many parts the text is sent and billed as; 0 for an empty one.

    A character of the extension table, or one beyond the Basic Multilingual Plane, is never split over two parts.
    """
    if is_gsm(text):
        return _parts([2 if char in _GSM_EXTENSION else 1 for char in text], single=160, each=153)
    return _parts([2 if char > _LAST_OF_BMP else 1 for char in text], single=70, each=67)


def cut_to_parts(text: str, max_parts: int) -> str:
    """Return the text, cut at a word and ended with ``...`` when it needs more than `max_parts` parts."""
    return cut_to_fit(text, lambda start: count_parts(start) <= max_parts)


def cut_to_fit(text: str, fits: Callable[[str], bool]) -> str:
    """Return the text if it fits, else as much of it as does, cut at a word and ended with ``...``.

    :param fits: tells whether a text does; the starts of one that does fit too.
    """
    if fits(text):
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle] + ELLIPSIS):
            low = middle
        else:
            high = middle - 1
    if text[low:][:1].isspace():
        return text[:low].rstrip() + ELLIPSIS
    at_word = re.sub(r"\s+\S*\Z", "", text[:low])
    # A longer "word" is a sentence in a script that writes no spaces, such as Chinese or Thai.
    is_word = low - len(at_word) <= _LONGEST_WORD or text[low:][:1].isascii()
    return (at_word if at_word and is_word else _whole_letters(text, low)).rstrip() + ELLIPSIS


def _whole_letters(text: str, end: int) -> str:
    """Return the start of a text, without a letter whose marks would be left behind."""
    while end and (_joins(text[end : end + 1]) or text[end - 1] == _JOINER):
        end -= 1
    return text[:end]


def _joins(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}


def _parts(widths: list[int], *, single: int, each: int) -> int:
    total = sum(widths)
    if total <= single:
        return 1 if total else 0
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts
