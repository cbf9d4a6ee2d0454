"""Looks at what came in for questions: texts, and keys that were pressed in calls. Nothing is marked as read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendNotFoundError
from airflow_provider_clicksend.engine.reply_look import RepliesSeen, ReplyLook
from airflow_provider_clicksend.messaging.ask_wait import Asked, Press

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.messages import Receipt

#: Calls whose receipts one look asks for by id. Of more, they come in turn, beside the unread list.
BUDGET, LAST_BUDGET = 10, 100


@dataclass(frozen=True)
class AnswersSeen(RepliesSeen):
    """What one look saw.

    :param presses: keys that were pressed.
    """

    presses: tuple[Press, ...] = ()

    def noted_by(self, wait: Any) -> dict[str, Any] | None:
        """Let a wait take in what was seen, and return what is to be done."""
        result: dict[str, Any] | None = wait.note(self.seen, self.texts, self.presses)
        return result


class AskLook:
    """Remembers whose turn it is. It lives as long as the wait, or the shared stream."""

    def __init__(self, client: ClickSendClient) -> None:
        self._client = client
        self._replies = ReplyLook(client)
        self._turn: list[str] = []

    def look(self, wanted: Sequence[Asked], last: bool = False) -> AnswersSeen:
        """Look once.

        :param wanted: the messages of everybody who waits. :param last: whether this is the last look of a question.
        """
        came = self._replies.look(wanted, last=last)
        calls = dict.fromkeys(call for asked in wanted for call in asked.calls)
        presses: list[Press] = []
        error = came.error
        try:
            presses.extend(self._pressed(list(calls), LAST_BUDGET if last else BUDGET))
        except ClickSendError as exc:
            error = error or exc
        return AnswersSeen(
            came.seen, error, came.answered, came.errors, came.refused, texts=came.texts, presses=tuple(presses)
        )

    def _pressed(self, calls: list[str], budget: int) -> Iterator[Press]:
        waiting = set(calls)
        queue = [call for call in self._turn if call in waiting]
        queue = [call for call in calls if call not in set(queue)] + queue
        self._turn = queue[budget:] + queue[:budget]
        if len(queue) > budget:
            yield from _presses(row for row in self._client.voice.receipts().rows if row.message_id in waiting)
        for call in queue[:budget]:
            try:
                yield from _presses([self._client.voice.receipt(call)], call)
            except ClickSendNotFoundError:
                continue  # nobody has hung up yet


def _presses(receipts: Iterable[Receipt], call: str = "") -> Iterator[Press]:
    for receipt in receipts:
        if receipt.digits:
            yield Press(call or receipt.message_id or "", receipt.digits, receipt.timestamp)
