"""The last requests with their answers, whole, for a person to look at. They are kept in memory only."""

import dataclasses
import time
from collections import deque

from starlette.types import Message, Receive, Scope, Send

#: So many requests are kept.
KEPT = 200
#: Bytes of a body that are kept.
MAX_BODY = 64_000


@dataclasses.dataclass
class Half:
    """A request or an answer as it was transmitted."""

    headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    body: bytes = b""
    #: The length of the whole body in bytes; `body` holds its beginning.
    size: int = 0

    def add(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        self.size += len(chunk)
        if len(self.body) < MAX_BODY:
            self.body = (self.body + chunk)[:MAX_BODY]


@dataclasses.dataclass
class Exchange:
    """One request and what the caller got for it; `status` is None while, or because, nothing was answered."""

    number: int
    at: float
    method: str
    path: str
    query: str
    fault: str | None
    request: Half
    answer: Half = dataclasses.field(default_factory=Half)
    status: int | None = None
    #: Seconds until the last byte; None while it lasts.
    seconds: float | None = None


class Exchanges:
    """The last :data:`KEPT` exchanges, oldest first."""

    def __init__(self) -> None:
        self.kept: deque[Exchange] = deque(maxlen=KEPT)

    def find(self, number: int) -> Exchange | None:
        """Return the exchange with this number of the request log, None when it is not kept any more."""
        return next((exchange for exchange in self.kept if exchange.number == number), None)

    def begin(self, scope: Scope, number: int, at: float, fault: str | None) -> "Recording":
        """Keep a new exchange, and return what listens to it."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        query = scope["query_string"].decode("latin-1")
        exchange = Exchange(number, at, scope["method"], scope["path"], query, fault, Half(headers))
        self.kept.append(exchange)
        return Recording(exchange)


class Recording:
    """Listens to one exchange: hand on its :meth:`receive` and :meth:`send`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._began = time.monotonic()

    def receive(self, receive: Receive) -> Receive:
        """Return `receive` that also keeps the request's body."""

        async def listen() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self._exchange.request.add(message.get("body", b""))
            return message

        return listen

    def send(self, send: Send) -> Send:
        """Return `send` that also keeps the answer."""

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._exchange.status = message["status"]
                headers = message.get("headers", [])
                self._exchange.answer.headers = [
                    (name.decode("latin-1"), text.decode("latin-1")) for name, text in headers
                ]
            elif message["type"] == "http.response.body":
                self._exchange.answer.add(message.get("body", b""))
            await send(message)

        return listen

    def end(self) -> None:
        """Note how long it took."""
        self._exchange.seconds = time.monotonic() - self._began
