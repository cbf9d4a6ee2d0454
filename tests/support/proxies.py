"""Proxies of this machine: one that tunnels (CONNECT) and one that speaks SOCKS5. Both log whom they were asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """A running proxy.

    :param url: for ``HTTPS_PROXY`` or ``ALL_PROXY``.
    :param asked: the targets, as ``host:port``.
    """

    def __init__(self, url: str, asked: list[str]) -> None:
        self.url = url
        self.asked = asked


@contextmanager
def tunnel() -> Iterator[Proxy]:
    """Serve CONNECT."""
    with _served("http", _connect) as proxy:
        yield proxy


@contextmanager
def socks(*, wants_password: bool = False) -> Iterator[Proxy]:
    """Serve SOCKS5; one that wants a password takes none."""
    with _served("socks5h", _refuse_socks if wants_password else _socks) as proxy:
        yield proxy


def _connect(client: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(4096)
    client.sendall(b"HTTP/1.1 200 Go ahead\r\n\r\n")
    return head.split(b" ")[1].decode()


def _socks(client: socket.socket) -> str:
    client.recv(257)
    client.sendall(b"\x05\x00")
    _, _, _, kind = client.recv(4)
    host = socket.inet_ntoa(client.recv(4)) if kind == 1 else client.recv(client.recv(1)[0]).decode()
    port = int.from_bytes(client.recv(2), "big")
    client.sendall(b"\x05\x00\x00\x01" + bytes(6))
    return f"{host}:{port}"


def _refuse_socks(client: socket.socket) -> str:
    client.recv(257)
    client.sendall(b"\x05\xff")
    raise ConnectionError("no password")


@contextmanager
def _served(scheme: str, agree: Callable[[socket.socket], str]) -> Iterator[Proxy]:
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = Proxy(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", [])
    threading.Thread(target=_serve, args=(listener, proxy, agree), daemon=True).start()
    try:
        yield proxy
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _serve(listener: socket.socket, proxy: Proxy, agree: Callable[[socket.socket], str]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            try:
                target = agree(client)
            except OSError:
                client.close()
                continue
            proxy.asked.append(target)
            # Whatever the name, only this machine is reached.
            server = socket.create_connection(("127.0.0.1", int(target.rpartition(":")[2])))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
