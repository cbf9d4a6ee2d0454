"""Sending one alert: a request in the usual case, checked message by message, and never lost to a doubt."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendMessageRefusedError, ClickSendOutcomeUnknownError
from airflow_provider_clicksend.engine.history import HistoryUnreadableError
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
    :raises ClickSendError: anything else; nothing was sent then, as far as anybody can tell.
    """
    model = getattr(client, channel).message_model
    batch = Batch(recipients=to, common=common, reference=reference, model=model, row_fields=frozenset())
    batch.check(now=client.clock.now())
    began = client.clock.now()
    request = SendRequest(channel=channel, batch=batch, settle=settle)
    try:
        result = _send(client, request, TaskTry(number=1))
    except ClickSendOutcomeUnknownError as error:
        log.warning("The alert may have been sent or not: %s It is sent once more, since a lost one is worse.", error)
        is_readable = not isinstance(error, HistoryUnreadableError)
        result = _send(client, request, TaskTry(number=2, began=began) if is_readable else TaskTry(number=1))
    if result.refused:
        raise ClickSendMessageRefusedError(result.refused, accepted=result.accepted, hint=hint_for(result.refused))
    return result


def _send(client: ClickSendClient, request: SendRequest, this_try: TaskTry) -> BatchResult:
    """Send each message once; the second try only those that the history does not show."""
    state = SendState(None)
    is_first = state.begin(this_try, now=client.clock.now(), is_server_time=client.clock.is_known)
    return Sender(client, request, state).run(this_try, is_first=is_first).result
