"""The account."""

from __future__ import annotations

from airflow_provider_clicksend.api.models.account import Account, Country
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.resources.base import Resource


class AccountResource(Resource):
    """``/account`` and ``/countries``."""

    def get(self) -> Account:
        """Read the account: balance, currency, country. The subaccount's API key in the answer is dropped.

        It is rate limited more than others: 20 calls a minute were seen live.
        """
        return Account.read(self._client.gateway("GET", "/account"))

    def countries(self) -> list[Country]:
        """Read the countries that ClickSend knows."""
        return Page.read(Country, self._client.gateway("GET", "/countries")).rows
