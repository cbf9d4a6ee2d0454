"""Contacts in a list."""

from __future__ import annotations

from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.contacts import Contact, ContactFields
from airflow_provider_clicksend.api.paging import MAX_LIMIT
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.resources.base import Resource


class ContactsResource(Resource):
    """``/lists/{list_id}/contacts``."""

    def list(
        self, list_id: int | str, *, page: int = 1, limit: int = MAX_LIMIT, updated_after: int | None = None
    ) -> Page[Contact]:
        """Read the contacts of a list.

        :param updated_after: Unix seconds.
        """
        return self._page(Contact, _path(list_id), page=page, limit=limit, updated_after=updated_after)

    def get(self, list_id: int | str, contact_id: int | str) -> Contact:
        """Read one contact."""
        return Contact.read(self._client.gateway("GET", _path(list_id, contact_id)))

    def create(self, list_id: int | str, **fields: Any) -> Contact:
        """Create a contact; the fields are those of :class:`.ContactFields`.

        :raises ClickSendConfigError: without a phone number, an e-mail address or a fax number; for an unknown field.
        """
        if not any(fields.get(name) for name in ("phone_number", "email", "fax_number")):
            raise ClickSendConfigError(
                "A contact needs a phone_number, an email or a fax_number.", field="phone_number"
            )
        return self._write("POST", _path(list_id), fields)

    def update(self, list_id: int | str, contact_id: int | str, **fields: Any) -> Contact:
        """Change the given fields of a contact and leave the others; ``""`` empties one.

        :raises ClickSendConfigError: without any field; for an unknown one.
        """
        if not fields:
            raise ClickSendConfigError("No field to change was given.", field="fields")
        return self._write("PUT", _path(list_id, contact_id), fields)

    def delete(self, list_id: int | str, contact_id: int | str) -> None:
        """Delete a contact."""
        self._client.gateway("DELETE", _path(list_id, contact_id))

    def copy(self, list_id: int | str, contact_id: int | str, to_list_id: int | str) -> Contact:
        """Copy a contact to another list and return the copy."""
        return self._move("copy", list_id, contact_id, to_list_id)

    def transfer(self, list_id: int | str, contact_id: int | str, to_list_id: int | str) -> Contact:
        """Move a contact to another list."""
        return self._move("transfer", list_id, contact_id, to_list_id)

    def _move(self, verb: str, list_id: int | str, contact_id: int | str, to_list_id: int | str) -> Contact:
        path = f"{_path(list_id, contact_id)}/{verb}/{path_id(to_list_id)}"
        return Contact.read(self._client.gateway("PUT", path))

    def _write(self, method: str, path: str, fields: dict[str, Any]) -> Contact:
        return Contact.read(self._client.gateway(method, path, json=ContactFields.build(fields)))


def _path(list_id: int | str, contact_id: int | str | None = None) -> str:
    contacts = f"/lists/{path_id(list_id)}/contacts"
    return contacts if contact_id is None else f"{contacts}/{path_id(contact_id)}"
