"""Maton's control plane: the connections to apps."""

from __future__ import annotations

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.api.models.account import Connection
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.resources.base import Resource


class ConnectionsResource(Resource):
    """``/connections`` of Maton."""

    def list(self, *, app: str = "clicksend", status: str | None = None) -> list[Connection]:
        """Read the connections.

        :param status: ``"ACTIVE"``, ``"PENDING"`` or ``"FAILED"``.
        """
        params = {"app": app} if status is None else {"app": app, "status": status}
        answer = self._client.control("GET", "/connections", params=params)
        return Page.read(Connection, answer.get("connections")).rows

    def create(self, *, app: str = "clicksend") -> Connection:
        """Create a connection; a person authorises it at its `url`, which holds a session token: never log it."""
        created = Connection.read(self._client.control("POST", "/connections", json={"app": app}))
        if created.url:
            return created
        try:
            return self.get(created.connection_id)
        except ClickSendError:
            # It exists: a caller who lost its id over this would create another.
            return created

    def get(self, connection_id: str) -> Connection:
        """Read one connection."""
        return Connection.read(self._client.control("GET", f"/connections/{path_id(connection_id)}"))

    def delete(self, connection_id: str) -> None:
        """Delete a connection: every program that uses it stops working."""
        self._client.control("DELETE", f"/connections/{path_id(connection_id)}")
