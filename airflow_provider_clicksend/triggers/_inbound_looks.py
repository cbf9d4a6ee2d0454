"""The looks that all watchers of one connection share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendTransportError
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, SharedStreamProducer

if TYPE_CHECKING:
    from airflow_provider_clicksend.engine.inbound_look import InboundLook, InboundSeen
    from airflow_provider_clicksend.triggers.inbound import ClickSendInboundTrigger


class Looks(SharedStreamProducer):
    """Looks for all watchers of one connection, and tells them what Airflow has stored.

    :param anyone: one of them, for the fields that are part of the key.
    """

    def __init__(self, anyone: ClickSendInboundTrigger) -> None:
        self.anyone = anyone
        self.members = anyone.members[anyone.shared_stream_key()]

    async def open_stream(self) -> AsyncIterator[tuple[tuple[int, InboundSeen], int]]:
        """Yield looks with their numbers, for ever."""
        async with aclosing(looks(self.anyone, lambda: self.members)) as seen:
            async for number, look in seen:
                yield (number, look), number

    async def advance(self, batch: Sequence[Any]) -> None:
        """Tell the watchers that their events of these looks are stored.

        Where one of them failed, nobody ticks off: what was delivered may be delivered again, and nothing is lost.
        """
        for item in batch:
            if item.outcome.failed == 0:
                for member in list(self.members):
                    await member.confirm(item.broker_payload)


async def looks(
    anyone: ClickSendInboundTrigger, watching: Callable[[], set[Any]]
) -> AsyncGenerator[tuple[int, InboundSeen], None]:
    """Yield looks that could read something, for ever, each with its number. Errors are logged and slept on.

    :param watching: says for whom.
    """
    from airflow_provider_clicksend.engine.waiting import Reports

    hook, reports, number = ClickSendHook(anyone.clicksend_conn_id), Reports(), 0
    looker: InboundLook | None = None
    try:
        while True:
            while not watching():
                await asyncio.sleep(0.05)
            look, looker = await _look_once(hook, looker, list(watching()))
            if look.error is not None and reports.due(str(look.error)):
                anyone.log.warning("ClickSend could not be read: %s", look.error)
            number += 1
            yield number, look
            await asyncio.sleep(look.pause(anyone.poll_interval))
    finally:
        if looker is not None:
            looker.client.close()


async def _look_once(
    hook: ClickSendHook, looker: InboundLook | None, watchers: list[Any]
) -> tuple[InboundSeen, InboundLook | None]:
    """Return a look, and what looks the next time. A connection that cannot be looked up is a failed look."""
    from airflow_provider_clicksend.engine.inbound_look import InboundLook, InboundSeen

    try:
        if looker is None:
            looker = InboundLook(await hook.aget_conn())
    except ClickSendConfigError as error:
        return InboundSeen([], error), None
    except AIRFLOW_CALL_ERRORS as error:
        # Its text may hold what a database was asked, so its kind must do.
        cause = f"The Airflow connection {hook.clicksend_conn_id!r} could not be looked up: {type(error).__name__}."
        return InboundSeen([], ClickSendTransportError(cause, request_sent=False)), None
    return await asyncio.to_thread(looker.look, watchers), looker
