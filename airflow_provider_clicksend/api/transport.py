"""Bounds of an answer: how long all of it may take, and how large it may be.

A read time-out alone bounds neither: each byte that drips in starts it anew.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

import urllib3.connection
import urllib3.connectionpool
from requests.adapters import HTTPAdapter

#: Bytes of an answer. A page of a hundred rows has some tens of thousands.
MAX_ANSWER = 16_000_000


class AnswerTooLargeError(OSError):
    """An answer goes on after `MAX_ANSWER` bytes."""


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
    """An answer whose head and body are read within the time-out of its connection, both together."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # The file that the base class made keeps the socket open until the answer is read; its reads are bounded.
        original = self.fp
        self.fp = _Reader(_BoundedReader(sock, sock.gettimeout()), original)


class _Reader(io.BufferedReader):
    def __init__(self, raw: _BoundedReader, original: Any) -> None:
        super().__init__(raw)
        self._original = original

    def close(self) -> None:
        super().close()
        self._original.close()


class _HTTPConnection(urllib3.connection.HTTPConnection):
    response_class = _BoundedResponse


class _HTTPSConnection(urllib3.connection.HTTPSConnection):
    response_class = _BoundedResponse


class _HTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class BoundedAdapter(HTTPAdapter):
    """Gives every answer of a session its bounds, also through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pool of connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool of connections to a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        if not type(manager).__name__.startswith("SOCKS"):
            manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager
