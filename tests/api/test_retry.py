"""May it be repeated, may it have been accepted, can it ever succeed: tables of values."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api import errors, retry

UNSENT = errors.ClickSendTransportError("x", request_sent=False)
SENT = errors.ClickSendTransportError("x", request_sent=True)
CONNECT_TIMEOUT = errors.ClickSendTimeoutError("x", request_sent=False)
TIMEOUT = errors.ClickSendTimeoutError("x", request_sent=True)
BUSY = errors.ClickSendRateLimitError("x", status=429)
UNREADABLE = errors.ClickSendResponseError("x")
CONFIG = errors.ClickSendConfigError("x", field="to")
REFUSED = errors.ClickSendMessageRefusedError([{"status": "INVALID_RECIPIENT"}])
THROTTLED = errors.ClickSendMessageRefusedError([{"status": "INVALID_RECIPIENT"}, {"status": "THROTTLED"}])


def server(status: int, http_status: int | None = None) -> errors.ClickSendServerError:
    return errors.ClickSendServerError("x", status=status, http_status=http_status)


def denied(status: int, http_status: int | None = None, *, recognized: bool = True) -> errors.ClickSendApiError:
    return errors.ClickSendAuthenticationError("x", status=status, http_status=http_status, recognized=recognized)


@pytest.mark.parametrize(
    ("error", "a_read", "a_send"),
    [
        (UNSENT, True, True),
        (CONNECT_TIMEOUT, True, True),
        (SENT, True, False),
        (TIMEOUT, True, False),
        (BUSY, True, True),
        (server(502), True, False),
        (server(503), True, False),
        (server(504), True, False),
        (server(408), True, False),
        (server(500), False, False),
        (server(501), False, False),
        (denied(401), False, False),
        (UNREADABLE, False, False),
        (CONFIG, False, False),
    ],
)
def test_what_may_be_repeated(error: errors.ClickSendError, a_read: bool, a_send: bool) -> None:
    assert (retry.wait_before_retry(error, tries=1, repeatable=True) is not None) is a_read
    assert (retry.wait_before_retry(error, tries=1, repeatable=False) is not None) is a_send


def test_nothing_is_repeated_for_ever() -> None:
    tries = range(1, 10)
    waits = [retry.wait_before_retry(UNSENT, tries=n, repeatable=True) for n in tries]
    assert [wait is not None for wait in waits] == [n < retry.MAX_TRIES for n in tries]


@pytest.mark.parametrize(("asked", "waited"), [(0.0, 0.0), (20.0, 20.0), (3600.0, retry.MAX_WAIT)])
def test_the_servers_wish_is_honoured_up_to_a_limit(asked: float, waited: float) -> None:
    busy = errors.ClickSendRateLimitError("x", status=429, retry_after=asked)
    assert retry.wait_before_retry(busy, tries=1, repeatable=False) == waited


@pytest.mark.parametrize(("tries", "most"), [(1, 1), (2, 2), (3, 4), (30, retry.MAX_WAIT)])
def test_waits_grow_are_jittered_and_stay_bounded(tries: int, most: float) -> None:
    waits = [retry.backoff(tries) for _ in range(200)]
    assert most / 2 <= min(waits) <= max(waits) <= most
    assert len(set(waits)) > 100


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UNSENT, False),
        (SENT, True),
        (TIMEOUT, True),
        (UNREADABLE, True),
        (BUSY, False),
        (server(500), True),
        (server(504), True),
        (denied(401), False),
        (denied(401, recognized=False), True),
        (denied(401, http_status=200), True),
        (errors.ClickSendBadRequestError("x", status=302), True),
        (errors.ClickSendBadRequestError("x", status=413, recognized=False), True),
        (errors.ClickSendBadRequestError("x", status=499, recognized=False), True),
        (errors.ClickSendRateLimitError("x", status=429, recognized=False), True),
        (errors.ClickSendBadRequestError("x", status=400, http_status=502), True),
        (CONFIG, False),
        (REFUSED, False),
    ],
)
def test_what_may_have_been_accepted(error: errors.ClickSendError, expected: bool) -> None:
    assert retry.may_have_been_accepted(error) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CONFIG, True),
        (denied(401), True),
        (errors.ClickSendForbiddenError("x", status=403), True),
        (errors.ClickSendNotFoundError("x", status=404), True),
        (errors.ClickSendBadRequestError("x", status=400), True),
        (REFUSED, True),
        (THROTTLED, False),
        (errors.ClickSendDeliveryFailedError("x", failed=[]), True),
        (errors.ClickSendOutcomeUnknownError("x", unknown=[]), False),
        (BUSY, False),
        (server(500), False),
        (UNSENT, False),
        (TIMEOUT, False),
        (UNREADABLE, False),
    ],
)
def test_what_can_never_succeed(error: errors.ClickSendError, expected: bool) -> None:
    assert retry.can_never_succeed(error) is expected
