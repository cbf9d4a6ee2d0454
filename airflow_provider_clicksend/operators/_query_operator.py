"""What the operators that run a query share. The query itself is in :mod:`._rows`, which only a worker imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.operators._base import ClickSendBaseOperator

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage


class QueryOperator(ClickSendBaseOperator):
    """Do something with the rows of a query.

    Where Airflow's OpenLineage provider is installed, it is told which tables the query reads, as far as the hook of
    the database can say which database it is.

    :param sql: the query, or the path of a file that ends with ``.sql``. (templated)
    :param conn_id: the Airflow connection of the database: any that has a hook of the ``common.sql`` provider.
        (templated)
    :param parameters: of the query, in the style of the database's driver. (templated)
    """

    template_fields: Sequence[str] = ("sql", "conn_id", "parameters")
    template_ext: Sequence[str] = (".sql",)
    template_fields_renderers: ClassVar[dict[str, str]] = {"sql": "sql"}
    native_fields: ClassVar[frozenset[str]] = frozenset({"parameters"})

    def __init__(
        self,
        *,
        sql: str,
        conn_id: str,
        parameters: Sequence[Any] | Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.conn_id = conn_id
        self.parameters = parameters

    def read_rows(self, columns: Mapping[str, str]) -> list[dict[str, Any]]:
        """Run the query.

        :param columns: which column stands for which name in a row.
        """
        from airflow_provider_clicksend.operators._rows import read_rows

        return read_rows(self.conn_id, self.sql, self.parameters, columns)

    def get_openlineage_facets_on_start(self) -> OperatorLineage[Any, Any] | None:
        """Return the tables that the query reads; OpenLineage calls it, on the worker."""
        from airflow.providers.common.compat.openlineage.utils.sql import get_openlineage_facets_with_sql

        from airflow_provider_clicksend.operators._rows import database_hook

        hook = database_hook(self.conn_id)
        return get_openlineage_facets_with_sql(hook=hook, sql=self.sql, conn_id=self.conn_id, database=None)
