"""A gateway for tests of waiting: it answers from four lists, in the shapes of the documents and captures.

It shares nothing with the package or its sandbox, so that the three check each other.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "test-key"
POLL_RULE = {"rule_name": "poll", "action": "POLL", "enabled": 1}


class Gateway:
    """What it answers with. Tests change the lists while it runs."""

    def __init__(self) -> None:
        self.url = ""
        self.receipts: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []
        self.inbound: list[dict[str, Any]] = []
        self.read: set[str] = set()  # message ids that are left out of the unread lists
        self.rules: list[dict[str, Any]] = [POLL_RULE]
        self.faults: list[tuple[int, dict[str, str]]] = []  # status and headers, for the next requests
        self.broken: int | None = None  # a status for every request
        self.asked: list[str] = []

    def count(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(self.asked)

    def receipt(
        self, message_id: str, code: str = "201", text: str = "Success: Message received on handset.", **more: Any
    ):
        row = {"timestamp_send": "1442381791", "timestamp": "1442381791", "message_id": message_id, "status_code": code}
        row |= {
            "status_text": text,
            "error_code": None,
            "error_text": None,
            "custom_string": None,
            "_message_type": "sms",
        }
        self.receipts.append(row | more)

    def sent(self, message_id: str, status: str = "Completed", code: str | None = None, **more: Any) -> None:
        row = {
            "direction": "out",
            "date": int(time.time()),
            "to": "+15551234567",
            "body": "secret text",
            "status": status,
        }
        row |= {"from": "+15550000000", "schedule": "", "status_code": code, "status_text": None, "error_code": None}
        row |= {"error_text": None, "message_id": message_id, "message_parts": 1, "message_price": "0.0770"}
        row |= {"custom_string": "", "contact_id": None, "country": "US", "carrier": "X"}
        self.history.append(row | more)

    def reply(
        self, original: str, body: str = "YES", *, message_id: str = "IN-1", timestamp: int = 100, **more: Any
    ) -> None:
        row = {"timestamp": timestamp, "from": "+15551234567", "body": body, "original_body": "secret text"}
        row |= {"original_message_id": original, "to": "+15550000000", "custom_string": "", "message_id": message_id}
        self.inbound.append(row | more)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        """Return the status and the envelope's `data`."""
        channel, noun, *rest = path.removeprefix("/clicksend/v3/").split("/")
        if channel == "automations":
            return 200, _page(self.rules, query)
        if noun == "history":
            return 200, _page(self._history(query), query)
        rows = self.receipts if noun == "receipts" else self.inbound
        key = "message_id" if noun == "receipts" else "original_message_id"
        if rest:
            found = sorted((row for row in rows if row[key] == rest[0]), key=lambda row: int(row["timestamp"]))
            return (200, found[0]) if found else (404, None)
        return 200, _page([row for row in rows if row["message_id"] not in self.read], query)

    def _history(self, query: dict[str, str]) -> list[dict[str, Any]]:
        since, until = int(query.get("date_from", 0)), int(query.get("date_to", 2**40))
        rows = [row for row in self.history if since <= row["date"] <= until]
        if "q" in query:
            name, value = query["q"].split(":", 1)
            rows = [row for row in rows if value.lower() in str(row[name]).lower()]
        return sorted(rows, key=lambda row: row["date"], reverse=query.get("order_by") == "date:desc")


def _page(rows: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    page, limit = int(query.get("page", 1)), int(query.get("limit", 15))
    return {
        "total": len(rows),
        "per_page": limit,
        "current_page": page,
        "last_page": -(-len(rows) // limit),
        "next_page_url": "/?page=2",
        "data": rows[(page - 1) * limit : page * limit],
    }


@contextmanager
def running() -> Iterator[Gateway]:
    """Serve a gateway on a free port of this machine."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            gateway.asked.append(parts.path.removeprefix("/clicksend/v3"))
            headers: dict[str, str] = {}
            data: Any = None
            if gateway.faults:
                status, headers = gateway.faults.pop(0)
            elif gateway.broken:
                status = gateway.broken
            elif self.headers["Authorization"] != f"Bearer {KEY}":
                status = 401
            else:
                status, data = gateway.answer(parts.path, query)
            body = json.dumps({"http_code": status, "response_code": "X", "response_msg": "X", "data": data}).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
