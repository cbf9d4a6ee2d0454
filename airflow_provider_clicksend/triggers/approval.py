"""The trigger that waits for the answer to a review: on Airflow's page or by phone, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.triggers.ask import ClickSendAskTrigger
from airflow_provider_clicksend.triggers.clicksend import _Event
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, AIRFLOW_V_3_3_PLUS, TriggerEvent

if TYPE_CHECKING:
    from airflow_provider_clicksend.engine.look import Look

#: Seconds between two looks at the page. From Airflow 3.3 on an answer there resumes the task by itself, so that only
#: one that came before the trigger started must be looked for.
PAGE_POLL = None if AIRFLOW_V_3_3_PLUS else 5.0
#: How often, and after how many seconds, an answer is recorded that could not be.
_TRIES, _PAUSE = 3, 2.0


class ClickSendApprovalTrigger(ClickSendAskTrigger):
    """Wait until somebody answers, and record on the page what was answered by phone.

    Beside the events of its base it yields ``{"status": "page", "answer": ...}``, and ``{"status": "expired"}`` once
    nothing was answered and no answer can come any more.

    :param message_ids: the ids of the texts and calls that asked.
    :param deadline: Unix seconds at which to give up with a ``timeout`` event.
    :param poll_interval: seconds between two looks.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param question: what was asked.
    :param options: the answers, each with its translations.
    :param hints: how often one person is told which answers are understood.
    :param memo: the state of the question.
    :param ti_id: the task instance whose review stands on the page.
    :param is_last: whether time is over, so that only the page is looked at, a last time.
    :param default: the option that is recorded when it shows no answer then.
    """

    fields = (*ClickSendAskTrigger.fields, "ti_id", "is_last", "default")

    def __init__(self, *, ti_id: str, is_last: bool = False, default: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ti_id = ti_id
        self.is_last = is_last
        self.default = default

    async def _event(self, looks: AsyncIterator[Look[Any]]) -> TriggerEvent:
        if answer := await self._answer_on_page():
            return self._page_event(answer)
        if self.is_last:
            notes = {"answered_by": "nobody in time"}
            first = await self._recorded(self.default, notes) if self.default is not None else None
            return self._page_event(first) if first else _Event({"status": "expired"})
        event = await self._first(looks)
        result = event.payload.get("result") or {}
        if result.get("kind") == "answer":
            from airflow_provider_clicksend.messaging.numbers import mask_number

            first = await self._recorded(result["option"], {"answered_by": f"{mask_number(result['number'])} by phone"})
            if first:
                return self._page_event(first)
        return event

    async def _first(self, looks: AsyncIterator[Look[Any]]) -> TriggerEvent:
        """Return the event of the phones, or of the page where Airflow does not resume the task by itself."""
        phones = asyncio.ensure_future(super()._event(looks))
        try:
            while True:
                await asyncio.wait({phones}, timeout=PAGE_POLL)
                if phones.done():
                    return phones.result()
                if answer := await self._answer_on_page():
                    return self._page_event(answer)
        finally:
            phones.cancel()

    def _page_event(self, answer: Mapping[str, Any]) -> TriggerEvent:
        return _Event({"status": "page", "answer": dict(answer)})

    async def _answer_on_page(self) -> dict[str, Any] | None:
        """Return what a person answered there; what was recorded for a phone, the phones tell themselves."""
        from asgiref.sync import sync_to_async

        from airflow_provider_clicksend.review_page import answer_on_page

        try:
            answer = await sync_to_async(answer_on_page)(self.ti_id)
        except AIRFLOW_CALL_ERRORS as error:
            self.log.warning("Airflow's page could not be read: %s", type(error).__name__)
            return None
        return answer if answer is not None and answer["user"] is not None else None

    async def _recorded(self, option: str, notes: Mapping[str, str]) -> dict[str, Any] | None:
        """Record an answer on the page, and return that of somebody who was first.

        An answer that cannot be recorded is an answer all the same.
        """
        from asgiref.sync import sync_to_async

        from airflow_provider_clicksend.review_page import record_on_page

        for left in reversed(range(_TRIES)):
            try:
                return await sync_to_async(record_on_page)(self.ti_id, option, notes)
            except AIRFLOW_CALL_ERRORS as error:
                self.log.warning("The answer could not be recorded on Airflow's page: %s", type(error).__name__)
                if left:
                    await asyncio.sleep(_PAUSE)
        return None
