"""Rows of a query, through Airflow's hook of whatever database it is. Only a worker imports this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_text
from airflow_provider_clicksend.version_compat import BaseHook

#: Rows that are fetched at a time.
FETCH = 1000


def read_rows(conn_id: str, sql: str, parameters: Any, columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """Run a query and return its rows; of each only what is asked for is kept.

    :param conn_id: the Airflow connection of the database.
    :param columns: which column stands for which name in a row.
    :raises ClickSendConfigError: the connection's hook runs no queries, or the query has no such column.
    """
    rows: list[dict[str, Any]] = []

    def keep(cursor: Any) -> None:
        places = _places(cursor.description, columns)
        while found := cursor.fetchmany(FETCH):
            rows.extend({name: row[place] for name, place in places.items()} for row in found)

    database_hook(conn_id).run(as_text("sql", sql), parameters=parameters, handler=keep)
    return rows


def database_hook(conn_id: str) -> Any:
    """Return the hook of a connection.

    :raises ClickSendConfigError: it runs no queries.
    """
    try:
        from airflow.providers.common.sql.hooks.sql import DbApiHook
    except ImportError as error:
        raise ClickSendConfigError(
            "Queries need Airflow's common.sql provider: install airflow-provider-clicksend[sql].", field="conn_id"
        ) from error
    hook = BaseHook.get_hook(as_text("conn_id", conn_id))
    if not isinstance(hook, DbApiHook):
        raise ClickSendConfigError(
            f"The connection {conn_id!r} is not one of a database: its hook is {type(hook).__name__}.", field="conn_id"
        )
    return hook


def _places(description: Sequence[Sequence[Any]] | None, columns: Mapping[str, str]) -> dict[str, int]:
    """Return where each column stands. Databases change the case of names, so it matters only between two of them."""
    if description is None:
        raise ClickSendConfigError("The query returns no rows, as a statement that only changes data.", field="sql")
    found = [str(column[0]) for column in description]
    return {name: _place(found, column) for name, column in columns.items()}


def _place(found: list[str], column: str) -> int:
    places = [place for place, name in enumerate(found) if name == column]
    places = places or [place for place, name in enumerate(found) if name.casefold() == column.casefold()]
    if len(places) == 1:
        return places[0]
    how_many = "several columns" if places else "no column"
    raise ClickSendConfigError(f"The query has {how_many} named {column!r}; it has {', '.join(found)}.", field="sql")
