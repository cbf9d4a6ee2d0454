"""Contacts in a list."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.operators._crud import (
    ClickSendCreateOperator,
    ClickSendDeleteOperator,
    ClickSendRecordOperator,
)
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.contacts import Contact


class ClickSendListContactsOperator(ClickSendBaseOperator):
    """Return all contacts of a list, as many requests as it has hundreds of them.

    :param list_id: which list.
    :param updated_after: only what was changed later: Unix seconds, or a datetime with a time zone.
    """

    template_fields: Sequence[str] = ("list_id", "updated_after")
    optional_fields = frozenset({"updated_after"})

    def __init__(
        self, *, list_id: int | str, updated_after: datetime | float | str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id
        self.updated_after = updated_after

    def call(self, client: ClickSendClient, context: Context) -> list[dict[str, Any]]:
        """Read them, however many pages there are."""
        rows = client.iterate(client.contacts.list, self.list_id, updated_after=self.updated_after)
        return [row.primitives() for row in rows]


class _ContactOperator(ClickSendRecordOperator):
    """Do something with one contact.

    :param list_id: the list that it is in.
    :param contact_id: which contact.
    """

    template_fields: Sequence[str] = ("list_id", "contact_id")

    def __init__(self, *, list_id: int | str, contact_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id
        self.contact_id = contact_id


class ClickSendGetContactOperator(_ContactOperator):
    """Return one contact as a dict of its fields."""

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.contacts.get(self.list_id, self.contact_id).primitives()


class _ContactFieldsOperator(ClickSendRecordOperator):
    """Give fields to a contact. What is None is not sent; ``""`` empties a field.

    :param phone_number: E.164.
    :param first_name: given name.
    :param last_name: family name.
    :param contact_email: the contact's `email`, under another name because Airflow mails failures to its own `email`.
    :param fax_number: E.164.
    :param organization_name: company.
    :param custom_1: free text.
    :param custom_2: free text.
    :param custom_3: free text.
    :param custom_4: free text.
    :param address_line_1: street.
    :param address_line_2: more of the street.
    :param address_city: city.
    :param address_state: state.
    :param address_postal_code: postal code.
    :param address_country: two letters.
    """

    def __init__(
        self,
        *,
        phone_number: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        contact_email: str | None = None,
        fax_number: str | None = None,
        organization_name: str | None = None,
        custom_1: str | None = None,
        custom_2: str | None = None,
        custom_3: str | None = None,
        custom_4: str | None = None,
        address_line_1: str | None = None,
        address_line_2: str | None = None,
        address_city: str | None = None,
        address_state: str | None = None,
        address_postal_code: str | None = None,
        address_country: str | None = None,
        **kwargs: Any,
    ) -> None:
        given = locals()
        super().__init__(**kwargs)
        for name in self.fields:
            setattr(self, name, given[name])

    #: What a contact can be given: every parameter above.
    fields: ClassVar = tuple(inspect.signature(__init__).parameters)[1:-1]
    template_fields: Sequence[str] = fields
    optional_fields = frozenset(fields)
    phone_number: str | None

    def contact_fields(self) -> dict[str, Any]:
        """Return the fields that were given, under their names in the API."""
        given = {name: getattr(self, name) for name in self.fields}
        given["email"] = given.pop("contact_email")
        return {name: value for name, value in given.items() if value is not None}


class ClickSendCreateContactOperator(_ContactFieldsOperator, ClickSendCreateOperator):
    """Create a contact in a list and return it as a dict of its fields.

    It needs one of `phone_number`, `contact_email` and `fax_number`. One with a phone number is looked for in the list
    first, which takes a request for every hundred contacts of the list; ``ClickSendApiOperator(call="contacts.create",
    ...)`` does not look.

    :param list_id: the list to put it into.
    """

    template_fields: Sequence[str] = ("list_id", *_ContactFieldsOperator.fields)

    def __init__(self, *, list_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id

    def find(self, client: ClickSendClient) -> Contact | None:
        """Return the first contact of the list with this phone number."""
        if not self.phone_number:
            return None
        rows = client.iterate(client.contacts.list, self.list_id)
        return next((row for row in rows if row.phone_number == self.phone_number), None)

    def create(self, client: ClickSendClient) -> Contact:
        return client.contacts.create(self.list_id, **self.contact_fields())

    def named(self) -> str:
        return f"The contact {mask_number(self.phone_number)} in list {self.list_id}"


class ClickSendUpdateContactOperator(_ContactFieldsOperator, _ContactOperator):
    """Change the given fields of a contact, leave the others, and return it as a dict of its fields."""

    template_fields: Sequence[str] = (*_ContactOperator.template_fields, *_ContactFieldsOperator.fields)

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.contacts.update(self.list_id, self.contact_id, **self.contact_fields()).primitives()


class ClickSendDeleteContactOperator(ClickSendDeleteOperator):
    """Delete a contact.

    :param list_id: the list that it is in.
    :param contact_id: which contact.
    """

    ids = ("list_id", "contact_id")
    template_fields: Sequence[str] = ids
    resource = "contacts"
    # With its list, a contact is gone.
    listed_in = "lists"

    def __init__(self, *, list_id: int | str, contact_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list_id = list_id
        self.contact_id = contact_id


class _MoveContactOperator(_ContactOperator):
    """Bring a contact to another list.

    :param to_list_id: the other list.
    """

    template_fields: Sequence[str] = (*_ContactOperator.template_fields, "to_list_id")

    def __init__(self, *, to_list_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.to_list_id = to_list_id


class ClickSendCopyContactOperator(_MoveContactOperator):
    """Copy a contact to another list and return the copy as a dict of its fields."""

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.contacts.copy(self.list_id, self.contact_id, self.to_list_id).primitives()


class ClickSendTransferContactOperator(_MoveContactOperator):
    """Move a contact to another list and return it as a dict of its fields."""

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.contacts.transfer(self.list_id, self.contact_id, self.to_list_id).primitives()
