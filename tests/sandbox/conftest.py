"""One sandbox for all these tests, as good as new for each, and a caller that knows its paths."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from airflow_provider_clicksend.sandbox.testing import Sandbox, serve

PHONE = "+15551234567"
TEST_NUMBER = "+61411111111"
LAG = 0.1


class Api:
    """Calls the gateway with the right key: ``api.get("/v3/account")``."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {sandbox.api_key}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        prefix = "/clicksend" if path.startswith("/v3") else ""
        return self.session.request(method, f"{self.sandbox.url}{prefix}{path}", timeout=10, **options)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.call("GET", path, params=params)

    def post(self, path: str, json: Any = None) -> requests.Response:
        return self.call("POST", path, json=json)

    def put(self, path: str, json: Any = None) -> requests.Response:
        return self.call("PUT", path, json=json)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def send(self, *messages: dict[str, Any], channel: str = "sms", **top: Any) -> dict[str, Any]:
        """Send, and return the answer's `data`."""
        answer = self.post(f"/v3/{channel}/send", {"messages": list(messages), **top})
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    def send_one(self, channel: str = "sms", **fields: Any) -> str:
        """Send a text to PHONE, or what the fields say, and return its id."""
        message = self.send({"to": PHONE, "body": "Hello", **fields}, channel=channel)["messages"][0]
        assert message["status"] == "SUCCESS", message
        return str(message["message_id"])

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of a list's page."""
        return list(self.get(path, **params).json()["data"]["data"])


@pytest.fixture(scope="session")
def _server() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_server: Sandbox) -> Sandbox:
    _server.reset()
    _server.settings(history_lag=LAG, deliver_after=LAG)
    return _server


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    api = Api(sandbox)
    yield api
    api.session.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Ask until the answer is true, for five seconds at most, and return it."""

    def ask(question: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 5
        while not (answer := question()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert answer
        return answer

    return ask
