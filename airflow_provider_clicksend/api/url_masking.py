"""What urllib3 logs of our requests shows neither numbers nor texts.

At DEBUG it writes the address of each request, and the history is asked by number (``q=to:+1555...``). A filter on its
loggers masks that, for requests of ours only: what a program logs of its other requests is its own affair.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: The loggers of urllib3 that write addresses: each request at DEBUG, an unreadable head of an answer as a warning.
LOGGERS = tuple(f"urllib3.{module}" for module in ("connection", "connectionpool", "poolmanager", "util.retry"))

#: The value of ``q`` may be anything; elsewhere a long row of digits may be a number.
_PRIVATE = re.compile(r"(?<=[?&]q=)[^&\s\"')]*|(?:%2B|\+)?\d{7,}", re.IGNORECASE)

_is_ours: ContextVar[bool] = ContextVar("clicksend_request", default=False)


def without_numbers(text: str) -> str:
    """Return a text in which ``***`` stands for each value of ``q`` and each number."""
    return _PRIVATE.sub("***", text)


class _Mask(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if _is_ours.get():
            record.msg, record.args = without_numbers(record.getMessage()), None
            record.exc_info = None  # its text quotes what the server said
        return True


_MASK = _Mask()


@contextmanager
def masked() -> Iterator[None]:
    """Mask what is logged in the block."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_MASK)  # a second time changes nothing
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)
