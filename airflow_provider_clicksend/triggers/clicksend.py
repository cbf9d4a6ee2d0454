"""Triggers that wait for delivery and for replies. They only read: nothing is sent, cancelled or marked as read."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Iterable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, ClassVar, Self

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendTransportError
from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.engine.look import Look
    from airflow_provider_clicksend.messaging.delivery import DeliveryWait
    from airflow_provider_clicksend.messaging.replies import ReplyWait

#: Seconds between two looks of a shared stream, at least, when somebody joins between.
JOIN_PAUSE = 5.0


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

    The kwargs are JSON primitives and the deadline is absolute, so that it can start again in another triggerer.

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

    #: Set when somebody joins a shared stream, in this triggerer.
    _joined: ClassVar[dict[Hashable, asyncio.Event]] = {}

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
    def new_look(self, client: ClickSendClient) -> Callable[[list[Awaited]], Look[Any]]:
        """Return what looks for everybody's messages, blocking. It may use what is part of `shared_stream_key` only."""

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
        joined = cls._joined[key] = asyncio.Event()
        try:
            async with aclosing(anyone._looks(lambda: cls._members[key], joined)) as looks:
                async for look in looks:
                    yield look
        finally:
            if cls._joined.get(key) is joined:
                del cls._joined[key]

    async def filter_shared_stream(self, shared_stream: AsyncIterator[Look[Any]]) -> AsyncIterator[TriggerEvent]:
        """Take from everybody's looks what is ours."""
        key = self.shared_stream_key()
        members = self._members[key]
        members.add(self)
        if key in self._joined:
            self._joined[key].set()
        try:
            async for event in self._events(shared_stream):
                yield event
        finally:
            members.discard(self)

    async def _looks(
        self, waiting: Callable[[], Iterable[Self]], joined: asyncio.Event | None = None
    ) -> AsyncGenerator[Look[Any], None]:
        """Yield a look at what everybody has open, for ever. An error is a look too, and is slept on like any other.

        :param joined: wakes it before its time; set by who joins.
        """
        from airflow_provider_clicksend.engine.waiting import Reports

        hook, reports = ClickSendHook(self.clicksend_conn_id), Reports()
        looker: Callable[[list[Awaited]], Look[Any]] | None = None
        try:
            while True:
                if joined is not None:
                    joined.clear()
                look, looker = await self._look_once(hook, looker, waiting)
                if look.error is not None and reports.due(str(look.error)):
                    self.log.warning("ClickSend could not be read: %s", look.error)
                yield look
                await _rest(look.pause(self.poll_interval), joined if look.error is None else None)
        finally:
            if looker is not None:
                (await hook.aget_conn()).close()

    async def _look_once(
        self,
        hook: ClickSendHook,
        looker: Callable[[list[Awaited]], Look[Any]] | None,
        waiting: Callable[[], Iterable[Self]],
    ) -> tuple[Look[Any], Callable[[list[Awaited]], Look[Any]] | None]:
        """Return a look, and what looks the next time. A connection that cannot be looked up is a failed look."""
        from airflow_provider_clicksend.engine.look import Look

        try:
            if looker is None:
                looker = self.new_look(await hook.aget_conn())
        except ClickSendConfigError as error:
            return Look([], error), None
        except AIRFLOW_CALL_ERRORS as error:
            # Its text may hold what a database was asked, so its kind must do.
            cause = f"The Airflow connection {self.clicksend_conn_id!r} could not be looked up: {type(error).__name__}."
            return Look([], ClickSendTransportError(cause, request_sent=False)), None
        wanted = [trigger.wait.wanted() for trigger in waiting()]
        return await asyncio.to_thread(looker, wanted), looker

    async def _events(self, looks: AsyncIterator[Look[Any]]) -> AsyncIterator[TriggerEvent]:
        """Yield the one event. The deadline holds also while a look takes its time or does not come."""
        from airflow_provider_clicksend.engine.waiting import Done, Failed, Reports, WaitSteps

        steps, reports = WaitSteps(self.wait), Reports()
        while True:
            try:
                async with asyncio.timeout(self.deadline - time.time()):
                    look = await anext(looks)
            except TimeoutError:
                yield _Event({"status": "timeout"})
                return
            # Off the loop: a pattern may take half a second on a text.
            step = await asyncio.to_thread(steps.after, look)
            if isinstance(step, Done):
                yield _Event({"status": "done", "result": step.result})
                return
            if isinstance(step, Failed):
                yield _Event({"status": "error", "message": str(step.error)})
                return
            if reports.due(text := self.wait.progress()):
                self.log.info("%s", text)


async def _rest(seconds: float, joined: asyncio.Event | None) -> None:
    """Sleep, but when somebody joins no longer than `JOIN_PAUSE`."""
    if joined is None or seconds <= JOIN_PAUSE:
        await asyncio.sleep(seconds)
        return
    await asyncio.sleep(JOIN_PAUSE)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds - JOIN_PAUSE):
            await joined.wait()


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
        from airflow_provider_clicksend.messaging.delivery import DeliveryWait

        self.wait = DeliveryWait(
            Awaited.read(self.message_ids, since=since), min_delivered=min_delivered, on_undelivered=on_undelivered
        )

    def new_look(self, client: ClickSendClient) -> Callable[[list[Awaited]], Look[Any]]:
        """Look at receipts and history."""
        from airflow_provider_clicksend.engine.delivery_look import DeliveryLook

        return DeliveryLook(client, channel=self.channel)


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
        from airflow_provider_clicksend.messaging.replies import ReplyWait

        self.wait = ReplyWait(Awaited.read(self.message_ids), from_numbers=from_numbers, pattern=pattern)

    def new_look(self, client: ClickSendClient) -> Callable[[list[Awaited]], Look[Any]]:
        """Return what looks at the inbound messages and keeps what it learnt."""
        from airflow_provider_clicksend.engine.reply_look import ReplyLook

        return ReplyLook(client).look
