"""Phone numbers."""

from __future__ import annotations

import re

#: ITU-T E.164: a plus, a country code that does not start with 0, at most 15 digits. Seven is the shortest in use.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

_VISIBLE_HEAD, _VISIBLE_TAIL = 5, 4


def is_e164(number: object) -> bool:
    """Tell whether this is a number in E.164, for example ``"+15551234567"``."""
    return isinstance(number, str) and _E164.fullmatch(number) is not None


def mask_number(number: object) -> str:
    """Return a number as logs may show it: ``"+1555***4567"``; what is too short to mask is hidden whole."""
    text = str(number)
    if len(text) <= _VISIBLE_HEAD + _VISIBLE_TAIL:
        return "***"
    return f"{text[:_VISIBLE_HEAD]}***{text[-_VISIBLE_TAIL:]}"
