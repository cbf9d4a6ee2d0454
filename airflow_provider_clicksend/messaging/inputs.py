"""What is wrong with a recipient's number, and what to write instead."""

from __future__ import annotations

import re
from decimal import Decimal
from numbers import Real

from airflow_provider_clicksend.api.values import is_missing, kind_of
from airflow_provider_clicksend.messaging.numbers import is_e164, mask_number

_FULL_NUMBER = re.compile(r"\+[0-9]{7,15}")
_SEPARATORS = re.compile(r"[\s().\-/]")
_SHOWN = 40
_COLUMN = "take the first column, for example [row[0] for row in rows]"
_ADVICE: dict[type, str] = {list: _COLUMN, tuple: _COLUMN, bytes: "decode it, .decode()"}


def number_problem(number: object) -> str | None:
    """Return what is wrong with a recipient's number and what to write instead, or None; no number is shown whole."""
    if is_e164(number):
        return None
    if is_missing(number):
        return "is empty"
    if isinstance(number, str):
        return _text_problem(number)
    if isinstance(number, Real | Decimal) and not isinstance(number, bool):
        return f"is the {type(number).__name__} {mask_number(f'{number:.0f}')}: write numbers as text, '+15551234567'"
    advice = _ADVICE.get(type(number))
    return f"is {kind_of(number)}{f': {advice}' if advice else ', not a number and not a row'}"


def _text_problem(text: str) -> str:
    if not any(char.isdigit() for char in text):
        what = f"{text[:_SHOWN]!r} holds no digits" if text.strip() else f"({text[:_SHOWN]!r}) is empty"
        return f"{what}; did the upstream task return anything?"
    if text.lstrip()[:1] in {"[", "{", "("}:
        return (
            "is a list or dict that a template has made text: pass the task's output itself, or set "
            "render_template_as_native_obj=True on the DAG"
        )
    return _digits_problem(text)


def _digits_problem(text: str) -> str:
    count = len(_FULL_NUMBER.findall(text))
    if count > 1:
        return f"holds {count} numbers: give a list, ['+15551234567', ...]"
    if is_e164(text.strip()):
        return f"({mask_number(text.strip())}) has spaces or a line break around the number: take them off, .strip()"
    if is_e164(_SEPARATORS.sub("", text)):
        return f"({mask_number(text)}) has separators: write digits only after the plus, +15551234567"
    return f"({mask_number(text)}) is not a number in E.164, such as +15551234567"
