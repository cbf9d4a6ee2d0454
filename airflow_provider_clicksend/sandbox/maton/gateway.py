"""Maton's side: logs each request, plays faults, checks the key, picks the connection and limits the rate.

With HTTP Basic at ``/v3`` a request goes to ClickSend itself; the log, the faults and the limits are the same.
"""

import re
import time
from email.utils import formatdate
from typing import Any

from fastapi.responses import JSONResponse, Response
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from airflow_provider_clicksend.sandbox.clicksend import direct
from airflow_provider_clicksend.sandbox.data.store import Store, add_row, clock_offset, now
from airflow_provider_clicksend.sandbox.data.tables import connections, requests
from airflow_provider_clicksend.sandbox.maton.exchanges import Exchanges
from airflow_provider_clicksend.sandbox.maton.faults import Faults, too_many_requests

#: What the sandbox serves for itself: no key, no faults, not in the request log.
_OWN_PATHS = re.compile(r"/($|sandbox(/|$)|connect/)")
_FROM_ANOTHER_SITE = JSONResponse({"detail": "The sandbox takes no orders from other sites' pages."}, 403)
_ID = re.compile(r"(?<=/)(\d+|[0-9a-fA-F-]{36})(?=/|$)")


class Gateway:
    """The outermost application of the sandbox."""

    def __init__(self, app: ASGIApp, store: Store, faults: Faults, exchanges: Exchanges) -> None:
        self._app = app
        self._store = store
        self._faults = faults
        self._exchanges = exchanges

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        clock_offset.set(self._store.settings.world.clock_offset)
        if _OWN_PATHS.match(scope["path"]):
            handler = _FROM_ANOTHER_SITE if _is_from_another_site(Request(scope)) else self._app
            await handler(scope, receive, send)
        else:
            await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        path = request.url.path.removeprefix("/clicksend")
        operation = f"{request.method} {_ID.sub('{id}', path)}"
        fault = self._faults.take(request.method, path)
        with self._store.begin() as db:
            request_id = _log(db, request, operation, fault.fault if fault else None)
            refusal = self._refuse(db, request)
        scope["state"]["request_id"] = request_id
        recording = self._exchanges.begin(scope, request_id, now(), fault.fault if fault else None)
        receive, answer = recording.receive(receive), _Answer(recording.send(send), self._date_header())
        if direct.is_direct(request):
            scope = direct.behind_the_door(scope)
        if fault is None or fault.is_after_acceptance:
            handler = refusal or self._limit(operation, answer) or self._app
            await handler(scope, receive, answer if fault is None else _discard)
        if fault is not None:
            await fault.play(scope, receive, answer)
        recording.end()
        with self._store.begin() as db:
            db.execute(update(requests).where(requests.c.id == request_id).values(status=answer.status))

    def _refuse(self, db: Connection, request: Request) -> Response | None:
        """Return Maton's own error (ClickSend's for a direct account), or note the connection that is used."""
        if direct.is_direct(request):
            request.scope["state"]["connection_id"] = ""
            return direct.refuse(request)
        if request.headers.get("authorization") != f"Bearer {self._store.settings.api_key}":
            return self._says("Invalid API key", 401, by_authentication=True)
        if not request.url.path.startswith("/clicksend/"):
            return None
        usable = select(connections).where(connections.c.app == "clicksend").order_by(connections.c.creation_time)
        wanted = request.headers.get("maton-connection")
        if wanted is None:
            row = db.execute(usable.where(connections.c.status == "ACTIVE")).first()
        else:
            row = db.execute(usable.where(connections.c.connection_id == wanted)).first()
        if row is None:
            what = "No active connection found for app: clicksend" if wanted is None else "Connection not found"
            return self._says(what, 400 if wanted is None else self._store.settings.world.unknown_connection)
        if row.status != "ACTIVE":
            return self._says(f"Connection is not active: {row.status}", 400)
        request.scope["state"]["connection_id"] = row.connection_id
        return None

    def _says(self, text: str, status: int, *, by_authentication: bool = False) -> Response:
        form = self._store.settings.world.maton_errors
        if form == "mixed" and by_authentication:
            return JSONResponse({"error": {"message": text}}, status_code=status)
        more = {"request_id": "6f1c2d3e"} if form == "message_and_id" else {}
        return JSONResponse({"message": text, **more}, status_code=status)

    def _date_header(self) -> dict[str, str]:
        world = self._store.settings.world
        if world.date_header == "missing":
            return {}
        at = formatdate(now() + world.date_header_offset, usegmt=True)
        return {"date": "sometime" if world.date_header == "invalid" else at}

    def _limit(self, operation: str, answer: "_Answer") -> Response | None:
        """Return the 429 of an operation that was called too often, or let the answer tell how much is left."""
        limit, window = self._store.settings.rate_limit, self._store.settings.rate_window
        if not limit:
            return None
        start, count = self._store.windows.get(operation, (0.0, 0))
        if time.monotonic() - start >= window:
            start, count = time.monotonic(), 0
        self._store.windows[operation] = (start, count + 1)
        reset = max(1, round(start + window - time.monotonic()))
        if count >= limit:
            return too_many_requests(limit, reset, reset)
        answer.headers |= {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(limit - count - 1),
            "ratelimit-reset": str(reset),
        }
        return None


def _is_from_another_site(request: Request) -> bool:
    """Tell whether a page of somebody else's, open in the same browser, wants to change something here."""
    site = request.headers.get("sec-fetch-site", "none")
    return request.method not in {"GET", "HEAD"} and site not in {"same-origin", "none"}


class _Answer:
    """Sends an answer on, with headers of the gateway's, and remembers its status."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self.status: int | None = None
        self.headers = headers

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] += [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await self._send(message)


async def _discard(_message: Message) -> None:
    """Let an answer go nowhere: its request was accepted, and a fault follows."""


def _log(db: Connection, request: Request, operation: str, fault: str | None) -> int:
    row: dict[str, Any] = {
        "at": now(),
        "method": request.method,
        "path": request.url.path,
        "query": request.url.query,
        "operation": operation,
        "fault": fault,
    }
    return add_row(db, requests, **row)
