"""An Airflow connection becomes a :class:`~airflow_provider_clicksend.api.ClickSendClient`."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend import connection
from airflow_provider_clicksend.version_compat import BaseHook

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


class ClickSendHook(BaseHook):
    """Give the client that an Airflow connection describes.

    :param clicksend_conn_id: a connection of type ``clicksend``: its password is the Maton API key (empty:
        ``MATON_API_KEY`` of the environment), its host the gateway (empty: ``https://gateway.maton.ai``), its extras
        ``maton_connection_id``, ``account``, ``sender``, ``source``, ``timeout`` (seconds) and ``control_url``. When
        ``account`` is ``direct`` it is ClickSend itself: login and password are ClickSend's own.
    """

    conn_name_attr = "clicksend_conn_id"
    default_conn_name = connection.DEFAULT_CONN_ID
    conn_type = connection.CONN_TYPE
    hook_name = "ClickSend (via Maton)"

    def __init__(self, clicksend_conn_id: str = connection.DEFAULT_CONN_ID) -> None:
        super().__init__()
        self.clicksend_conn_id = clicksend_conn_id
        self._client: ClickSendClient | None = None

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Shape the form's standard fields (Airflow up to 3.1; later ones read the provider's metadata)."""
        return {
            "hidden_fields": list(connection.HIDDEN_FIELDS),
            "relabeling": connection.RELABELED_FIELDS,
            "placeholders": connection.PLACEHOLDERS,
        }

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Give the form its extra fields (Airflow up to 3.1; later ones read the provider's metadata)."""
        from flask_appbuilder.fieldwidgets import BS3TextFieldWidget
        from wtforms import StringField

        return {
            field.name: StringField(field.label, description=field.description, widget=BS3TextFieldWidget())
            for field in connection.EXTRA_FIELDS
        }

    def get_conn(self) -> ClickSendClient:
        """Return the client, made once for this hook.

        :raises ClickSendConfigError: when the connection cannot work; it names the field.
        """
        if self._client is None:
            self._client = _connect(self.get_connection(self.clicksend_conn_id))
        return self._client

    async def aget_conn(self) -> ClickSendClient:
        """Return the client, with the connection looked up on the event loop (triggers). Its calls block: use a thread.

        :raises ClickSendConfigError: when the connection cannot work; it names the field.
        """
        if self._client is None:
            from airflow.providers.common.compat.connection import get_async_connection

            # In a thread: it imports the HTTP library and the models, which would hold up the loop.
            self._client = await asyncio.to_thread(_connect, await get_async_connection(self.clicksend_conn_id))
        return self._client

    def test_connection(self) -> tuple[bool, str]:
        """Say in one line per finding whether this connection can text, and whether it can wait for answers.

        The findings are logged, too: not every page and command of Airflow shows those of a test that succeeds. Nothing
        is raised.
        """
        from airflow_provider_clicksend.engine.connection_test import check

        works, findings = check(self.get_conn)
        self.log.log(logging.INFO if works else logging.WARNING, "Connection test: %s", findings)
        return works, findings


def _connect(conn: Any) -> ClickSendClient:
    from airflow_provider_clicksend.engine.client_settings import connect

    return connect(conn)
