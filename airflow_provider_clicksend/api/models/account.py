"""The account, countries, and Maton's connections."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field, model_validator

from airflow_provider_clicksend.api.models.base import Answer, Int, Money, Text
from airflow_provider_clicksend.api.models.messages import Currency


class Account(Answer):
    """The ClickSend account, without the API key of its subaccount that the answer carries."""

    user_id: Int = None
    username: Text = None
    user_email: Text = None
    balance: Money = None
    country: Text = None
    default_country_sms: Text = None
    timezone: Text = None
    currency_: Currency | None = Field(default=None, alias="_currency")

    @model_validator(mode="before")
    @classmethod
    def _drop_the_key(cls, data: Any) -> Any:
        return _without_keys(data)

    @property
    def currency(self) -> str | None:
        """The account's currency, for example ``"USD"``."""
        return self.currency_.currency_name_short if self.currency_ else None


def _without_keys(data: Any) -> Any:
    """Drop every ``api_key`` at any depth."""
    if isinstance(data, dict):
        return {name: _without_keys(value) for name, value in data.items() if name != "api_key"}
    return [_without_keys(value) for value in data] if isinstance(data, list) else data


class Country(Answer):
    """A country that ClickSend knows: two letters and a name."""

    key_fields: ClassVar = ("code",)

    code: Text = None
    value: Text = None


class Connection(Answer):
    """One of Maton's connections to an app.

    :param status: ``"ACTIVE"``, ``"PENDING"`` or ``"FAILED"``.
    :param url: the link at which a person authorises it. It holds a session token: never log it. It is there for who
        asks for it by name; neither ``repr()`` nor :meth:`primitives` shows it.
    """

    key_fields: ClassVar = ("connection_id",)

    connection_id: str
    status: Text = None
    app: Text = None
    method: Text = None
    creation_time: Text = None
    last_updated_time: Text = None
    url: Text = Field(default=None, repr=False, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, data: Any) -> Any:
        """Take the fields from wherever Maton's answers were documented to have them, and leave no second copy."""
        if not isinstance(data, dict):
            return data
        inner = data.get("connection")
        flat = {**data, **inner} if isinstance(inner, dict) else dict(data)
        flat.pop("connection", None)
        misspelled = flat.pop("connection_Id", None)
        return {"connection_id": misspelled, **flat} if misspelled else flat
