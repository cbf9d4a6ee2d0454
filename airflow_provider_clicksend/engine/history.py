"""Looking up in the history whether messages were accepted."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendOutcomeUnknownError
from airflow_provider_clicksend.api.paging import iterate
from airflow_provider_clicksend.messaging.numbers import mask_number

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.messages import HistoryRow
    from airflow_provider_clicksend.api.resources.base import ChannelResource
    from airflow_provider_clicksend.messaging.batch_result import Evidence, Message

log = logging.getLogger(__name__)

#: Up to so many numbers are asked for one by one; more are read page by page.
FEW_NUMBERS = 5
#: Seconds. ClickSend's clock and ours may differ.
CLOCK_MARGIN = 300
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 16.0


class HistoryUnreadableError(ClickSendOutcomeUnknownError):
    """Nobody can say whether messages were sent, because what would tell cannot be read now."""


def look_up(
    client: ClickSendClient, resource: ChannelResource, evidence: Evidence, *, since: int, settled_at: float
) -> None:
    """Fill the evidence from the history, until it is complete or the history has had time to show everything.

    It costs a request for each number when there are few; else one a hundred messages that the account sent since then,
    and up to seven while the history is behind.

    :param since: when the first of the messages may have left (Unix seconds).
    :param settled_at: from when on a silent history counts as a no (Unix seconds).
    :raises HistoryUnreadableError: when the history cannot be read; then nobody may send again.
    """
    read = _Reader(client, resource, evidence, since - CLOCK_MARGIN)
    wait = _FIRST_WAIT
    while not evidence.complete:
        last = time.time() >= settled_at
        try:
            read(last=last)
        except ClickSendError as error:
            raise _unreadable("history", evidence.missing, error) from error
        if last or evidence.complete:
            return
        time.sleep(max(0.0, min(wait, settled_at - time.time())))
        wait = min(wait * 2, _LONGEST_WAIT)


class _Reader:
    """Reads the history into the evidence, again and again, and never at length when nothing new can be in it."""

    def __init__(self, client: ClickSendClient, resource: ChannelResource, evidence: Evidence, since: int) -> None:
        self._client = client
        self._history = resource.history
        self._evidence = evidence
        self._since = since
        self._read_rows = 0

    def __call__(self, *, last: bool) -> None:
        numbers = {message["to"] for message in self._evidence.missing}
        if len(numbers) <= FEW_NUMBERS:
            for number in sorted(numbers):
                self._take(self._client.iterate(self._history, q=f"to:{number}", date_from=self._since))
            return
        # The newest first: what is in doubt mostly left just now.
        page_of = partial(self._history, date_from=self._since, order_by="date:desc")
        first = page_of()
        if first.total != self._read_rows and (first.total >= len(self._evidence.missing) or last):
            self._take(iterate(lambda number: first if number == 1 else page_of(page=number)))
            self._read_rows = first.total

    def _take(self, rows: Iterator[HistoryRow]) -> None:
        for row in rows:
            self._evidence.add(row)
            if self._evidence.complete:
                return


def messages_to_contacts(client: ClickSendClient, message: Message) -> list[Message]:
    """Return the message to a list as those to its contacts, once for each number.

    :raises HistoryUnreadableError: when the list cannot be read.
    """
    try:
        contacts = list(client.iterate(client.contacts.list, message["list_id"]))
    except ClickSendError as error:
        raise _unreadable("list", [message], error) from error
    common = {name: value for name, value in message.items() if name != "list_id"}
    numbers = dict.fromkeys(contact.phone_number for contact in contacts if contact.phone_number)
    return [{**common, "to": number} for number in numbers]


def _unreadable(what: str, messages: list[Message], error: ClickSendError) -> HistoryUnreadableError:
    return HistoryUnreadableError(
        f"{len(messages)} messages are in doubt and the {what} cannot be read ({error}). "
        "Nothing is sent again; a later try looks again.",
        unknown=_shown(messages),
    )


def outcome_unknown(messages: list[Message], reason: str) -> ClickSendOutcomeUnknownError:
    """Return the error for messages of which the history stayed silent."""
    return ClickSendOutcomeUnknownError(
        f"Whether {len(messages)} messages were sent is unknown ({reason}); the history stayed silent.",
        unknown=_shown(messages),
    )


def _shown(messages: list[Message]) -> list[dict[str, Any]]:
    return [
        {"to": mask_number(message["to"]) if "to" in message else None, "custom_string": message["custom_string"]}
        for message in messages
    ]
