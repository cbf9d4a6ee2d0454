"""Our addition to Airflow's API server: port 0 of a connection test means none, and nothing else is touched."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from airflow_provider_clicksend.plugin import ClickSendPlugin, ConnectionTestPort, without_port_zero

OURS = {"conn_type": "clicksend", "connection_id": "texts", "port": 0, "password": "***"}


def test_port_zero_of_our_connection_means_none() -> None:
    assert json.loads(without_port_zero(json.dumps(OURS).encode())) == {**OURS, "port": None}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({**OURS, "port": 443}),
        json.dumps({**OURS, "port": None}),
        json.dumps({**OURS, "conn_type": "http"}),
        json.dumps([OURS]),
        "no json",
        "",
    ],
)
def test_any_other_body_stays_as_it_is(body: str) -> None:
    assert without_port_zero(body.encode()) == body.encode()


def passed(path: str, body: bytes, method: str = "POST", kind: str = "http") -> tuple[dict[str, Any], bytes]:
    """Send a request in two pieces through the middleware, and return what the server behind it gets."""
    pieces = [body[:5], body[5:]]
    got: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def server(scope: Any, receive: Any, send: Any) -> None:
        got.update(scope=scope, body=b"")
        while (message := await receive())["body"] or message["more_body"]:
            got["body"] += message["body"]
            if not message["more_body"]:
                break

    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope = {"type": kind, "method": method, "path": path, "headers": headers}
    asyncio.run(ConnectionTestPort(server)(scope, receive, None))  # type: ignore[arg-type]
    return got["scope"], got["body"]


@pytest.mark.parametrize("path", ["/api/v2/connections/test", "/airflow/api/v2/connections/test"])
def test_the_server_gets_the_mended_body_with_its_length(path: str) -> None:
    scope, body = passed(path, json.dumps(OURS).encode())
    assert json.loads(body)["port"] is None
    assert dict(scope["headers"])[b"content-length"] == str(len(body)).encode()


@pytest.mark.parametrize(("path", "method"), [("/api/v2/connections", "POST"), ("/api/v2/connections/test", "GET")])
def test_other_requests_pass_untouched(path: str, method: str) -> None:
    assert passed(path, json.dumps(OURS).encode(), method)[1] == json.dumps(OURS).encode()


def test_airflow_finds_the_plugin_by_its_entry_point() -> None:
    from importlib.metadata import entry_points

    (found,) = [point for point in entry_points(group="airflow.plugins") if point.name == "clicksend"]
    assert found.load() is ClickSendPlugin
