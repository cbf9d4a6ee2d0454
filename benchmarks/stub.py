"""A ClickSend that accepts everything at once: `python -m benchmarks.stub` prints its URL and serves until it is ended.

It keeps nothing and checks nothing, so that its own pace does not count, but each answer is for the very messages that
were asked for and has all the fields of a live one (captured by third parties, see the sandbox).
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from itertools import count

_HEAD = (
    b'{"http_code":200,"response_code":"SUCCESS","response_msg":"Messages queued for delivery.",'
    b'"data":{"total_price":%.4f,"total_count":%d,"queued_count":%d,"messages":['
)
_MESSAGE = (
    '{"direction":"out","date":1718728461,"to":%s,"body":%s,"from":"+18335550100","schedule":1718728461,'
    '"message_id":"1EF2D909-D81A-65FA-BEC7-%012X","message_parts":1,"message_price":"0.0154","from_email":null,'
    '"list_id":null,"custom_string":%s,"contact_id":null,"user_id":518988,"subaccount_id":589721,'
    '"is_shared_system_number":true,"country":"US","carrier":"US Mobile","status":"SUCCESS"}'
)
_TAIL = (
    b'],"_currency":{"currency_name_short":"USD","prefix_d":"$","prefix_c":"c","name_long":"US Dollars"},'
    b'"blocked_count":0}}'
)
_numbers = count(1)


def answer(request: bytes) -> bytes:
    """Return the body that accepts the messages of this one."""
    messages = json.loads(request)["messages"]
    quoted = json.dumps
    rows = [
        _MESSAGE % (quoted(m["to"]), quoted(m["body"]), next(_numbers), quoted(m.get("custom_string", "")))
        for m in messages
    ]
    head = _HEAD % (0.0154 * len(rows), len(rows), len(rows))
    return head + ",".join(rows).encode() + _TAIL


def serve(connection: socket.socket) -> None:
    """Answer the requests of one connection, one after another, until it is closed."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as incoming:
        while incoming.readline():
            length = 0
            while (line := incoming.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = answer(incoming.read(length))
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )


def main() -> None:
    """Serve on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(f"http://127.0.0.1:{server.getsockname()[1]}", flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit()
