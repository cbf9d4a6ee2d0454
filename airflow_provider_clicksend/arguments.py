"""Checks of arguments: words when a DAG is parsed, and what templates deliver as text when a task runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError


def check_choice(name: str, value: str, choices: Collection[str]) -> None:
    """Refuse a word that is none of the choices.

    :raises ClickSendConfigError: names the argument and lists them.
    """
    if value not in choices:
        raise ClickSendConfigError(f"{name}={value!r}: choose one of {', '.join(choices)}.", field=name)


def as_wanted(name: str, value: Any, kind: str) -> Any:
    """Return what a template delivered as text as the int or bool that is wanted; everything else as it is.

    :param kind: the annotation, such as ``"int"``; only ``"int"`` and ``"bool"`` are judged, and None is left alone.
    :raises ClickSendConfigError: names the argument and its type.
    """
    if kind not in {"int", "bool"} or value is None:
        return value
    text = value.strip() if isinstance(value, str) else ""
    if kind == "bool":
        flags = {"true": True, "false": False}
        if isinstance(value, bool) or text.lower() in flags:
            return flags.get(text.lower(), value)
        raise ClickSendConfigError(f"{name} is a {type(value).__name__}; write True or False.", field=name)
    if text.isascii() and text.isdigit():
        return int(text)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ClickSendConfigError(
        f"{name} is a {type(value).__name__} that is not a whole number; write digits, such as 50.", field=name
    )
