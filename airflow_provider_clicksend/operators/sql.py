"""Text messages to people whom a query finds. Needs the extra ``sql``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.operators._text_operator import TextOperator

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

__all__ = ["SqlToClickSendSmsOperator"]


class SqlToClickSendSmsOperator(TextOperator):
    """Send a text to each row of a query.

    A retry runs the query again. Nobody who was texted by an earlier try is texted again, also when an amount in their
    text has changed meanwhile; somebody who is new in the rows is texted. With ``on_duplicates="warn"`` or ``"send"``,
    where a number may get several texts, only a text with the same words is the same text.

    :param sql: the query, or the path of a file that ends with ``.sql``. (templated)
    :param conn_id: the Airflow connection of the database: any that has a hook of the ``common.sql`` provider.
        (templated)
    :param to_column: the column of the numbers, E.164 texts. (templated)
    :param body: the text; each ``{column}`` is filled from the row. (templated)
    :param template: the name of an SMS template of the account instead, filled in the same way. (templated)
    :param parameters: of the query, in the style of the database's driver. (templated)
    :param on_duplicates: by default a number in two rows is an error; ``"first"`` sends the first row's text only.
    :raises ClickSendConfigError: for a column that the query does not have, a row without a number or a value.
        Nothing was sent then.
    """

    template_fields: Sequence[str] = ("sql", "conn_id", "to_column", "parameters", *TextOperator.template_fields)
    template_ext: Sequence[str] = (".sql",)
    template_fields_renderers: ClassVar[dict[str, str]] = {"sql": "sql"}
    native_fields: ClassVar[frozenset[str]] = frozenset({"parameters"})
    #: A column named like a field of a message is only what fills a placeholder.
    row_fields: ClassVar[frozenset[str]] = frozenset({"to"})
    empty = "The query found nobody"

    def __init__(
        self,
        *,
        sql: str,
        conn_id: str,
        to_column: str,
        parameters: Sequence[Any] | Mapping[str, Any] | None = None,
        on_duplicates: str = "fail",
        **kwargs: Any,
    ) -> None:
        super().__init__(on_duplicates=on_duplicates, **kwargs)
        self.sql = sql
        self.conn_id = conn_id
        self.to_column = to_column
        self.parameters = parameters

    def common_fields(self) -> dict[str, Any]:
        """Return what all messages have in common: not the body, which each row fills."""
        return {**super().common_fields(), "body": None}

    def batch_options(self, client: ClickSendClient) -> dict[str, Any]:
        """Fill the body from the rows, and let its words stand for what they were filled with, unless some get two."""
        options = super().batch_options(client)
        text = options["template"] or self.body
        is_one_each = self.on_duplicates in {"first", "fail"}
        return {**options, "template": text, "words": text if is_one_each else None}

    def rows(self, client: ClickSendClient) -> list[dict[str, Any]]:
        """Return a row for each message: its number, and what fills the placeholders."""
        from airflow_provider_clicksend.messaging.batch import placeholders
        from airflow_provider_clicksend.operators._query import read_rows

        text = self.template_body(client) or self.body
        if not text:
            raise ClickSendConfigError("One of `body` and `template` is needed.", field="body")
        names = placeholders(text)
        if "to" in names and self.to_column != "to":
            raise ClickSendConfigError(
                "{to} would be the number of the recipient; give the column another name in the query.", field="body"
            )
        columns = {name: name for name in names} | {"to": self.to_column}
        return read_rows(self.conn_id, self.sql, self.parameters, columns)
