"""Sending one alert: a request in the usual case, checked message by message, and never lost to a doubt."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendMessageRefusedError
from airflow_provider_clicksend.engine.history import HistoryUnreadableError
from airflow_provider_clicksend.engine.send_state import Ledger
from airflow_provider_clicksend.engine.sender import Policy, Sender
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.batch_result import Chunk, Tally
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
) -> Tally:
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
    batch.check(now=time.time())
    chunk = Chunk(0, batch.messages(0, len(batch)))

    def send() -> Tally:
        ledger = Ledger(None, reference, listed=True)
        policy = Policy(settle=settle, on_unknown="resend")
        sender = Sender(client, channel, lambda: [chunk], ledger=ledger, batch=reference, policy=policy, listed=True)
        sender.run(since=None)
        return sender.tally

    try:
        tally = send()
    except HistoryUnreadableError as error:
        # Once more only. A history that can be read and stayed silent has led to repeats already: enough is enough.
        log.warning("The alert may have been sent or not: %s Sending it again, since a lost one is worse.", error)
        tally = send()
    if tally.refused:
        raise ClickSendMessageRefusedError(tally.refused, accepted=tally.accepted, hint=hint_for(tally.refused))
    return tally
