"""Phones that answer by themselves: what the next texts to a number are answered with."""

import asyncio
import contextvars
from collections import defaultdict, deque
from typing import Any

from airflow_provider_clicksend.sandbox.clicksend.replies import receive_reply
from airflow_provider_clicksend.sandbox.clicksend.verdicts import SUCCESS
from airflow_provider_clicksend.sandbox.data.store import Store


class Answers:
    """The answers that wait for a text. They are not kept over a restart."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[tuple[str, float]]] = defaultdict(deque)

    def plan(self, number: str, body: str, after: float) -> None:
        """Let the next text to `number` that has no answer yet be answered, `after` seconds later."""
        self._waiting[number].append((body, after))

    def clear(self) -> None:
        """Forget all of them."""
        self._waiting.clear()

    def texted(self, store: Store, rows: list[dict[str, Any]]) -> None:
        """Answer accepted texts (rows of the messages table), each once; call it on the server's loop."""
        for row in rows:
            waiting = self._waiting.get(row["recipient"])
            if waiting and row["channel"] == "sms" and row["status"] == SUCCESS:
                body, after = waiting.popleft()
                # With the clock of this request's world.
                context = contextvars.copy_context()
                asyncio.get_running_loop().call_later(after, _answer, store, row["recipient"], body, context=context)


def _answer(store: Store, number: str, body: str) -> None:
    with store.begin() as db:
        receive_reply(db, store.settings, number, body)
