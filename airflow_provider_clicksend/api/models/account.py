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
        if isinstance(data, dict) and isinstance(data.get("_subaccount"), dict):
            subaccount = {name: value for name, value in data["_subaccount"].items() if name != "api_key"}
            return {**data, "_subaccount": subaccount}
        return data

    @property
    def currency(self) -> str | None:
        """The account's currency, for example ``"USD"``."""
        return self.currency_.currency_name_short if self.currency_ else None


class Country(Answer):
    """A country that ClickSend knows: two letters and a name."""

    key_fields: ClassVar = ("code",)

    code: Text = None
    value: Text = None


class Connection(Answer):
    """One of Maton's connections to an app.

    :param status: ``"ACTIVE"``, ``"PENDING"`` or ``"FAILED"``.
    :param url: the link at which a person authorises it. It holds a session token: never log it.
    """

    key_fields: ClassVar = ("connection_id",)

    connection_id: str
    status: Text = None
    app: Text = None
    method: Text = None
    creation_time: Text = None
    last_updated_time: Text = None
    url: Text = Field(default=None, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, data: Any) -> Any:
        """Take the id from wherever Maton's answers were documented to have it."""
        if not isinstance(data, dict):
            return data
        inner = data.get("connection")
        flat = {**data, **inner} if isinstance(inner, dict) else dict(data)
        if "connection_Id" in flat:
            flat.setdefault("connection_id", flat["connection_Id"])
        return flat
