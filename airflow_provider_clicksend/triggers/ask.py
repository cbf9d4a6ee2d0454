"""The trigger that waits for the answer to a question. It only reads: what must be said is said by the worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.triggers.clicksend import _WaitTrigger
from airflow_provider_clicksend.version_compat import TriggerEvent

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.engine.look import Look

#: Seconds for which a trigger yields nothing. Airflow's worker may take five seconds to report that its task has
#: deferred; a task that is queued again by then is taken for one that ended badly (seen on 3.3.2).
MIN_LIFE = 8.0


class ClickSendAskTrigger(_WaitTrigger):
    """Wait until somebody answers, or must be told which answers are understood.

    The event carries what is to be done, and the state of the question. On Airflow 3.3 all questions of a connection
    share one stream of looks.

    :param message_ids: the ids of the texts and calls that asked.
    :param deadline: Unix seconds at which to give up with a ``timeout`` event.
    :param poll_interval: seconds between two looks.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param question: what was asked.
    :param options: the answers, each with its translations.
    :param hints: how often one person is told which answers are understood.
    :param memo: the state of the question.
    """

    fields = (*_WaitTrigger.fields, "question", "options", "hints", "memo")

    def __init__(
        self, *, question: str, options: Mapping[str, list[str]], memo: Mapping[str, Any], hints: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.question = question
        self.options = options
        self.hints = hints
        self.memo = memo
        from airflow_provider_clicksend.engine.ask_state import AskState
        from airflow_provider_clicksend.messaging.answers import Options

        state = AskState.from_json(memo) or AskState()
        self.wait = state.wait(Options(options), body=question, hints=hints)

    def shared_stream_key(self) -> Hashable:
        """Name what a look depends on besides the messages; it is the same for all questions of a connection."""
        return ("ClickSendAskTrigger", self.clicksend_conn_id, self.poll_interval)

    def new_look(self, client: ClickSendClient) -> Callable[[list[Any]], Look[Any]]:
        """Return what looks at what came in, and keeps what it learnt."""
        from airflow_provider_clicksend.engine.ask_look import AskLook

        return AskLook(client).look

    async def _events(self, looks: AsyncIterator[Look[Any]]) -> AsyncIterator[TriggerEvent]:
        began = time.monotonic()
        event = await self._event(looks)
        event.payload["memo"] = self.memo
        if getattr(self, "task_instance", None) is not None:  # in a triggerer, not in `dag.test()`
            await asyncio.sleep(began + MIN_LIFE - time.monotonic())
        yield event

    async def _event(self, looks: AsyncIterator[Look[Any]]) -> TriggerEvent:
        """Return the one event."""
        return await anext(super()._events(looks))
