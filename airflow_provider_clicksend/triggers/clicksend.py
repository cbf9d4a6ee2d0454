"""Triggers that wait for delivery and for replies. They only read: nothing is sent, cancelled or marked as read."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar, Self

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.delivery import DeliveryWait
from airflow_provider_clicksend.messaging.replies import ReplyWait
from airflow_provider_clicksend.version_compat import BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.engine.look import Look
    from airflow_provider_clicksend.engine.reply_look import ReplyLook


class _Event(TriggerEvent):
    """An event that does not show what it carries: Airflow logs events, and a reply is not for logs."""

    def __init__(self, payload: dict[str, Any]) -> None:
        super().__init__(payload)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return f"TriggerEvent<{self.payload['status']}>"

    __str__ = __repr__


class _WaitTrigger(BaseEventTrigger):
    """Look, judge, sleep, until the wait is over or its deadline has passed. Subclasses say what to look at.

    It yields one event: ``{"status": "done", "result": ...}``, ``{"status": "timeout"}`` or
    ``{"status": "error", "message": ...}`` for what no further look can heal.

    The kwargs are JSON primitives and the deadline is absolute, so that it can start anew in another triggerer.

    From Airflow 3.3 on, the triggers that wait on one connection share one stream of looks. Each look covers what
    everybody has still open, so whoever joins late is served by the next one. Before, and in ``dag.test()``, each
    trigger looks for itself.

    :param message_ids: a message id, a list of them, or the batch handle of a large send.
    :param deadline: Unix seconds at which to give up with a ``timeout`` event.
    :param poll_interval: seconds between two looks.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    """

    #: The names of the kwargs.
    fields: ClassVar[tuple[str, ...]] = ("message_ids", "deadline", "poll_interval", "clicksend_conn_id")
    #: Who is served by which shared stream, in this triggerer.
    _members: ClassVar[defaultdict[Hashable, set[Any]]] = defaultdict(set)

    channel: str = "sms"
    wait: DeliveryWait | ReplyWait

    def __init__(
        self,
        *,
        message_ids: Any,
        deadline: float,
        poll_interval: float = 60.0,
        clicksend_conn_id: str = DEFAULT_CONN_ID,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.message_ids = message_ids
        self.deadline = deadline
        self.poll_interval = poll_interval
        self.clicksend_conn_id = clicksend_conn_id

    @abstractmethod
    def look(self, client: ClickSendClient, wanted: list[Awaited]) -> Look[Any]:
        """Look once for everybody's messages, blocking. It may use what is part of `shared_stream_key` only."""

    def note(self, look: Any) -> dict[str, Any] | None:
        """Take in a look, blocking, and return the result of a wait that is over."""
        return self.wait.note(look.seen)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its kwargs."""
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {name: getattr(self, name) for name in self.fields}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait on our own."""
        async with aclosing(self._looks(lambda: [self])) as looks:
            async for event in self._events(looks):
                yield event

    def shared_stream_key(self) -> Hashable:
        """Name what a look depends on besides the messages."""
        return (type(self).__qualname__, self.clicksend_conn_id, self.channel, self.poll_interval)

    @classmethod
    async def open_shared_stream(cls, kwargs: dict[str, Any]) -> AsyncIterator[Look[Any]]:
        """Look for all that wait under one key.

        :param kwargs: those of any of them.
        """
        anyone = cls(**kwargs)
        key = anyone.shared_stream_key()
        async with aclosing(anyone._looks(lambda: cls._members[key])) as looks:
            async for look in looks:
                yield look

    async def filter_shared_stream(self, shared_stream: AsyncIterator[Look[Any]]) -> AsyncIterator[TriggerEvent]:
        """Take from everybody's looks what is ours."""
        members = self._members[self.shared_stream_key()]
        members.add(self)
        try:
            async for event in self._events(shared_stream):
                yield event
        finally:
            members.discard(self)

    async def _looks(self, waiting: Callable[[], Iterable[Self]]) -> AsyncGenerator[Look[Any], None]:
        """Yield a look at what everybody has open, for ever. An error is a look too, and is slept on like any other."""
        from airflow_provider_clicksend.engine.look import Look

        hook, client = ClickSendHook(self.clicksend_conn_id), None
        try:
            while True:
                try:
                    client = await hook.aget_conn()
                    wanted = [trigger.wait.wanted() for trigger in waiting()]
                    look = await asyncio.to_thread(self.look, client, wanted)
                except ClickSendConfigError as error:
                    look = Look([], error)
                if look.error is not None:
                    self.log.warning("ClickSend could not be read: %s", look.error)
                yield look
                await asyncio.sleep(look.pause(self.poll_interval))
        finally:
            if client is not None:
                client.close()

    async def _events(self, looks: AsyncIterator[Look[Any]]) -> AsyncIterator[TriggerEvent]:
        """Yield the one event. The deadline holds also while a look takes its time or does not come."""
        while True:
            try:
                async with asyncio.timeout(self.deadline - time.time()):
                    look = await anext(looks)
            except TimeoutError:
                yield _Event({"status": "timeout"})
                return
            # Off the loop: a pattern may take half a second on a text.
            result = await asyncio.to_thread(self.note, look)
            if result is not None:
                yield _Event({"status": "done", "result": result})
                return
            if look.hopeless:
                yield _Event({"status": "error", "message": str(look.error)})
                return


class ClickSendDeliveryTrigger(_WaitTrigger):
    """Wait until messages are delivered, or can no longer be.

    :param message_ids: a message id, a list of them, or the batch handle of a large send.
    :param deadline: Unix seconds at which to give up with a ``timeout`` event.
    :param poll_interval: seconds between two looks.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param since: Unix seconds before which none of the messages was sent; a batch handle knows better.
    :param channel: ``"sms"``, ``"mms"`` or ``"voice"``.
    :param min_delivered: how many must be delivered: None for all, an int for a count, a float for a ratio.
    :param on_undelivered: ``"fail"`` ends the wait once that cannot be reached, ``"warn"`` waits for the rest.
    """

    fields = (*_WaitTrigger.fields, "since", "channel", "min_delivered", "on_undelivered")

    def __init__(
        self,
        *,
        since: int = 0,
        channel: str = "sms",
        min_delivered: float | None = None,
        on_undelivered: str = "fail",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.since = since
        self.channel = channel
        self.min_delivered = min_delivered
        self.on_undelivered = on_undelivered
        self.wait = DeliveryWait(
            Awaited.read(self.message_ids, since=since), min_delivered=min_delivered, on_undelivered=on_undelivered
        )

    def look(self, client: ClickSendClient, wanted: list[Awaited]) -> Look[Any]:
        """Look at receipts and history."""
        from airflow_provider_clicksend.engine import look as polls

        return polls.deliveries(client, wanted, channel=self.channel)


class ClickSendReplyTrigger(_WaitTrigger):
    """Wait for the first reply that fits.

    :param message_ids: a message id, a list of them, or the batch handle of a large send.
    :param deadline: Unix seconds at which to give up with a ``timeout`` event.
    :param poll_interval: seconds between two looks.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param from_numbers: whose reply counts, E.164; None for anybody's.
    :param pattern: a regular expression that the body must hold somewhere; None for any body.
    """

    fields = (*_WaitTrigger.fields, "from_numbers", "pattern")

    def __init__(self, *, from_numbers: list[str] | None = None, pattern: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.from_numbers = from_numbers
        self.pattern = pattern
        self.wait = self._reply_wait = ReplyWait(
            Awaited.read(self.message_ids), from_numbers=from_numbers, pattern=pattern
        )
        self._reply_look: ReplyLook | None = None

    def look(self, client: ClickSendClient, wanted: list[Awaited]) -> Any:
        """Look at what came in. The trigger that opened the stream keeps what was learnt."""
        from airflow_provider_clicksend.engine.reply_look import ReplyLook

        if self._reply_look is None or self._reply_look.client is not client:
            self._reply_look = ReplyLook(client)
        return self._reply_look.look(wanted)

    def note(self, look: Any) -> dict[str, Any] | None:
        """Take in a look; one that only failed saw nothing."""
        return self._reply_wait.note(getattr(look, "replies", ()), getattr(look, "texts", ()))
