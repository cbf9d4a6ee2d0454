"""The session that carries requests: bounds of an answer, whether a request has left, and no phone number in a log.

A read timeout alone bounds neither the time nor the size of an answer: each byte that drips in restarts it.
Whether a request may have arrived is not guessed from an exception: the connection notes when the first byte leaves.
"""

from __future__ import annotations

import functools
import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from airflow_provider_clicksend.api import url_masking

#: Bytes of an answer, also after it is decompressed. A page of a hundred rows has some tens of thousands.
MAX_ANSWER = 16_000_000
#: Bytes that are read at once. A thousand messages are answered with half a million: small pieces cost more than they.
_PIECE = 262_144


class AnswerTooLargeError(OSError):
    """An answer goes on after `MAX_ANSWER` bytes."""


class Departure:
    """Whether a byte of a request has left this machine, as far as its connection knows."""

    happened = False


_watched: ContextVar[Departure | None] = ContextVar("clicksend_departure", default=None)


@contextmanager
def watching() -> Iterator[Departure]:
    """Watch the request that is made in the block, and keep what libraries log of its address free of numbers."""
    departure = Departure()
    token = _watched.set(departure)
    try:
        with url_masking.masked():
            yield departure
    finally:
        _watched.reset(token)


class _BoundedReader(io.RawIOBase):
    """Reads a socket until a deadline, and not without end."""

    def __init__(self, sock: socket.socket, seconds: float | None) -> None:
        self._sock = sock
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._left = MAX_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._sock.settimeout(left)
        count = self._sock.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise AnswerTooLargeError
        return count


class _BoundedResponse(http.client.HTTPResponse):
    """An answer whose head and body are read within the timeout of its connection, both together."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # The file that the base class made keeps the socket open until the answer is read; its reads are bounded.
        original = self.fp
        self.fp = _Reader(_BoundedReader(sock, sock.gettimeout()), original)


class _Reader(io.BufferedReader):
    def __init__(self, raw: _BoundedReader, original: Any) -> None:
        super().__init__(raw, _PIECE)
        self._original = original

    def close(self) -> None:
        super().close()
        self._original.close()


class _OurConnection:
    """What is ours in every connection, whatever urllib3 makes it of: plain, TLS, through a proxy or through SOCKS."""

    response_class = _BoundedResponse
    sock: socket.socket | None
    _connecting = False

    def connect(self) -> None:
        """Connect. What leaves meanwhile is for a proxy or for TLS, and nothing of the request."""
        self._connecting = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        """Note that a request leaves, then let it."""
        if self.sock is None:
            self.connect()
        departure = _watched.get()
        if departure is not None and not self._connecting:
            departure.happened = True
        super().send(data)  # type: ignore[misc]


@functools.cache
def _our_pool(pool: type[Any]) -> type[Any]:
    connection = type(pool.ConnectionCls.__name__, (_OurConnection, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _adopt(manager: Any) -> None:
    """Make the connections of a pool manager ours, once."""
    if "_is_clicksend" not in vars(manager):
        pools = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: _our_pool(pool) for scheme, pool in pools.items()}
        manager._is_clicksend = True


class BoundedAdapter(HTTPAdapter):
    """Makes every connection of a session ours, also through any kind of proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool of connections."""
        super().init_poolmanager(*args, **kwargs)
        _adopt(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool of connections to a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        _adopt(manager)
        return manager


class Session(requests.Session):
    """A session that follows no redirect, and reads none: an address that cannot be read would hide the answer."""

    def __init__(self) -> None:
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, BoundedAdapter())

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return None: there is nowhere to go."""
        return None


def content_of(response: requests.Response) -> bytes:
    """Read a streamed answer to its end.

    :raises AnswerTooLargeError: what a server compressed well may be small on the wire and large here.
    """
    pieces, left = [], MAX_ANSWER
    for piece in response.iter_content(_PIECE):
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise AnswerTooLargeError
    return b"".join(pieces)
