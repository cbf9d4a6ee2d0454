"""Contact lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.operators._crud import (
    ClickSendCreateOperator,
    ClickSendDeleteOperator,
    ClickSendRecordOperator,
)
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.contacts import ContactList


class ClickSendListContactListsOperator(ClickSendBaseOperator):
    """Return all contact lists: ``[{"list_id", "list_name", "_contacts_count"}, ...]``."""

    def call(self, client: ClickSendClient, context: Context) -> list[dict[str, Any]]:
        """Read them, however many pages there are."""
        return [row.primitives() for row in client.iterate(client.lists.list)]


class ClickSendGetContactListOperator(ClickSendRecordOperator):
    """Return one contact list: ``{"list_id", "list_name", "_contacts_count"}``.

    :param list_id: which one.
    """

    template_fields: Sequence[str] = ("list_id",)

    def __init__(self, *, list_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.lists.get(self.list_id).primitives()


class ClickSendCreateContactListOperator(ClickSendCreateOperator):
    """Create a contact list and return it: ``{"list_id", "list_name", "_contacts_count"}``.

    ClickSend itself takes a second list of the same name; this operator looks first.

    :param list_name: its name.
    """

    template_fields: Sequence[str] = ("list_name",)

    def __init__(self, *, list_name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_name = list_name

    def find(self, client: ClickSendClient) -> ContactList | None:
        """Return the first list of this name."""
        return next((row for row in client.iterate(client.lists.list) if row.list_name == self.list_name), None)

    def create(self, client: ClickSendClient) -> ContactList:
        return client.lists.create(list_name=self.list_name)

    def named(self) -> str:
        return f"The contact list {self.list_name!r}"


class ClickSendUpdateContactListOperator(ClickSendRecordOperator):
    """Rename a contact list and return it: ``{"list_id", "list_name", "_contacts_count"}``.

    :param list_id: which one.
    :param list_name: its new name.
    """

    template_fields: Sequence[str] = ("list_id", "list_name")

    def __init__(self, *, list_id: int | str, list_name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id
        self.list_name = list_name

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.lists.update(self.list_id, list_name=self.list_name).primitives()


class ClickSendDeleteContactListOperator(ClickSendDeleteOperator):
    """Delete a contact list and the contacts in it.

    :param list_id: which one.
    """

    ids = ("list_id",)
    template_fields: Sequence[str] = ids
    resource = "lists"

    def __init__(self, *, list_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id


class ClickSendRemoveDuplicateContactsOperator(ClickSendBaseOperator):
    """Remove the contacts that a list has twice, and return how many were deleted.

    :param list_id: which list.
    :param fields: what two contacts must have in common to be the same.
    """

    template_fields: Sequence[str] = ("list_id", "fields")
    native_fields = frozenset({"fields"})

    def __init__(self, *, list_id: int | str, fields: Sequence[str] = ("phone_number",), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id
        self.fields = fields

    def call(self, client: ClickSendClient, context: Context) -> int:
        return client.lists.remove_duplicates(self.list_id, fields=self.fields)
