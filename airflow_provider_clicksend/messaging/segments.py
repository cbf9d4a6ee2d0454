"""How many parts a text needs, and cutting it to fit.

ClickSend bills by part: 160 characters of the GSM 03.38 alphabet in one part or 153 in each of several, and 70 or 67
as soon as a single character is not in that alphabet (ClickSend's documents; 3GPP TS 23.038).
"""

from __future__ import annotations

import re

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Each takes two places: an escape and itself.
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _GSM_BASIC | _GSM_EXTENSION

_LAST_OF_BMP = "\uffff"

ELLIPSIS = "..."


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
    if count_parts(text) <= max_parts:
        return text
    # The count grows with the length, so the longest start that fits is found by halving.
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count_parts(text[:middle] + ELLIPSIS) <= max_parts:
            low = middle
        else:
            high = middle - 1
    start = text[:low]
    if low < len(text) and not text[low].isspace():
        at_word = re.sub(r"\s+\S*\Z", "", start)
        start = at_word or start
    return start.rstrip() + ELLIPSIS


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
