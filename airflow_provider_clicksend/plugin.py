"""What we add to Airflow's API server, found by its entry point ``airflow.plugins``.

The connection form of Airflow 3.3 sends port 0 where a connection has none. From 3.3.1 on the server compares that
with what is stored, takes it for another address, and answers "Bad Request" to the test of any connection without a
port (apache/airflow#73298, fixed after 3.3.2). For connections of our type 0 means none, so the test gets what was
meant.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.providers.common.compat.sdk import AirflowPlugin

from airflow_provider_clicksend.connection import CONN_TYPE

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def without_port_zero(body: bytes) -> bytes:
    """Return the body of a test request with null in place of the port 0 of one of our connections."""
    try:
        asked = json.loads(body)
    except ValueError:
        return body
    if not isinstance(asked, dict) or asked.get("conn_type") != CONN_TYPE or asked.get("port") != 0:
        return body
    return json.dumps({**asked, "port": None}).encode()


class ConnectionTestPort:
    """An ASGI middleware that changes nothing but the body of ``POST .../connections/test``."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one request."""
        is_test = scope.get("method") == "POST" and str(scope.get("path", "")).endswith("/connections/test")
        if scope["type"] != "http" or not is_test:
            await self._app(scope, receive, send)
            return
        body = without_port_zero(await _body(receive))
        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._app({**scope, "headers": headers}, _replayed(body, receive), send)


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body once, and then whatever comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


class ClickSendPlugin(AirflowPlugin):
    """Make the test button for a ClickSend connection work on Airflow 3.3.1 and 3.3.2."""

    name = "clicksend"
    fastapi_root_middlewares: list[Any] = [  # noqa: RUF012 - Airflow's own declaration
        {"name": "clicksend-connection-test", "middleware": ConnectionTestPort, "args": [], "kwargs": {}}
    ]
