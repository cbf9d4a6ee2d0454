"""A question from beginning to end, as a worker and a triggerer drive it in turn."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from airflow.providers.common.compat.sdk import TaskDeferred

from airflow_provider_clicksend.operators.ask import ClickSendAskOperator
from tests.support.tasks import Task

ANN, BOB, CARL = "+15551230001", "+15551230002", "+15551230003"
SEND = "POST /v3/sms/send"


def ask(**arguments: Any) -> ClickSendAskOperator:
    """An operator that asks Ann and Bob, quickly."""
    defaults = {
        "task_id": "ask",
        "question": "Load 1.2M rows?",
        "options": ["YES", "NO"],
        "poll_interval": 0.1,
        "settle": 0.5,
    }
    people = {} if "ladder" in arguments else {"to": [ANN, BOB], "timeout": 20}
    return ClickSendAskOperator(**{**defaults, **people, **arguments})


@dataclass
class Asking(Task):
    """One task instance that asks. Each of its runs on a worker ends with a deferral or a result."""

    store: bool = True
    trigger: Any = None
    result: Any = None

    def ask(self) -> Any:
        """Run a try until it waits or ends."""
        return self._until_deferred(self.run)

    def wait(self) -> Any:
        """Let the trigger wait for its event, and the worker act on it."""
        return self.resume(self.event())

    def resume(self, event: dict[str, Any]) -> Any:
        """Let a worker act on an event."""
        return self._until_deferred(lambda: self.operator.execute_complete(self.context(), event))

    def event(self) -> dict[str, Any]:
        """Return the event of the trigger, made again from what is stored of it, as JSON."""

        async def first() -> Any:
            again = type(self.trigger)(**json.loads(json.dumps(self.trigger.serialize()[1])))
            return await anext(again.run())

        return dict(json.loads(json.dumps(asyncio.run(first()).payload)))

    def _until_deferred(self, act: Any) -> Any:
        try:
            self.result = act()
        except TaskDeferred as deferred:
            self.trigger = deferred.trigger
            return self.trigger
        return self.result
