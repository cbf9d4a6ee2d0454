"""E-mail addresses that may send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.operators._crud import ClickSendDeleteOperator, ClickSendRecordOperator
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


class ClickSendCreateEmailAddressOperator(ClickSendRecordOperator):
    """Add an address; ClickSend mails its owner a link to verify it.

    Returns ``{"email_address_id", "email_address", "verified", "date_added"}``.

    :param email_address: the address.
    """

    template_fields: Sequence[str] = ("email_address",)

    def __init__(self, *, email_address: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.email_address = email_address

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.email_addresses.create(email_address=self.email_address).primitives()


class ClickSendDeleteEmailAddressOperator(ClickSendDeleteOperator):
    """Delete an address.

    :param email_address_id: which one.
    """

    ids = ("email_address_id",)
    template_fields: Sequence[str] = ids
    resource = "email_addresses"

    def __init__(self, *, email_address_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.email_address_id = email_address_id
