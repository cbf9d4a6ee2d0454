"""What the tasks of a run pushed about messages, as one table for a person: numbers masked, problems first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from airflow_provider_clicksend.messaging.conversation import ending
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.statuses import status_of

#: What may have become of a message, in the order in which a person wants to read it.
STATES = ("refused", "failed", "accepted", "delivered", "answered")
#: So many characters of a reply are shown: a text in three parts.
SHOWN = 459


@dataclass(slots=True)
class Row:
    """One message.

    :param to: masked. :param state: one of `STATES`. :param reason: why it was refused or failed.
    :param price: in the account's currency. :param answer: what the person replied.
    """

    task_id: str
    map_index: int
    channel: str
    to: str
    state: str
    reason: str = ""
    price: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Pushed:
    """One XCom."""

    task_id: str
    map_index: int
    key: str
    value: Any


@dataclass(slots=True)
class MessageTable:
    """All messages of a run or of a task.

    :param unlisted: accepted messages of large sends, of which a task keeps the number only.
    :param unlisted_delivered: so many of them are known to be delivered. :param unreadable: tasks whose result is
        not one of ours, mostly because a custom XCom backend keeps it elsewhere.
    """

    rows: list[Row] = field(default_factory=list)
    unlisted: int = 0
    unlisted_delivered: int = 0
    prices: dict[str, Decimal] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return how many messages are in each state, the unlisted ones among them."""
        found = Counter(row.state for row in self.rows)
        found["accepted"] += self.unlisted - self.unlisted_delivered
        found["delivered"] += self.unlisted_delivered
        return {state: found[state] for state in STATES}

    def in_state(self, state: str | None) -> list[Row]:
        """Return the rows in a state, or all, problems first and otherwise as they were sent."""
        if state in STATES:
            return [row for row in self.rows if row.state == state]
        return sorted(self.rows, key=lambda row: STATES.index(row.state) > 1)


def message_table(pushed: Iterable[Pushed]) -> MessageTable:
    """Read what tasks pushed: first what was sent, then what became of it."""
    reader = _Reader()
    later = []
    for xcom in pushed:
        match xcom.value:
            case {"message_ids": _, "messages": list(), "accepted": int()}:
                reader.sent(xcom, xcom.value)
            case list() if xcom.key == "asked":
                reader.asked(xcom, xcom.value)
            case dict():
                later.append(xcom)
            case _:
                reader.table.unreadable.append(xcom.task_id)
    for xcom in later:
        reader.became(xcom)
    return reader.table


class _Reader:
    def __init__(self) -> None:
        self.table = MessageTable()
        self._by_id: dict[str, Row] = {}
        self._by_number: dict[str, list[Row]] = {}

    def sent(self, xcom: Pushed, value: Mapping[str, Any]) -> None:
        """Take the result of a send."""
        channel = _text(value.get("channel")) or "sms"
        messages = [message for message in value["messages"] if isinstance(message, Mapping)]
        listed = [message for message in messages if message.get("message_id")]
        for message in listed:
            price = _text(message.get("message_price"))
            self._add(Row(xcom.task_id, xcom.map_index, channel, "", "accepted", price=price), message)
        for message in value.get("refused") or ():
            reason = refusal(message.get("status"))
            self._add(Row(xcom.task_id, xcom.map_index, channel, "", "refused", reason=reason), message)
        self.table.unlisted += max(0, value["accepted"] - len(listed))
        if value["accepted"]:  # a dry run has a price, too, that nobody paid
            self._pay(value.get("total_price"), value.get("currency"))

    def asked(self, xcom: Pushed, messages: Iterable[Mapping[str, Any]]) -> None:
        """Take whom a question went to; the numbers are masked."""
        for message in messages:
            status, price = message.get("status"), _text(message.get("price"))
            state, reason = ("refused", refusal(status)) if status else ("accepted", "")
            row = Row(xcom.task_id, xcom.map_index, _text(message.get("channel")), "", state, reason, price)
            self._add(row, message)
            self._pay(price, "")

    def became(self, xcom: Pushed) -> None:
        """Take what a wait found out."""
        match xcom.value:
            case {"delivered": int(delivered), "messages": list(outcomes)}:
                self._delivered(delivered, outcomes)
            case {"from": str(), "body": _} as reply:
                self._replied(reply)
            case {"answer": str(answer), "answered_by": str(number)}:
                self._note_answer(self._asked_row(xcom, number), answer)
            case {"answer": str(), "answered_by": None} | {"outcome": "opted_out"}:
                return
            case _:
                self.table.unreadable.append(xcom.task_id)

    def _delivered(self, delivered: int, outcomes: Iterable[Mapping[str, Any]]) -> None:
        for outcome in outcomes:
            row = self._by_id.get(str(outcome.get("message_id")))
            state = outcome.get("outcome")
            delivered -= state == "delivered"
            if row is None or state not in {"delivered", "failed"} or row.state == "answered":
                continue
            row.state = state
            if state == "failed":
                code, text = _text(outcome.get("status_code")), _text(outcome.get("status_text"))
                row.reason = f"{text or status_of(code).meaning} ({code})" if code else text
        room = self.table.unlisted - self.table.unlisted_delivered
        self.table.unlisted_delivered += max(0, min(delivered, room))

    def _replied(self, reply: Mapping[str, Any]) -> None:
        row = self._by_id.get(str(reply.get("original_message_id")))
        if row is None:
            row = next(iter(self._by_number.get(ending(reply["from"]), ())), None)
        self._note_answer(row, _text(reply["body"]))

    def _asked_row(self, xcom: Pushed, number: str) -> Row | None:
        rows = [row for row in self._by_number.get(ending(number)[-4:], ()) if row.task_id == xcom.task_id]
        rows = [row for row in rows if row.map_index == xcom.map_index and row.state != "refused"]
        return rows[-1] if rows else None

    @staticmethod
    def _note_answer(row: Row | None, answer: str) -> None:
        if row is not None:
            row.state, row.answer = "answered", answer if len(answer) <= SHOWN else f"{answer[:SHOWN]}…"

    def _add(self, row: Row, message: Mapping[str, Any]) -> None:
        number = _text(message.get("to"))
        row.to = number if "***" in number else mask_number(number)
        self.table.rows.append(row)
        if message.get("message_id"):
            self._by_id[str(message["message_id"])] = row
        # Masked numbers show four digits at their end, whole ones are told apart by six.
        self._by_number.setdefault(ending(number)[-4:] if "***" in number else ending(number), []).append(row)

    def _pay(self, price: Any, currency: Any) -> None:
        try:
            amount = Decimal(str(price))
        except InvalidOperation:
            return
        if amount:
            name = _text(currency)
            self.table.prices[name] = self.table.prices.get(name, Decimal(0)) + amount


def refusal(status: Any) -> str:
    """Say why ClickSend refused a message."""
    known = status_of(status)
    return f"{_text(status)}: {known.hint}" if known.hint else _text(status)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
