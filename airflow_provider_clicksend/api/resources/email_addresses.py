"""Verified e-mail addresses."""

from __future__ import annotations

from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.contacts import EmailAddress
from airflow_provider_clicksend.api.paging import MAX_LIMIT
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.resources.base import Resource


class EmailAddressesResource(Resource):
    """``/email/addresses``."""

    def list(self, *, page: int = 1, limit: int = MAX_LIMIT) -> Page[EmailAddress]:
        """Read the addresses, verified or not."""
        return self._page(EmailAddress, "/email/addresses", page=page, limit=limit)

    def create(self, *, email_address: str) -> EmailAddress:
        """Add an address; ClickSend mails a link by which its owner verifies it."""
        body = {"email_address": email_address}
        return EmailAddress.read(self._client.gateway("POST", "/email/addresses", json=body))

    def delete(self, email_address_id: int | str) -> None:
        """Delete an address."""
        self._client.gateway("DELETE", f"/email/addresses/{path_id(email_address_id)}")
