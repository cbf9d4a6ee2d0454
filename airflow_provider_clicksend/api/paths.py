"""Ids in paths."""

from __future__ import annotations

from urllib.parse import quote

from airflow_provider_clicksend.api.errors import ClickSendConfigError


def path_id(value: int | str) -> str:
    """Return an id as one path segment that cannot be anything else than that.

    :raises ClickSendConfigError: for an empty id and for the dot segments, which URL libraries fold away.
    """
    text = str(value)
    if text in {"", ".", ".."}:
        raise ClickSendConfigError(f"{text!r} is no id.", field="id")
    return quote(text, safe="")
