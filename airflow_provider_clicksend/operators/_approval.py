"""What a review does on the worker: it is put on Airflow's page, and asked by phone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.operators._ask import AskTask, Waiting
from airflow_provider_clicksend.review_page import put_on_page
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators.approval import ClickSendApprovalOperator


class ReviewTask(AskTask):
    """One execution of a task that asks for a review."""

    def __init__(
        self, operator: ClickSendApprovalOperator, client: ClickSendClient, context: Context, memo: Any = None
    ) -> None:
        super().__init__(operator, client, context, memo)
        self._review = operator
        self._ti_id = context["ti"].id
        self._is_last = False

    def resume(self, event: Any) -> Waiting | dict[str, Any]:
        """Act on an answer on the page, as Airflow or our trigger tells it, or on what a phone said."""
        match event:
            case {"status": "page", "answer": dict(answer)}:
                return self._answered_on_page(answer["option"], answer["user"], answer["at"])
            case {"chosen_options": [option, *_], "responded_by_user": user}:
                return self._answered_on_page(option, user and user["name"], event.get("responded_at"))
            case {"status": "expired"}:
                self._is_last = True
                return self._nobody()
        return super().resume(event)

    def _next_step(self) -> Waiting | dict[str, Any]:
        if not self.state.page:
            operator = self._review
            default = operator.on_timeout if operator.on_timeout in operator.answers.names else None
            put_on_page(
                self._ti_id,
                subject=operator.question,
                body=operator.body,
                options=operator.answers.names,
                default=default,
                assigned_users=operator.assigned_users,
            )
            self.state.page = True
            self._write()
        return super()._next_step()

    def _nobody(self) -> Waiting | dict[str, Any]:
        """Look at the page a last time; only a trigger can."""
        if self._is_last:
            return super()._nobody()
        default = self._operator.on_timeout
        is_default = default in self._operator.answers.names
        return self._waiting(time.time(), is_last=True, default=default if is_default else None)

    def _wait(self) -> Waiting:
        return self._waiting(self.state.deadline, is_last=False, default=None)

    def _waiting(self, deadline: float, **more: Any) -> Waiting:
        waiting = super()._wait()
        return Waiting(deadline, {**waiting.trigger, "deadline": deadline, "ti_id": str(self._ti_id), **more})

    def _answered_on_page(self, option: str, user: str | None, at: Any) -> dict[str, Any]:
        when = at if isinstance(at, datetime) else datetime.fromisoformat(at) if at else None
        seconds = int(when.timestamp()) if when else int(time.time())
        return self.answer({"option": option, "number": None, "user": user, "at": seconds, "text": None})

    def _who(self) -> str | None:
        return super()._who() or (self.state.answer or {}).get("user")

    def _result(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        result = super()._result(answer)
        user = answer.get("user")
        if user is not None:
            when = datetime.fromtimestamp(answer["at"], tz=UTC).isoformat()
            result |= {"answered_by": user, "answered_at": when}
        return {**result, "answered_on": "page" if user else "phone" if answer["number"] else None}
