"""Contact lists."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.contacts import ContactList
from airflow_provider_clicksend.api.paging import MAX_LIMIT
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.resources.base import Resource, number_in


class ListsResource(Resource):
    """``/lists``."""

    def list(self, *, page: int = 1, limit: int = MAX_LIMIT) -> Page[ContactList]:
        """Read the contact lists, the account's opt-out list among them."""
        return self._page(ContactList, "/lists", page=page, limit=limit)

    def get(self, list_id: int | str) -> ContactList:
        """Read one list."""
        return ContactList.read(self._client.gateway("GET", f"/lists/{path_id(list_id)}"))

    def create(self, *, list_name: str) -> ContactList:
        """Create a list. ClickSend does not object to a second list of the same name."""
        return ContactList.read(self._client.gateway("POST", "/lists", json={"list_name": list_name}))

    def update(self, list_id: int | str, *, list_name: str) -> ContactList:
        """Rename a list."""
        path = f"/lists/{path_id(list_id)}"
        return ContactList.read(self._client.gateway("PUT", path, json={"list_name": list_name}))

    def delete(self, list_id: int | str) -> None:
        """Delete a list and the contacts in it."""
        self._client.gateway("DELETE", f"/lists/{path_id(list_id)}")

    def remove_duplicates(self, list_id: int | str, *, fields: Sequence[str] = ("phone_number",)) -> int:
        """Remove contacts that are there twice and return how many were deleted.

        :param fields: what must be equal for two contacts to be the same. The document names no body; the official
            SDK sends an object with the names as its keys, and what its values mean is not documented.
        """
        names = [fields] if isinstance(fields, str) else list(fields)
        if not names or not all(isinstance(name, str) and name.isidentifier() for name in names):
            raise ClickSendConfigError("fields must be names, such as ['phone_number'].", field="fields")
        body = {"fields": {name: name for name in names}}
        answer = self._client.gateway("PUT", f"/lists/{path_id(list_id)}/remove-duplicates", json=body)
        return number_in(answer, "deleted")
