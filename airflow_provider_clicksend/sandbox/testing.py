"""The sandbox inside a test: a real server on a free port, in a thread of this process."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from airflow_provider_clicksend.sandbox.app import create_app
from airflow_provider_clicksend.sandbox.clicksend.direct import API_KEY, USERNAME
from airflow_provider_clicksend.sandbox.data.store import Store
from airflow_provider_clicksend.sandbox.server import SandboxServer, address, listen

_START_TIMEOUT = 10


class Sandbox:
    """A running sandbox: its address, its key and its control API.

    :param url: where it listens, for example ``http://127.0.0.1:40123``.
    :param api_key: the one key of Maton that it lets in.

    ``username`` and ``clicksend_key`` are ClickSend's own credentials, for a direct account at the same address.
    """

    username = USERNAME
    clicksend_key = API_KEY

    def __init__(self, url: str, api_key: str) -> None:
        self.url = url
        self.api_key = api_key

    @property
    def connection(self) -> str:
        """An Airflow connection that leads here, as JSON: the value of an ``AIRFLOW_CONN_...`` variable."""
        return json.dumps({"conn_type": "clicksend", "host": self.url, "password": self.api_key})

    def control(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Call the control API: ``control("POST", "reply", json={...})``; the options are those of `requests`.

        :raises requests.HTTPError: it refused.
        """
        answer = requests.request(method, f"{self.url}/sandbox/{path}", timeout=30, **options)
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    def messages(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return what was sent, oldest first; see the control API for the filters."""
        found: list[dict[str, Any]] = self.control("GET", "messages", params=wanted)["messages"]
        return found

    def count(self, **wanted: Any) -> dict[str, Any]:
        """Return how many messages were accepted, distinct and doubled."""
        return self.control("GET", "messages/count", params=wanted)

    def copies(self, **wanted: Any) -> Counter[tuple[str, str, str]]:
        """Return how often each (recipient, body, channel) was accepted; the filters are those of `messages`."""
        rows = self.control("GET", "messages/copies", params=wanted)["copies"]
        return Counter({(row["to"], row["body"], row["channel"]): row["copies"] for row in rows})

    def reply(self, sender: str, body: str) -> dict[str, Any]:
        """Answer as the phone `sender`."""
        return self.control("POST", "reply", json={"from": sender, "body": body})

    def will_answer(self, sender: str, body: str, after: float = 0.5) -> None:
        """Let the phone `sender` answer the next text that it gets, `after` seconds later; call it once a text."""
        self.control("POST", "answers", json={"from": sender, "body": body, "after": after})

    def decide(self, outcome: str, **target: str) -> None:
        """Decide what becomes of a message (`message_id=`), of the next to a number (`to=`), or of all next ones."""
        self.control("POST", "receipts", json={"outcome": outcome, **target})

    def fault(self, name: str, path: str = "*", **options: Any) -> None:
        """Put a fault in the way of the requests to `path`, for example ``/v3/sms/send``."""
        self.control("POST", "faults", json={"fault": name, "path": path, **options})

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings and return all."""
        return self.control("POST", "settings", json=changes)

    def world(self, **changes: Any) -> dict[str, Any]:
        """Change fields of the world, for example ``history_echo="null"``, and return all of it.

        Without fields nothing changes; ``settings(world=None)`` returns to the default world.
        """
        world: dict[str, Any] = self.settings(world=changes)["world"]
        return world

    def other_traffic(self, **amounts: Any) -> None:
        """Let others use the account: `texts`, `replies`, `receipts`, `ago`, `spread` as in the control API."""
        self.control("POST", "traffic", json=amounts)

    def age(self, seconds: float) -> None:
        """Let everything in the account be so many seconds older than it is."""
        self.control("POST", "age", json={"seconds": seconds})

    def request_counts(self) -> dict[str, int]:
        """Return how often each operation was called, for example ``{"POST /v3/sms/send": 2}``."""
        counts: dict[str, int] = self.control("GET", "requests")["counts"]
        return counts

    def reset(self) -> None:
        """Return to a new account."""
        self.control("POST", "reset")


@contextmanager
def serve(database: Path | None = None, **settings: Any) -> Iterator[Sandbox]:
    """Run a sandbox for the length of the block.

    :param database: keep everything in this file; None: nothing is kept.
    :param settings: start with these, for example ``history_lag=0.1``.
    :raises RuntimeError: it did not start.
    """
    store = Store(database, **settings)
    listener = listen("127.0.0.1", 0)
    server = SandboxServer(create_app(store), listener)
    url = address(listener)
    thread = threading.Thread(target=server.run_until_stopped, name="clicksend-sandbox", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield Sandbox(url, store.settings.api_key)
    finally:
        server.should_exit = True
        thread.join()
        store.close()


def _wait_until_started(server: SandboxServer, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The sandbox did not start; its thread's error is above.")
        time.sleep(0.01)
