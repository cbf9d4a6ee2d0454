"""Contact lists, contacts, templates, verified e-mail addresses and voices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, Field

from airflow_provider_clicksend.api.models.base import Answer, Int, Request, Text


class _ContactData(BaseModel):
    phone_number: Text = None
    first_name: Text = None
    last_name: Text = None
    email: Text = None
    fax_number: Text = None
    organization_name: Text = None
    custom_1: Text = None
    custom_2: Text = None
    custom_3: Text = None
    custom_4: Text = None
    address_line_1: Text = None
    address_line_2: Text = None
    address_city: Text = None
    address_state: Text = None
    address_postal_code: Text = None
    address_country: Text = None


class ContactFields(_ContactData, Request):
    """What a contact can be given. A new one needs a phone number, an e-mail address or a fax number.

    :param phone_number: E.164. :param fax_number: E.164. :param address_country: two letters.
    """


class Contact(_ContactData, Answer):
    """A contact in a list.

    :param date_added: Unix seconds. :param date_updated: Unix seconds.
    """

    key_fields: ClassVar = ("contact_id",)

    contact_id: int
    list_id: Int = None
    date_added: Int = None
    date_updated: Int = None


class ContactList(Answer):
    """A contact list."""

    key_fields: ClassVar = ("list_id",)

    list_id: int
    list_name: Text = None
    contacts_count: Int = Field(default=None, alias="_contacts_count")


class Template(Answer):
    """An SMS template; ``{name}`` in its body is a placeholder."""

    key_fields: ClassVar = ("template_id",)

    template_id: int
    template_name: Text = None
    body: Text = None


class EmailAddress(Answer):
    """An e-mail address that may send, once it is verified."""

    key_fields: ClassVar = ("email_address_id",)

    email_address_id: int
    email_address: Text = None
    verified: bool | None = None
    date_added: Text = None


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Language(Answer):
    """A language that calls can speak.

    :param gender: the voices it has; ClickSend answers a word where there is one voice and a list where there are two.
    """

    key_fields: ClassVar = ("code",)

    code: str
    country: Text = None
    gender: Annotated[list[str], BeforeValidator(_as_list)] = Field(default_factory=list)
