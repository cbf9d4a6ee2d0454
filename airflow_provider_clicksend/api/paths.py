"""Ids in paths."""

from __future__ import annotations

from urllib.parse import quote

from airflow_provider_clicksend.api.errors import ClickSendConfigError

#: The dot segments, which URL libraries fold away, and what a template makes of an XCom that is not there.
_NO_IDS = frozenset({"", ".", "..", "None"})


def path_id(value: int | str) -> str:
    """Return an id as one path segment that cannot be anything else than that.

    :raises ClickSendConfigError: for what is no id.
    """
    text = str(value).strip()
    if text in _NO_IDS:
        raise ClickSendConfigError(f"{text!r} is no id.", field="id")
    return quote(text, safe="")
