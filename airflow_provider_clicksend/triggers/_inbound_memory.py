"""What a watcher remembers, kept in the state store of its asset so that the next triggerer goes on from there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.inbound import MEMORY_KEY, RECEIVED_KEY
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, BaseEventTrigger, asset_stores

if TYPE_CHECKING:
    from airflow_provider_clicksend.engine.inbound_look import InboundSeen
    from airflow_provider_clicksend.messaging.commands import Command
    from airflow_provider_clicksend.messaging.inbox import Inbox

log = logging.getLogger(__name__)

#: Seconds after which what is remembered is written down although nothing came.
SAVE_EVERY = 300.0


class Memory:
    """An `Inbox` that is written down. Without an asset, as in a deferred task, it lives as long as its trigger."""

    def __init__(self, trigger: BaseEventTrigger) -> None:
        self._trigger = trigger
        self.inbox: Inbox | None = None
        #: Whether there is something to write down at the next chance.
        self.is_dirty = False
        #: The event that each look gave, until Airflow is known to have stored it.
        self._events_of: dict[int, int] = {}
        self._saved_at = 0.0

    async def open(self, retry_after: float) -> None:
        """Read what an earlier triggerer wrote down; wait while it cannot be read, because it says what is new."""
        from airflow_provider_clicksend.messaging.inbox import Inbox

        while True:
            try:
                stored = [await _read(store) for store in asset_stores(self._trigger)]
            except AIRFLOW_CALL_ERRORS as error:
                log.warning("What was seen before could not be read (%s); trying again.", type(error).__name__)
                await asyncio.sleep(retry_after)
                continue
            # A trigger of several assets writes to all of them.
            there = [inbox for found in stored if (inbox := Inbox.read(*found)) is not None]
            self.inbox = max(there, key=lambda inbox: (inbox.number, inbox.looked_at), default=None)
            return

    async def begin(self, look: InboundSeen) -> None:
        """Start from a look: what it saw starts nothing."""
        from airflow_provider_clicksend.messaging.inbox import Inbox

        self.inbox = Inbox.begin(look.seen, look.now)
        await self._save(self.inbox)

    async def send(self, look_number: int, commands: Sequence[Command], now: float) -> int | None:
        """Write down that commands are on their way; return the number of their event, or None: not now."""
        if self.inbox is None:
            return None
        event = self.inbox.send([command.text for command in commands], now)
        if not await self._save(self.inbox):
            self.inbox.take_back(event)  # the next look finds them again
            return None
        self._events_of[look_number] = event
        return event

    async def confirm(self, look_number: int) -> None:
        """Note that Airflow has stored the event that a look gave, if it gave one, and write down what is due."""
        if self.inbox is None:
            return
        event = self._events_of.pop(look_number, None)
        if event is not None:
            self.inbox.stored(event)
        if event is not None or self.is_dirty or self.inbox.looked_at - self._saved_at >= SAVE_EVERY:
            await self._save(self.inbox)

    async def _save(self, inbox: Inbox) -> bool:
        try:
            for store in asset_stores(self._trigger):
                await store.aset(MEMORY_KEY, inbox.as_json())
        except AIRFLOW_CALL_ERRORS as error:
            self.is_dirty = True
            log.warning("What was seen could not be written down (%s); trying again.", type(error).__name__)
            return False
        self.is_dirty, self._saved_at = False, inbox.looked_at
        return True


async def _read(store: Any) -> tuple[Any, Any]:
    return await store.aget(MEMORY_KEY), await store.aget(RECEIVED_KEY)
