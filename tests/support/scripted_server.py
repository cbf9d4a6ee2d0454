"""A gateway made of bare sockets: it answers from a script, and breaks a connection where the script says so."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Arrived:
    """A request that arrived whole."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class ScriptedServer:
    """What arrived, and what is said next. The last step of the script is repeated."""

    script: list[Step]
    url: str = ""
    connections: int = 0
    arrived: list[Arrived] = field(default_factory=list)

    def next_step(self) -> Step:
        self.connections += 1
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


#: Says, or does, something on a connection.
Step = Callable[[socket.socket, ScriptedServer], None]


def said(body: object, status: int = 200, **headers: str) -> Step:
    """Read the request and answer it. Headers are written with underscores; bytes and texts are sent as they are."""
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return partly(content, len(content), status, **headers)


def partly(content: bytes, length: int, status: int = 200, **headers: str) -> Step:
    """Read the request, promise `length` bytes, and send `content`."""

    def step(connection: socket.socket, server: ScriptedServer) -> None:
        _read(connection, server)
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {length}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + content)

    return step


def envelope(
    data: object = None, http_code: int = 200, status: int = 200, code: str = "SUCCESS", **headers: str
) -> Step:
    """Answer in ClickSend's envelope."""
    body = {"http_code": http_code, "response_code": code, "response_msg": "For people.", "data": data}
    return said(body, status, **headers)


def stalls(connection: socket.socket, server: ScriptedServer) -> None:
    """Begin an answer and never end it."""
    partly(b"{", 5000)(connection, server)
    connection.recv(1)


def drips(connection: socket.socket, server: ScriptedServer) -> None:
    """Begin an answer and go on with it, a byte at a time and never a second apart."""
    partly(b"{", 5000)(connection, server)
    _drip(connection)


def drips_its_head(connection: socket.socket, server: ScriptedServer) -> None:
    """Do the same before the body is reached."""
    _read(connection, server)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(connection)


def _drip(connection: socket.socket) -> None:
    with suppress(OSError):
        for _ in range(200):
            connection.sendall(b"x")
            threading.Event().wait(0.1)


def closed_unread(connection: socket.socket, server: ScriptedServer) -> None:
    """Close in the middle of the request, so hard that the client gets a reset."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closed_read(connection: socket.socket, server: ScriptedServer) -> None:
    """Read the request and close without a word."""
    _read(connection, server)


def never_http(connection: socket.socket, server: ScriptedServer) -> None:
    """Say what no HTTP client understands."""
    connection.recv(65536)
    connection.sendall(b"SSH-2.0-Other\r\n\r\n")


def closed_at_once(connection: socket.socket, server: ScriptedServer) -> None:
    """Take what comes first and close."""
    connection.recv(65536)


def silent(connection: socket.socket, server: ScriptedServer) -> None:
    """Take whatever comes and say nothing until the client goes away."""
    while connection.recv(65536):
        pass


def hangs(connection: socket.socket, server: ScriptedServer) -> None:
    """Read the request and say nothing until the client goes away."""
    _read(connection, server)
    connection.recv(1)


@contextmanager
def scripted(*script: Step, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Serve a script on a free port of this machine.

    :param tls: speak TLS with this.
    """
    server = ScriptedServer(list(script))
    listener = socket.create_server(("127.0.0.1", 0))
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    thread = threading.Thread(target=_serve, args=(listener, server, tls))
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def refused_url() -> str:
    """An address of this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _serve(listener: socket.socket, server: ScriptedServer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                if tls is None:
                    server.next_step()(connection, server)
                    continue
                with tls.wrap_socket(connection, server_side=True) as secured:
                    server.next_step()(secured, server)


def _read(connection: socket.socket, server: ScriptedServer) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, body = received.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += _more(connection)
    method, target, _ = first.split(" ")
    server.arrived.append(Arrived(method, target, headers, body))


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("The client went away.")
    return received
