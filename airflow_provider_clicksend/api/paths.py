"""Ids in paths."""

from __future__ import annotations

import re
from urllib.parse import quote

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.values import is_missing, kind_of, reads_missing, whole_number

#: A number that a data frame or a template has made a float.
_FLOAT_TEXT = re.compile(r"[0-9]+\.0")


def as_id(value: object, *, name: str = "id") -> str:
    """Return an id as text: ``5``, ``"5"``, ``5.0`` and ``"5.0"`` are one.

    :raises ClickSendConfigError: names the argument and what it is instead.
    """
    number = whole_number(value)
    text = value.strip() if isinstance(value, str) else None if number is None else str(number)
    if _FLOAT_TEXT.fullmatch(text or ""):
        return str(text).removesuffix(".0")
    problem = _problem(value) if text is None else _text_problem(text)
    if problem:
        raise ClickSendConfigError(f"{name} {problem}", field=name)
    return str(text)


def path_id(value: object) -> str:
    """Return an id as one path segment that cannot be anything else than that.

    :raises ClickSendConfigError: for what is not an id.
    """
    return quote(as_id(value), safe="")


def _problem(value: object) -> str:
    if is_missing(value):
        return "is empty; did the upstream task return anything?"
    return f"is {kind_of(value)}; it must be one id, a text or a whole number."


def _text_problem(text: str) -> str | None:
    if not text or reads_missing(text):
        return f"is {text!r}; did the upstream task return anything?"
    if text[0] in "[{(":
        return "is a list or dict that a template has made text; take one id from it, such as [0]."
    # The dot segments, which URL libraries fold away.
    return f"is {text!r}, which is not an id." if text in {".", ".."} else None
