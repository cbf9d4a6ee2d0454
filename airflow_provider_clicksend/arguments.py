"""Checks of arguments: of what is not a template when a DAG is parsed, and of what templates gave when a task runs."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.values import flag, is_missing, kind_of, text_problem, unix_seconds, whole_number


def check_choice(name: str, value: str, choices: Collection[str]) -> None:
    """Refuse a word that is not one of the choices.

    :raises ClickSendConfigError: names the argument and lists them.
    """
    if value not in choices:
        raise ClickSendConfigError(f"{name}={value!r}: choose one of {', '.join(choices)}.", field=name)


def as_flag(name: str, value: Any) -> bool:
    """Return a truth value; the words of one are taken too, because a configuration file gives ``"False"``.

    :raises ClickSendConfigError: for anything else, a template or a task's output among it.
    """
    known = flag(value)
    if known is None:
        raise ClickSendConfigError(
            f"{name} is {kind_of(value)}; write True or False (it is not a template).", field=name
        )
    return known


def as_number(name: str, value: Any, *, least: float = 0) -> Decimal:
    """Return a number; digits as text are taken too.

    :raises ClickSendConfigError: for anything else, and for what is smaller than `least`.
    """
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise ClickSendConfigError(f"{name} is {kind_of(value)}; write a number (it is not a template).", field=name)
    if number < Decimal(str(least)):
        raise ClickSendConfigError(f"{name}={value}: the least is {least:g}.", field=name)
    return number


def as_count(name: str, value: Any, *, least: int = 1) -> int:
    """Return a whole number, no smaller than the least.

    :raises ClickSendConfigError: for anything else.
    """
    number = whole_number(value)
    if number is None or number < least:
        shown = f"{name}={value}" if isinstance(value, int | float) else f"{name} is {kind_of(value)}"
        raise ClickSendConfigError(f"{shown}; write a whole number from {least} on.", field=name)
    return number


def as_text(name: str, value: Any) -> str:
    """Return a text.

    :raises ClickSendConfigError: for anything else, and for the word that a template makes of a missing value.
    """
    problem = text_problem(value)
    if problem:
        raise ClickSendConfigError(f"{name} {problem}", field=name)
    return str(value)


def as_seconds(name: str, value: Any) -> int:
    """Return Unix seconds of a time in any form.

    :raises ClickSendConfigError: for what is not a time.
    """
    try:
        return unix_seconds(value)
    except ValueError as error:
        raise ClickSendConfigError(f"{name} {error}", field=name) from None


def as_wanted(name: str, value: Any, kind: str) -> Any:
    """Return what a template or a data source delivered as what a method wants.

    :param kind: the method's annotation; ``"int"``, ``"bool"``, ``"str"`` and ids (``"int | str"``) are judged, and
        whether it may be None.
    :raises ClickSendConfigError: names the argument and its type.
    """
    if value is None:
        if kind.endswith(" | None"):
            return None
        raise ClickSendConfigError(f"{name} is empty; did the upstream task return anything?", field=name)
    match kind.removesuffix(" | None"):
        case "bool":
            return as_flag(name, value)
        case "str":
            return as_text(name, value)
        case "int | str":
            from airflow_provider_clicksend.api.paths import as_id

            return as_id(value, name=name)
        case "int":
            number = whole_number(value)
            if number is None:
                raise ClickSendConfigError(f"{name} {_no_number(value)}", field=name)
            return number
    return value


def _no_number(value: Any) -> str:
    if is_missing(value) or (isinstance(value, str) and text_problem(value)):
        return "is empty; did the upstream task return anything?"
    return f"is {kind_of(value)} that is not a whole number; write digits, such as 50."
