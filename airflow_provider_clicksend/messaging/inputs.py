"""What data sources deliver in place of text: which values are missing, and what is wrong with a number."""

from __future__ import annotations

import re

from airflow_provider_clicksend.messaging.numbers import is_e164, mask_number

_MISSING = frozenset({"None", "nan", "NaN", "sNaN", "NaT", "<NA>", "inf", "-inf"})
_FULL_NUMBER = re.compile(r"\+[0-9]{7,15}")
_SEPARATORS = re.compile(r"[\s().\-/]")
_SHOWN = 40


def is_missing(value: object) -> bool:
    """Tell whether this is None or one of the values by which data frames say "nothing" (NaN, NaT, NA)."""
    # By how they print, because this package does not import pandas; a text that reads so is a text.
    return not isinstance(value, str) and str(value) in _MISSING


def kind_of(value: object) -> str:
    """Return the type with its article: ``"an int"``."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def number_problem(number: object) -> str | None:
    """Return what is wrong with a recipient's number and what to write instead, or None; no number is shown whole."""
    if is_e164(number):
        return None
    if is_missing(number):
        return "is empty"
    if isinstance(number, str):
        return _text_problem(number)
    if isinstance(number, int | float) and not isinstance(number, bool):
        return f"is the {type(number).__name__} {mask_number(f'{number:.0f}')}: write numbers as text, '+15551234567'"
    if isinstance(number, list | tuple):
        return f"is {kind_of(number)}: take the first column, for example [row[0] for row in rows]"
    return f"is {kind_of(number)}, not a number and not a row"


def _text_problem(text: str) -> str:
    if not text.strip():
        return f"({text[:_SHOWN]!r}) is empty; did the upstream task return anything?"
    if not any(char.isdigit() for char in text):
        return f"{text[:_SHOWN]!r} holds no digits; did the upstream task return anything?"
    count = len(_FULL_NUMBER.findall(text))
    if count > 1:
        return f"holds {count} numbers: give a list, ['+15551234567', ...]"
    if is_e164(text.strip()):
        return f"({mask_number(text.strip())}) has spaces or a line break around the number: take them off, .strip()"
    if is_e164(_SEPARATORS.sub("", text)):
        return f"({mask_number(text)}) has separators: write digits only after the plus, +15551234567"
    return f"({mask_number(text)}) is no number in E.164 such as +15551234567"
