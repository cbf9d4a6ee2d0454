"""Maton's connections to ClickSend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.operators._crud import ClickSendDeleteOperator
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


class ClickSendCreateConnectionOperator(ClickSendBaseOperator):
    """Create a Maton connection and return it with its link: ``{"connection_id", "status", "url", ...}``.

    A person opens the link to authorise the connection. It holds a session token: no log of this task shows it, but
    whoever may read this task's XCom can use it, so hand it on at once and let the XCom be deleted.

    :param app: Maton's name of the service.
    """

    def __init__(self, *, app: str = "clicksend", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.app = app

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        from airflow.providers.common.compat.sdk import mask_secret

        created = client.connections.create(app=self.app)
        if created.url:
            mask_secret(created.url)
        return {**created.primitives(), "url": created.url}


class ClickSendDeleteConnectionOperator(ClickSendDeleteOperator):
    """Delete a Maton connection: every program that uses it stops working.

    :param connection_id: which one.
    """

    ids = ("connection_id",)
    template_fields: Sequence[str] = ids
    resource = "connections"

    def __init__(self, *, connection_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.connection_id = connection_id
