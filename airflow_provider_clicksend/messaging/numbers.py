"""Phone numbers."""

from __future__ import annotations

import re

#: ITU-T E.164: a plus, a country code that does not start with 0, at most 15 digits. Seven is the shortest in use.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

_VISIBLE_HEAD, _VISIBLE_TAIL = 5, 4
#: Digits of a national number, without its leading 0, that are enough to recognise it by.
SHORTEST_NATIONAL = 6


def is_e164(number: object) -> bool:
    """Tell whether this is a number in E.164, for example ``"+15551234567"``."""
    return isinstance(number, str) and _E164.fullmatch(number) is not None


def mask_number(number: object) -> str:
    """Return a number as logs may show it: ``"+1555***4567"``; what is too short to mask is hidden whole."""
    text = str(number)
    if len(text) <= _VISIBLE_HEAD + _VISIBLE_TAIL:
        return "***"
    return f"{text[:_VISIBLE_HEAD]}***{text[-_VISIBLE_TAIL:]}"


def digits(number: object) -> str:
    """Return the digits of a number, without an international prefix written as ``00``."""
    found = re.sub(r"[^0-9]", "", str(number or ""))
    return found.removeprefix("00")


def is_same_number(full: str, other: object) -> bool:
    """Tell whether a number in E.164 and a number in any form may be one.

    ``+15551234567``, ``15551234567``, ``(555) 123-4567`` and ``0411 000 001`` are compared as digits; a national form,
    with or without its leading 0, by its ending.
    """
    ours, theirs = digits(full), digits(other)
    if ours == theirs:
        return bool(ours)
    national = theirs.lstrip("0")
    return len(national) >= SHORTEST_NATIONAL and len(national) < len(ours) and ours.endswith(national)
