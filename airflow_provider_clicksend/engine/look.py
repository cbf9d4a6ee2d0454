"""What a look is, and what looks share.

Nothing here marks anything as read, so the unread lists of an account that nobody tidies only grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendRateLimitError
from airflow_provider_clicksend.api.retry import can_never_succeed
from airflow_provider_clicksend.messaging.delivery import Outcome, from_history

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import AutomationRule
    from airflow_provider_clicksend.api.resources.base import ChannelResource

Seen = TypeVar("Seen")

#: Up to this many ids are asked for one by one: exact, and right also for what somebody else has marked as read.
FEW = 5
#: The same for the last look before a timeout, which is worth more requests.
LAST_FEW = 20
#: Pages of an unread list that one look reads, at most.
UNREAD_PAGES = 10
#: Seconds. A server that asks for a longer pause does not get it.
MAX_PAUSE = 600.0


@dataclass(frozen=True)
class Look(Generic[Seen]):
    """What one look saw, and what cut it short if anything did: what it saw before that counts all the same.

    :param error: what concerns all who wait: no answer, a refused key, a list that cannot be read.
    :param answered: how many requests were answered.
    :param errors: what concerns one message id only.
    :param refused: those of `errors` that have lasted, so that asking again for that id is pointless.
    """

    seen: list[Seen]
    error: ClickSendError | None = None
    answered: int = 0
    errors: Mapping[str, ClickSendError] = field(default_factory=dict)
    refused: Mapping[str, ClickSendError] = field(default_factory=dict)

    def noted_by(self, wait: Any) -> dict[str, Any] | None:
        """Let a wait take in what was seen, and return its result once it is over."""
        result: dict[str, Any] | None = wait.note(self.seen)
        return result

    @property
    def permanent(self) -> bool:
        """Whether nothing was answered, and with an error that a repeat does not heal, though it may pass."""
        return self.error is not None and not self.answered and can_never_succeed(self.error)

    def pause(self, poll_interval: float) -> float:
        """Return the seconds to wait before the next look: the interval, or longer when the server asks for it."""
        asked = self.error.retry_after if isinstance(self.error, ClickSendRateLimitError) else None
        return max(poll_interval, min(asked or 0.0, MAX_PAUSE))


def sent(client: ClickSendClient, message_ids: Sequence[str]) -> Look[Outcome]:
    """Look up sent texts in the history, the first `LAST_FEW` of them."""
    return _look(_history_by_id(client.sms, message_ids[:LAST_FEW]))


def any_poll_rule(client: ClickSendClient, rules: Callable[..., Page[AutomationRule]]) -> bool | None:
    """Tell whether a rule makes receipts or replies readable; None when the rules cannot be read."""
    try:
        return any(rule.polls for rule in client.iterate(rules))
    except ClickSendError:
        return None


def _look(rows: Iterator[Seen]) -> Look[Seen]:
    seen: list[Seen] = []
    try:
        seen.extend(rows)
    except ClickSendError as error:
        return Look(seen, error)
    return Look(seen)


def page_numbers(last_page: int, turn: int, most: int = UNREAD_PAGES) -> list[int]:
    """Return which pages of an unread list to read after the first: of a long one, both ends and a part between.

    Which of them holds the newest rows is not documented.

    :param turn: the number of the look; the part moves with it, so that each page is read in the end.
    """
    others = list(range(2, last_page + 1))
    if len(others) < most:
        return others
    third = (most - 1) // 3
    between = others[third:-third]
    start = turn * third % len(between)
    return sorted({*others[:third], *(between + between)[start : start + third], *others[-third:]})


def _history_by_id(resource: ChannelResource, message_ids: Iterable[str]) -> Iterator[Outcome]:
    for message_id in sorted(message_ids):
        rows = resource.history(q=f"message_id:{message_id}").rows
        # Whether ClickSend matches the whole id or a part of it is not documented.
        yield from (from_history(row) for row in rows if row.message_id == message_id)
