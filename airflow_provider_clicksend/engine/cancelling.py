"""Cancelling what a send has scheduled."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from airflow_provider_clicksend.api.errors import ClickSendNotFoundError
from airflow_provider_clicksend.engine.history import MARGIN
from airflow_provider_clicksend.messaging.history_match import message_key

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.engine.requests import Requests


def cancel_scheduled(client: ClickSendClient, requests: Requests, accepted: Set[str], *, since: float) -> int:
    """Cancel those messages of these requests that the history shows as scheduled, and return how many that were.

    :param accepted: ids that answers have named: the history need not echo references. Others are known by theirs only,
        since the words of a text may be those of another run.
    :param since: when the first request may have left (Unix seconds, ClickSend's clock).
    """
    ours = {message_key(message) for chunk in requests for message in chunk.messages}
    rows = client.iterate(requests.resource.history, date_from=max(0, int(since - MARGIN)), order_by="date:desc")
    now = client.clock.now()
    scheduled = [
        row.message_id
        for row in rows
        if (row.schedule or 0) > now
        and (row.message_id in accepted or message_key({"custom_string": row.custom_string, "to": row.to}) in ours)
    ]
    return sum(_cancels(requests, message_id) for message_id in scheduled)


def _cancels(requests: Requests, message_id: str | None) -> bool:
    try:
        requests.resource.cancel(message_id)
    except ClickSendNotFoundError:
        return False  # it was sent meanwhile, or cancelled before
    return True
