"""Checks of arguments that are made when a DAG is parsed."""

from __future__ import annotations

from collections.abc import Collection

from airflow_provider_clicksend.api.errors import ClickSendConfigError


def check_choice(name: str, value: str, choices: Collection[str]) -> None:
    """Refuse a word that is none of the choices.

    :raises ClickSendConfigError: names the argument and lists them.
    """
    if value not in choices:
        raise ClickSendConfigError(f"{name}={value!r}: choose one of {', '.join(choices)}.", field=name)
