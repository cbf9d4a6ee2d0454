"""A port in front of a server that can be shut: then connections are refused, as by a machine that is down."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class TcpGate:
    """Forwards a port of 127.0.0.1 to another. Open from the start; the port stays the same when it opens again."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._through: list[socket.socket] = []
        self.port = 0
        self.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._let_in, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        # A blocked accept would keep the port: shutdown wakes it, close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._through:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._through.clear()

    def _let_in(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                outside, _ = listener.accept()
                inside = socket.create_connection(("127.0.0.1", self._behind))
                self._through += [outside, inside]
                for source, target in ((outside, inside), (inside, outside)):
                    threading.Thread(target=_carry, args=(source, target), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
