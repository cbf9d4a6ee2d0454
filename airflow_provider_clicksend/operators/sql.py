"""People whom a query finds: texts to them, or a contact list of them. Needs the extra ``sql``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_count, as_flag, as_text, check_choice
from airflow_provider_clicksend.operators._query_operator import QueryOperator
from airflow_provider_clicksend.operators._text_operator import TextOperator
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from airflow_provider_clicksend.api import ClickSendClient

#: Where lineage finds contact lists, whichever gateway is asked for them.
LINEAGE_NAMESPACE = "clicksend://rest.clicksend.com"

__all__ = ["SqlToClickSendSmsOperator", "SqlToContactListOperator"]


class SqlToClickSendSmsOperator(QueryOperator, TextOperator):
    """Send a text to each row of a query.

    A retry runs the query again. Nobody who was texted by an earlier try is texted again, even when an amount in their
    text has changed meanwhile; somebody who is new in the rows is texted. With ``on_duplicates="warn"`` or ``"send"``,
    where a number may get several texts, only a text with the same words is the same text.

    :param to_column: the column of the numbers, E.164 texts. (templated)
    :param body: the text; each ``{column}`` is filled from the row. (templated)
    :param template: the name of an SMS template of the account instead, filled in the same way. (templated)
    :param on_duplicates: by default a number in two rows is an error; ``"first"`` sends the first row's text only.
    :raises ClickSendConfigError: for a column that the query does not have, a row without a number or a value.
        Nothing was sent then.
    """

    template_fields: Sequence[str] = (*QueryOperator.template_fields, "to_column", *TextOperator.template_fields)
    #: A column named like a field of a message is only what fills a placeholder.
    row_fields: ClassVar[frozenset[str]] = frozenset({"to"})
    empty = "The query found nobody"

    def __init__(self, *, to_column: str, on_duplicates: str = "fail", **kwargs: Any) -> None:
        super().__init__(on_duplicates=on_duplicates, **kwargs)
        self.to_column = to_column

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

        text = self.template_body(client) or self.body
        if not text:
            raise ClickSendConfigError("One of `body` and `template` is needed.", field="body")
        names = placeholders(text)
        if "to" in names and self.to_column != "to":
            raise ClickSendConfigError(
                "{to} would be the number of the recipient; give the column another name in the query.", field="body"
            )
        columns = {name: name for name in names} | {"to": as_text("to_column", self.to_column)}
        return self.read_rows(columns)


class SqlToContactListOperator(QueryOperator):
    """Make a contact list hold what a query says: create, update and delete contacts, by their numbers.

    Everything is compared before anything changes, so a retry goes on where an earlier try ended. A contact without a
    phone number is left alone, as are the fields that `columns` does not name; a null empties a field. A second contact
    with the same number is deleted.

    Returns ``{"list_id", "created", "updated", "deleted", "unchanged", "dry_run", "changes"}``; `changes` shows the
    first twenty, numbers masked.

    :param list_id: which list. (templated)
    :param columns: which column of the query is which field of a contact: ``{"phone_number": "phone", "first_name":
        "name"}``; ``phone_number`` must be among them.
    :param max_deletes: with more contacts to delete than this, nothing is changed.
    :param max_changes: the same for all changes together; None for any number.
    :param on_empty: a query without rows is an error (``"fail"``) or skips the task (``"skip"``). It never empties the
        list.
    :param dry_run: only say what would change.
    :raises ClickSendConfigError: for a column that the query does not have, a row without a number in E.164, a number
        in two rows, or too many changes. Nothing was changed then.
    """

    template_fields: Sequence[str] = (*QueryOperator.template_fields, "list_id")

    def __init__(
        self,
        *,
        list_id: int | str,
        columns: Mapping[str, str],
        max_deletes: int = 100,
        max_changes: int | None = None,
        on_empty: str = "fail",
        dry_run: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_choice("on_empty", on_empty, ("fail", "skip"))
        if "phone_number" not in columns:
            raise ClickSendConfigError("`columns` must say which column is the phone_number.", field="columns")
        self.list_id = list_id
        self.columns = columns
        self.max_deletes = as_count("max_deletes", max_deletes, least=0)
        self.max_changes = None if max_changes is None else as_count("max_changes", max_changes)
        self.on_empty = on_empty
        self.dry_run_only = as_flag("dry_run", dry_run)

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        """Compare, check the limits, change, and return what was changed."""
        from airflow_provider_clicksend.operators._list_sync import sync

        return sync(self, client)

    def get_openlineage_facets_on_start(self) -> OperatorLineage[Any, Any] | None:
        """Return the tables that the query reads, and the list that it fills; OpenLineage calls it, on the worker."""
        from airflow.providers.common.compat.openlineage.facet import Dataset
        from airflow.providers.openlineage.extractors import OperatorLineage

        found = super().get_openlineage_facets_on_start() or OperatorLineage()
        if not self.dry_run_only:
            found.outputs = [*found.outputs, Dataset(namespace=LINEAGE_NAMESPACE, name=f"contact_lists/{self.list_id}")]
        return found
