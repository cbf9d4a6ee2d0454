"""Running the sandbox: the command line, and a server that can drop a connection and end at once."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from airflow_provider_clicksend.sandbox.app import create_app
from airflow_provider_clicksend.sandbox.data.store import Store


class _Protocol(H11Protocol):
    """Hands each request its connection's transport, so that a fault can close the socket without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class SandboxServer(uvicorn.Server):
    """Serves the sandbox on an open socket; when it ends it waits for nobody, hanging requests least of all."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        # An idle client must not find its pooled connection closed in the middle of a test: keep it for long.
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            proxy_headers=False,
            # The gateway writes it: its clock is the world's.
            date_header=False,
            timeout_keep_alive=600,
        )
        super().__init__(config)
        self._listener = listener

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every connection, answered or not, then end as usual."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

    def run_until_stopped(self) -> None:
        """Serve until a signal or :attr:`should_exit`."""
        self.run(sockets=[self._listener])


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    :raises OSError: the address is in use or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    # Every accepted socket inherits it. asyncio would not set it here, and each answer would wait 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL at which `listener` can be reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(argv: Sequence[str]) -> int:
    """Run the sandbox until SIGINT or SIGTERM, and return the exit code.

    :param argv: the command line without the program's name; ``--help`` explains it.
    """
    arguments = _parser().parse_args(argv)
    names = ("api_key", "history_lag", "deliver_after")
    chosen = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    try:
        listener = listen(arguments.host, arguments.port)
    except OSError as error:
        sys.stderr.write(f"Cannot listen on {arguments.host} port {arguments.port}: {error.strerror}. Try --port 0.\n")
        return 1
    store = Store(arguments.database, **chosen)
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    # On a signal uvicorn ends in good order, then raises it once more.
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"ClickSend sandbox on {address(listener)} (key: {store.settings.api_key}); Ctrl-C ends it.\n")
        sys.stdout.flush()
        SandboxServer(create_app(store), listener).run_until_stopped()
    signal.signal(signal.SIGTERM, previous)
    store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m airflow_provider_clicksend.sandbox",
        description="A local ClickSend behind a local Maton: nothing is sent, nothing is charged.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8026, help="port, 0 for a free one (default: %(default)s)")
    parser.add_argument("--database", type=Path, metavar="FILE", help="keep everything in FILE over a restart")
    parser.add_argument("--api-key", metavar="KEY", help="the key that is accepted (default: sandbox-key)")
    parser.add_argument(
        "--history-lag", type=float, metavar="SECONDS", help="until a message is in the history (default: 1)"
    )
    parser.add_argument("--deliver-after", type=float, metavar="SECONDS", help="until its receipt (default: 1.5)")
    return parser
