"""In which form the API gives back what it was given: one word each, free of what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.messaging.history_match import without_cut
from airflow_provider_clicksend.messaging.numbers import digits, is_same_number


def echo_form(ours: str, theirs: object) -> str:
    """Return how a reference comes back: ``exact``, ``null``, ``empty``, ``upper``, ``truncated`` or ``changed``."""
    if theirs is None or theirs == "":
        return "null" if theirs is None else "empty"
    if theirs == ours:
        return "exact"
    if theirs == ours.upper():
        return "upper"
    return "truncated" if ours.startswith(str(theirs)) else "changed"


def text_form(ours: str, theirs: object) -> str:
    """Return how a text comes back: ``exact``, ``trimmed``, ``null``, ``truncated`` or ``changed``."""
    if theirs == ours:
        return "exact"
    if not theirs:
        return "null"
    if theirs == ours.strip():
        return "trimmed"
    return "truncated" if ours.startswith(without_cut(str(theirs))) else "changed"


def number_form(ours: str, theirs: object) -> str:
    """Return how a number in E.164 comes back; ``another number`` when it is not that number."""
    text = str(theirs or "")
    if text == ours:
        return "e164"
    if not is_same_number(ours, text):
        return "another number"
    if text == ours[1:]:
        return "no_plus"
    if digits(text) == digits(ours):
        return "spaced"
    return "national" if digits(text).startswith("0") else "national_no_zero"


def value_form(row: Mapping[str, Any], whole: Sequence[str], number: str) -> str:
    """Return the form of a receipt or reply: ``text``, ``numbers`` or ``sparse``.

    :param whole: fields that only a whole one has. :param number: the field that is text, or a number.
    """
    if any(name not in row for name in whole):
        return "sparse"
    return "numbers" if isinstance(row.get(number), int) else "text"
