"""What receipts and history rows mean for somebody who waits for delivery."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendDeliveryFailedError
from airflow_provider_clicksend.messaging.statuses import status_of

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.messages import HistoryRow, Receipt
    from airflow_provider_clicksend.messaging.awaited import Awaited

State = Literal["delivered", "failed", "pending", "unknown"]

POLICIES = ("fail", "warn")

#: Neither order of arrival nor a late pending row may undo what is settled; what reached a handset has reached it.
_RANK: dict[State, int] = {"unknown": 0, "pending": 1, "failed": 2, "delivered": 3}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of one message.

    :param status_code: ClickSend's, usually ``"200"``, ``"201"``, ``"300"`` or ``"301"``; words were seen too.
    :param word: the history's status (``"Completed"``, ``"WaitApproval"``); None in a receipt.
    :param to: E.164, from the history.
    :param sender: what it was sent from, from the history.
    """

    message_id: str
    outcome: State
    status_code: str | None = None
    status_text: str | None = None
    custom_string: str | None = None
    word: str | None = None
    to: str | None = None
    sender: str | None = None

    @property
    def final(self) -> bool:
        """Whether nothing can change it any more."""
        return self.outcome in {"delivered", "failed"}

    def as_json(self) -> dict[str, str | None]:
        """Return what users see of it."""
        return {
            "message_id": self.message_id,
            "outcome": self.outcome,
            "status_code": self.status_code,
            "status_text": self.status_text,
        }


def from_receipt(receipt: Receipt, *, message_id: str | None = None) -> Outcome:
    """Read a delivery receipt.

    :param message_id: the message that was asked for, where the receipt does not name it.
    """
    return Outcome(
        message_id=receipt.message_id or message_id or "",
        outcome=_state(receipt.status_code, word=receipt.status_code),
        status_code=receipt.status_code,
        status_text=_text(receipt.status_text, receipt.error_text),
        custom_string=receipt.custom_string,
    )


def from_history(row: HistoryRow) -> Outcome:
    """Read a history row. Neither ``Sent`` nor ``Completed`` proves delivery; only the code does."""
    return Outcome(
        message_id=row.message_id or "",
        outcome=_state(row.status_code, word=row.status),
        status_code=row.status_code,
        status_text=_text(row.status_text, row.error_text, row.status),
        custom_string=row.custom_string,
        word=row.status,
        to=row.to,
        sender=row.from_,
    )


def _state(code: str | None, *, word: str | None) -> State:
    """Judge by the code, else by the word. `error_code` does not help: ClickSend has renumbered it."""
    by_code = status_of(code if code and code.isdecimal() else None)  # words were seen there, too
    by_word = status_of(word)
    if by_code.final:
        return "failed" if by_code.failed else "delivered"
    if by_code.temporary and not by_word.cancelled:
        return "pending"  # ClickSend will try again by itself
    return "failed" if by_word.final and by_word.failed else "pending"


def _text(*texts: str | None) -> str | None:
    """Return the first text there is. Interned: a batch of 200,000 has a handful of different ones."""
    found = next(filter(None, texts), None)
    return sys.intern(found) if found else None


def merge(old: Outcome | None, new: Outcome) -> Outcome:
    """Return what is known after both were seen; what only a history row tells is kept."""
    if old is None:
        return new
    winner, loser = (new, old) if _RANK[new.outcome] >= _RANK[old.outcome] else (old, new)
    lacking = [name for name in ("word", "to", "sender") if not getattr(winner, name) and getattr(loser, name)]
    return replace(winner, **{name: getattr(loser, name) for name in lacking}) if lacking else winner


def check_min_delivered(min_delivered: float | None) -> None:
    """Refuse what is neither a count nor a ratio.

    :raises ClickSendConfigError: unless it is None, an int of at least 1, or a float above 0 and at most 1.
    """
    if min_delivered is None:
        return
    if isinstance(min_delivered, float):
        fits = 0 < min_delivered <= 1
    else:
        fits = isinstance(min_delivered, int) and not isinstance(min_delivered, bool) and min_delivered >= 1
    if not fits:
        raise ClickSendConfigError(
            f"min_delivered={min_delivered!r}: give a count (an int from 1) or a ratio (a float above 0, up to 1.0).",
            field="min_delivered",
        )


def needed(min_delivered: float | None, count: int) -> int:
    """Return how many of `count` messages must be delivered: all, a count, or a ratio rounded up."""
    if min_delivered is None:
        return count
    if isinstance(min_delivered, float):
        # As it was written: 0.55 * 100 is 55.00000000000001 in floats and would need 56.
        return max(1, math.ceil(Decimal(str(min_delivered)) * count))
    return min_delivered


def failure(summary: Mapping[str, Any], min_delivered: float | None) -> ClickSendDeliveryFailedError | None:
    """Return what is wrong with the summary of a wait that is over, or None when enough was delivered."""
    count = sum(summary[state] for state in _RANK)
    aim = needed(min_delivered, count)
    if summary["delivered"] >= aim:
        return None
    failed = [message for message in summary["messages"] if message["outcome"] == "failed"]
    reasons = Counter(f"{message['status_code']} {message['status_text']}" for message in failed)
    return ClickSendDeliveryFailedError(
        f"{summary['delivered']} of {count} messages were delivered and {aim} were needed; {len(failed)} failed: "
        f"{', '.join(f'{reason} ({number})' for reason, number in reasons.most_common(3)) or 'none'}.",
        failed=failed,
    )


class DeliveryWait:
    """One wait for delivery: what was seen so far, and whether that is enough to stop.

    :param min_delivered: None (all), a count, or a ratio.
    :param on_undelivered: ``"fail"`` stops as soon as the aim is out of reach, ``"warn"`` waits for what is left.
    """

    def __init__(self, awaited: Awaited, *, min_delivered: float | None = None, on_undelivered: str = "fail") -> None:
        self.awaited = awaited
        self.min_delivered = min_delivered
        self.on_undelivered = on_undelivered
        self.known: dict[str, Outcome] = {}

    def wanted(self) -> Awaited:
        """Return the messages that are not settled."""
        return self.awaited.without(message_id for message_id, known in self.known.items() if known.final)

    def note(self, outcomes: Iterable[Outcome]) -> dict[str, Any] | None:
        """Take in what a poll saw, also what it saw for others, and return the summary when the wait is over."""
        for outcome in outcomes:
            if self.awaited.includes(outcome.message_id, outcome.custom_string):
                self.known[outcome.message_id] = merge(self.known.get(outcome.message_id), outcome)
        summary = self.summary()
        return summary if self._is_over(summary) else None

    def progress(self) -> str:
        """Say what is waited for, in one line without numbers and words of people."""
        counts = self.summary()
        open_ = counts["pending"] + counts["unknown"]
        return (
            f"Waiting for {open_} of {self.awaited.count} messages: {counts['delivered']} delivered, "
            f"{counts['failed']} failed, {counts['pending']} pending, {counts['unknown']} not seen yet."
        )

    def _is_over(self, summary: Mapping[str, Any]) -> bool:
        if failure(summary, self.min_delivered) is None:
            return True
        undecided = summary["pending"] + summary["unknown"]
        if self.on_undelivered == "warn":
            return bool(undecided == 0)
        aim = needed(self.min_delivered, self.awaited.count)
        return bool(summary["delivered"] + undecided < aim)

    def summary(self) -> dict[str, Any]:
        """Count the outcomes and list them as JSON: every message of a list of ids, of a batch only the failed ones."""
        if self.awaited.reference is None:
            shown = [self.known.get(i) or Outcome(i, "unknown") for i in self.awaited.ids]
            counts = Counter(outcome.outcome for outcome in shown)
        else:
            counts = Counter(outcome.outcome for outcome in self.known.values())
            counts["unknown"] += max(0, self.awaited.count - len(self.known))
            shown = [outcome for outcome in self.known.values() if outcome.outcome == "failed"]
        return {
            "delivered": counts["delivered"],
            "failed": counts["failed"],
            "pending": counts["pending"],
            "unknown": counts["unknown"],
            "messages": [outcome.as_json() for outcome in shown],
        }
