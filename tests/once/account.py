"""A ClickSend account in this process, on a clock of its own: it accepts, forgets to say so, lags.

It also kills the task: every call that reaches out, to ClickSend or to Airflow, is a place where the process may die. A
death between two lines that reach out to nobody cannot be told from one of these.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_clicksend.api import errors, paging
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.messages import HistoryRow, SendResult
from airflow_provider_clicksend.api.models.outgoing import SmsMessage
from tests.support.tasks import StateStore

#: Between two equal texts to one number, where ClickSend throttles.
THROTTLE_WINDOW = 30


ECHOES: dict[str, Any] = {
    "exact": lambda text: text,
    "null": lambda text: None,
    "empty": lambda text: "",
    "upper": str.upper,
    "cut": lambda text: text[:20],
    "replaced": lambda text: f"id-{hash(text)}",
}
FORMS: dict[str, Any] = {
    "e164": lambda number: number,
    "no plus": lambda number: number[1:],
    "spaced": lambda number: f"+1 {number[2:5]} {number[5:8]}-{number[8:]}",
    "national": lambda number: f"({number[2:5]}) {number[5:]}",
}


class Killed(BaseException):
    """SIGKILL: nothing of ours runs after it."""


@dataclass
class Clock:
    """Takes the place of the module `time`."""

    seconds: float = 1_800_000_000.0
    #: ClickSend's answers have told the time.
    is_known: bool = True

    def time(self) -> float:
        self.seconds += 0.01
        return self.seconds

    monotonic = now = time

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Fuse:
    """Counts the calls that reach out, and kills at the last one. Who is dead stays dead until the next try."""

    left: int | None = None

    def burn(self) -> None:
        if self.left is None:
            return
        if self.left <= 0:
            raise Killed
        self.left -= 1


@dataclass
class MortalStore(StateStore):
    """A state store whose every call may be the last."""

    fuse: Fuse = field(default_factory=Fuse)

    def get(self, key: str, default: Any = None) -> Any:
        self.fuse.burn()
        return super().get(key, default)

    def set(self, key: str, value: Any, *, retention: Any = None) -> None:
        self.fuse.burn()
        super().set(key, value)
        self.fuse.burn()


@dataclass
class Accepted:
    """A text that ClickSend has accepted."""

    to: str
    body: str
    custom_string: str
    at: float
    visible_at: float
    message_id: str


class Account:
    """A ClickSend account, and its client: `sms` of it, as far as sending needs it.

    `sends` is what happens to the next requests: a kind and the lag of the history for what is accepted.
    """

    def __init__(self, clock: Clock, fuse: Fuse) -> None:
        self.clock = clock
        self.fuse = fuse
        self.accepted: list[Accepted] = []
        self.sends: list[tuple[str, float]] = []
        self.unreadable = 0
        self.throttles = False
        self.refusals: dict[str, str] = {}
        self.scheduled_at: float | None = None
        #: How the history shows custom strings and numbers, and whether its filter by number works.
        self.echo, self.form, self.filters = "exact", "e164", True
        self.sms = self
        self.base_url = "http://127.0.0.1:1"
        self.message_model = SmsMessage

    def send(self, messages: list[dict[str, Any]]) -> SendResult:
        self.fuse.burn()
        kind, lag = self.sends.pop(0) if self.sends else ("answered", 0.0)
        if kind == "turned away":
            raise errors.ClickSendRateLimitError("429", status=429)
        if kind == "never left":
            raise errors.ClickSendTransportError("refused", request_sent=False)
        if kind == "lost":
            raise errors.ClickSendTransportError("broke", request_sent=True)
        answers = [self._judge(message, lag) for message in messages]
        self.fuse.burn()
        if kind == "accepted and lost":
            raise errors.ClickSendTimeoutError("no answer", request_sent=True)
        if kind == "answered in part":
            answers = answers[::2]
        return SendResult.read({"messages": answers, "_currency": {"currency_name_short": "USD"}})

    def history(
        self,
        *,
        page: int = 1,
        limit: int = 100,
        date_from: float = 0,
        q: str | None = None,
        order_by: str = "date:asc",
    ) -> Page[HistoryRow]:
        self.fuse.burn()
        self.clock.sleep(0.1)
        if self.unreadable:
            self.unreadable -= 1
            raise errors.ClickSendServerError("503", status=503)
        number = q and (q.removeprefix("to:") if self.filters else "nobody")
        shown = [
            line
            for line in self.accepted
            if line.visible_at <= self.clock.seconds and line.at >= date_from and number in (None, line.to)
        ]
        if order_by == "date:desc":
            shown.reverse()
        rows = [self._row(line) for line in shown[(page - 1) * limit : page * limit]]
        return Page(rows=rows, total=len(shown), current_page=page, last_page=-(-len(shown) // limit), per_page=limit)

    def iterate(self, call: Any, *given: Any, **arguments: Any) -> Iterator[HistoryRow]:
        return paging.iterate(lambda page: call(*given, page=page, **arguments))

    def _row(self, line: Accepted) -> HistoryRow:
        return HistoryRow(
            message_id=line.message_id,
            direction="out",
            status="Sent",
            to=FORMS[self.form](line.to),
            body=line.body,
            date=int(line.at),
            custom_string=ECHOES[self.echo](line.custom_string),
            schedule=None if self.scheduled_at is None else int(self.scheduled_at),
        )

    def _judge(self, message: dict[str, Any], lag: float) -> dict[str, Any]:
        status = self.refusals.get(message["to"]) or self._throttled(message) or "SUCCESS"
        message_id = uuid.uuid4().hex
        if status == "SUCCESS":
            now = self.clock.seconds
            self.accepted.append(
                Accepted(message["to"], message["body"], message["custom_string"], now, now + lag, message_id)
            )
        return {
            "status": status,
            "to": message["to"],
            "custom_string": message["custom_string"],
            "message_id": message_id,
            "message_parts": 1,
            "message_price": "0.0154",
        }

    def _throttled(self, message: dict[str, Any]) -> str | None:
        recent = (line for line in self.accepted if line.at > self.clock.seconds - THROTTLE_WINDOW)
        equal = any(line.to == message["to"] and line.body == message["body"] for line in recent)
        return "THROTTLED" if self.throttles and equal else None
