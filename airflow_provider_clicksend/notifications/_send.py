"""Sending one alert: a request in the usual case, checked message by message, and never lost to a doubt."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendMessageRefusedError, ClickSendOutcomeUnknownError
from airflow_provider_clicksend.engine.requests import SendRequest
from airflow_provider_clicksend.engine.send_state import SendState, TaskTry
from airflow_provider_clicksend.engine.sender import Sender
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.batch_result import BatchResult
from airflow_provider_clicksend.messaging.refusals import hint_for

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

log = logging.getLogger(__name__)


def send_alert(
    client: ClickSendClient,
    channel: str,
    *,
    to: Sequence[str],
    common: Mapping[str, Any],
    reference: str,
    settle: float,
) -> BatchResult:
    """Send one text or call to each number and return what ClickSend accepted.

    :param to: numbers in E.164.
    :param common: ``body``, ``from`` ...
    :param reference: the batch reference.
    :param settle: seconds that the history gets to show a message in doubt, before it is sent again.
    :raises ClickSendMessageRefusedError: one or more were refused.
    :raises ClickSendOutcomeUnknownError: it left twice, and nobody can say whether it arrived.
    :raises ClickSendError: anything else; nothing was sent then, as far as anybody can tell.
    """
    model = getattr(client, channel).message_model
    batch = Batch(recipients=to, common=common, reference=reference, model=model, row_fields=frozenset())
    batch.check(now=client.clock.now())
    result, unknown = _send(client, SendRequest(channel=channel, batch=batch, settle=settle))
    if unknown is not None:
        log.warning("The alert may have been sent or not: %s It is sent once more, since a lost one is worse.", unknown)
        again = replace(batch, recipients=_recipients(batch, unknown))
        second, unknown = _send(client, SendRequest(channel=channel, batch=again, settle=settle))
        result.merge(second)
    if unknown is not None:
        raise unknown
    if result.refused:
        raise ClickSendMessageRefusedError(result.refused, accepted=result.accepted, hint=hint_for(result.refused))
    return result


def _send(client: ClickSendClient, request: SendRequest) -> tuple[BatchResult, ClickSendOutcomeUnknownError | None]:
    """Send each message once, and return what is settled beside the error about what is not."""
    first = TaskTry()
    state = SendState(None)
    state.begin(first, now=client.clock.now(), is_server_time=client.clock.is_known)
    sender = Sender(client, request, state)
    try:
        return sender.run(first, is_first=True).result, None
    except ClickSendOutcomeUnknownError as error:
        return sender.sent.result, error


def _recipients(batch: Batch, unknown: ClickSendOutcomeUnknownError) -> list[str]:
    """Return whom the messages in doubt were for: those who were told already are not told again."""
    doubtful = {entry["custom_string"] for entry in unknown.unknown}
    return [message["to"] for message in batch.messages(0, len(batch)) if message["custom_string"] in doubtful]
