"""A deadline that is handed down ends every request, wait and repeat."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend import exceptions as errors
from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.deadline import Deadline
from tests.api.conftest import KEY
from tests.support.scripted_server import Step, drips, envelope, hangs, refused_url, said, scripted, stalls

EMPTY_PAGE = {"total": 0, "per_page": 15, "current_page": 1, "last_page": 0, "data": []}
BAD_GATEWAY = said("<html>Bad Gateway</html>", 502)
SLOW_DOWN = envelope(None, 429, 429, code="HTTP_TOO_MANY_REQUESTS", Retry_After="30")


def test_a_deadline_tells_what_is_left() -> None:
    deadline = Deadline.after(10)
    assert 9.5 < deadline.left <= 10
    assert deadline.allows(9)
    assert not deadline.allows(11)
    assert deadline.within(2).left <= 2
    assert deadline.within(60) == deadline
    assert Deadline.after(-1).is_over
    assert Deadline.after(-1).left == 0
    assert Deadline().allows(1e9)
    assert not Deadline().is_over


@pytest.mark.parametrize("step", [hangs, stalls, drips, BAD_GATEWAY, SLOW_DOWN], ids=lambda step: step.__name__)
@pytest.mark.parametrize("call", ["history", "send"])
def test_whatever_the_gateway_does_it_ends_in_time(step: Step, call: str) -> None:
    began = time.monotonic()
    with scripted(step) as server:
        client = ClickSendClient(KEY, base_url=server.url, timeout=30).with_deadline(Deadline.after(0.6))
        with pytest.raises((errors.ClickSendTransportError, errors.ClickSendApiError)):
            client.sms.history() if call == "history" else client.sms.send([{"to": "+15551234567", "body": "hi"}])
        assert time.monotonic() - began < 1.2


def test_nobody_there_is_not_tried_for_longer_than_the_deadline() -> None:
    began = time.monotonic()
    client = ClickSendClient(KEY, base_url=refused_url()).with_deadline(Deadline.after(0.4))
    with pytest.raises(errors.ClickSendTransportError) as caught:
        client.sms.history()
    assert not caught.value.request_sent
    assert time.monotonic() - began < 0.8


def test_after_the_deadline_nothing_leaves_and_the_error_says_so() -> None:
    with scripted(envelope(EMPTY_PAGE)) as server:
        client = ClickSendClient(KEY, base_url=server.url)
        with pytest.raises(errors.ClickSendTimeoutError, match="its deadline has passed") as caught:
            client.with_deadline(Deadline.after(0)).sms.history()
        assert not caught.value.request_sent
        assert server.connections == 0
        # The client that it was made from is not bound by it.
        assert client.sms.history().rows == []
