"""The address of the page: which run or task, which messages of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from airflow_provider_clicksend.messaging.message_table import STATES


@dataclass(frozen=True, slots=True)
class Address:
    """What a request asks for.

    :param task_id: None for the whole run. :param map_index: None for all of a mapped task.
    :param state: only messages in it. :param page: from 1.
    """

    dag_id: str
    run_id: str
    task_id: str | None = None
    map_index: int | None = None
    state: str | None = None
    page: int = 1

    @classmethod
    def read(cls, query: str) -> Address:
        """Read a query string.

        Airflow 3.1 puts ids into it as they are, so a plus is a plus and no space. What it knows no value for stays in
        braces: the map index of a task that is not mapped.
        """
        pairs = (pair.partition("=") for pair in query.split("&"))
        found = {name: unquote(value) for name, _, value in pairs}
        index = _number(found.get("map_index"))
        state = found.get("state")
        return cls(
            dag_id=_known(found.get("dag_id")),
            run_id=_known(found.get("run_id")),
            task_id=_known(found.get("task_id")) or None,
            map_index=index if index is None or index >= 0 else None,
            state=state if state in STATES else None,
            page=max(1, _number(found.get("page")) or 1),
        )

    def to(self, *, state: str | None = None, page: int = 1) -> str:
        """Return the query string of another part of the same run or task."""
        other = replace(self, state=state, page=page)
        pairs = ((name, getattr(other, name)) for name in self.__slots__)
        return "?" + "&".join(f"{name}={quote(str(value), safe='')}" for name, value in pairs if value is not None)


def _known(value: str | None) -> str:
    return "" if value is None or value.startswith("{") else value


def _number(value: str | None) -> int | None:
    digits = (value or "").removeprefix("-")
    # A longer number is neither a page nor a place in a mapping.
    return int(value or "") if digits.isascii() and digits.isdigit() and len(digits) < 10 else None  # noqa: PLR2004
