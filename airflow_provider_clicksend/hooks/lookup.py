"""Looking up in the history whether messages were accepted."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendOutcomeUnknownError
from airflow_provider_clicksend.messaging.numbers import mask_number

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.messages import HistoryRow
    from airflow_provider_clicksend.api.resources.base import ChannelResource
    from airflow_provider_clicksend.messaging.outbox import Evidence, Message

log = logging.getLogger(__name__)

#: Up to so many numbers are asked for one by one; more are read page by page.
FEW_NUMBERS = 5
#: Seconds. ClickSend's clock and ours may differ.
CLOCK_MARGIN = 300
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 16.0


def look_up(
    client: ClickSendClient, resource: ChannelResource, evidence: Evidence, *, since: int, settled_at: float
) -> None:
    """Fill the evidence from the history, until it is complete or the history has had time to show everything.

    It costs a request for each number when there are few; else one a hundred messages that the account sent since then,
    and up to six while the history is behind.

    :param since: when the first of the messages may have left (Unix seconds).
    :param settled_at: from when on a silent history counts as a no (Unix seconds).
    :raises ClickSendOutcomeUnknownError: when the history cannot be read; then nobody may send again.
    """
    since -= CLOCK_MARGIN
    wait = _FIRST_WAIT
    while not evidence.complete:
        last = time.time() >= settled_at
        try:
            for row in _rows(client, resource, evidence, since=since, last=last):
                evidence.add(row)
                if evidence.complete:
                    return
        except ClickSendError as error:
            raise ClickSendOutcomeUnknownError(
                f"{evidence.missing_count} messages are in doubt and the history cannot be read ({error}). "
                "Nothing is sent again; a later try looks again.",
                unknown=[{"to": mask_number(number)} for number in sorted(evidence.missing_numbers)],
            ) from error
        if last:
            return
        time.sleep(max(0.0, min(wait, settled_at - time.time())))
        wait = min(wait * 2, _LONGEST_WAIT)


def _rows(
    client: ClickSendClient, resource: ChannelResource, evidence: Evidence, *, since: int, last: bool
) -> Iterator[HistoryRow]:
    numbers = evidence.missing_numbers
    if len(numbers) <= FEW_NUMBERS and "" not in numbers:
        for number in sorted(numbers):
            yield from client.iterate(resource.history, q=f"to:{number}", date_from=since)
        return
    first = resource.history(date_from=since, order_by="date:asc")
    if first.total >= evidence.missing_count or last:
        # Only now: the history is long enough to hold them all, or it will not get longer.
        yield from client.iterate(resource.history, date_from=since, order_by="date:asc")


def unknown_error(messages: list[Message], reason: object) -> ClickSendOutcomeUnknownError:
    """Return the error for messages of which the history stayed silent."""
    return ClickSendOutcomeUnknownError(
        f"Whether {len(messages)} messages were sent is unknown ({reason}); the history stayed silent.",
        unknown=[
            {"to": mask_number(message["to"]) if message.get("to") else None, "custom_string": message["custom_string"]}
            for message in messages
        ],
    )
