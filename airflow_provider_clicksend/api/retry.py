"""May this request be repeated? Pure decisions: no clock, no sleep, no socket."""

from __future__ import annotations

import random

from airflow_provider_clicksend.api import errors
from airflow_provider_clicksend.api.gateways import MATON

#: Tries of one request, the first included.
MAX_TRIES = 4
#: Seconds. A server that asks for more than this is not waited for longer than this.
MAX_WAIT = 60.0


def wait_before_retry(
    error: errors.ClickSendError, *, tries: int, repeatable: bool, repeated: frozenset[int] = MATON.repeated
) -> float | None:
    """Return the seconds to wait before the same request may be made again, or None when it must not be.

    :param error: what the last try ended with.
    :param tries: how many tries there were, at least 1.
    :param repeatable: True for requests that change nothing. Anything that sends, creates or cancels is repeated only
        when it provably never left, or when it was turned away with 429.
    :param repeated: statuses of a read that a repeat may heal.
    """
    if tries >= MAX_TRIES or not _heals(error, repeatable, repeated):
        return None
    asked = error.retry_after if isinstance(error, errors.ClickSendRateLimitError) else None
    return min(asked, MAX_WAIT) if asked is not None else backoff(tries)


def backoff(tries: int) -> float:
    """Return jittered exponential seconds: up to 1, 2, 4 ... but never more than `MAX_WAIT`."""
    return min(2.0 ** (tries - 1), MAX_WAIT) * (0.5 + random.random() / 2)  # noqa: S311


def _heals(error: errors.ClickSendError, repeatable: bool, repeated: frozenset[int]) -> bool:
    if isinstance(error, errors.ClickSendRateLimitError):
        return repeatable or error.recognized
    if isinstance(error, errors.ClickSendTransportError):
        return error.may_heal and (repeatable or not error.request_sent)
    return repeatable and isinstance(error, errors.ClickSendServerError) and error.status in repeated


def may_have_been_accepted(error: errors.ClickSendError) -> bool:
    """Tell whether a send that ended with this error may have gone out all the same.

    A 4xx in ClickSend's or Maton's own form says no, and so does their 429. Everything else is doubt: no answer, a 3xx
    or 4xx of anything else (a proxy may have passed the request on before), a 5xx, a 200 that cannot be read or whose
    envelope says 401 (seen live on the older host).
    """
    if isinstance(error, errors.ClickSendTransportError):
        return error.request_sent
    if isinstance(error, errors.ClickSendApiError):
        is_refusal = 400 <= error.http_status < 500 and error.http_status != 408  # noqa: PLR2004
        return not (is_refusal and error.recognized)
    return isinstance(error, errors.ClickSendResponseError)


def can_never_succeed(error: errors.ClickSendError) -> bool:
    """Tell whether the same call would fail for ever, so that a task's retries are pointless."""
    if isinstance(error, errors.ClickSendMessageRefusedError):
        return not error.temporary
    if isinstance(error, errors.ClickSendApiError):
        return not isinstance(error, errors.ClickSendRateLimitError | errors.ClickSendServerError)
    final = (
        errors.ClickSendConfigError,
        errors.ClickSendDeliveryFailedError,
        errors.ClickSendNoAnswerError,
        errors.ClickSendOptedOutError,
    )
    return isinstance(error, final)
