"""What libraries log of our requests shows no number and no text, whatever level is set."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests

from airflow_provider_clicksend.api import ClickSendClient, errors
from airflow_provider_clicksend.api.url_masking import without_numbers
from tests.support.scripted_server import ScriptedServer, Step, closed_read, envelope, partly, refused_url, scripted

EMPTY_PAGE = {"total": 0, "per_page": 15, "current_page": 1, "last_page": 0, "data": []}
UNREADABLE_HEAD = partly(b"{}", 2, X="y\r\nno header +15551234567")


@pytest.mark.parametrize("step", [envelope(EMPTY_PAGE), closed_read, UNREADABLE_HEAD])
@pytest.mark.parametrize("query", ["to:+15551234567", "body:my secret", "from:(555) 123-4567"])
def test_no_log_at_any_level_shows_whom_the_history_was_asked_about(
    step: Step, query: str, client_of: Callable[[ScriptedServer], ClickSendClient], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(step) as server, suppress(errors.ClickSendError):
        client_of(server).sms.history(q=query, order_by="date:desc")
    assert "urllib3.connectionpool" in caplog.text
    for private in ("1234567", "123-4567", "secret"):
        assert private not in caplog.text


def test_a_server_that_is_down_is_logged_without_the_number(
    waited: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(errors.ClickSendTransportError):
        ClickSendClient("key", base_url=refused_url()).sms.history(q="to:+15551234567")
    assert "urllib3" in caplog.text
    assert "1234567" not in caplog.text


def test_what_a_program_logs_of_its_other_requests_is_left_alone(
    client_of: Callable[[ScriptedServer], ClickSendClient], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(envelope(EMPTY_PAGE)) as server:
        client_of(server).sms.history()
        requests.get(f"{server.url}/else?q=words&order=1234567890", timeout=5)
    assert "/else?q=words&order=1234567890" in caplog.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            '"GET /v3/sms/history?page=1&q=to%3A%2B15551234567 HTTP/1.1" 200',
            '"GET /v3/sms/history?page=1&q=*** HTTP/1.1" 200',
        ),
        ("/x?q=a%3A1&limit=100", "/x?q=***&limit=100"),
        ("/x?number=%2B15551234567&n=15551234567", "/x?number=***&n=***"),
        (
            "Starting new HTTPS connection (1): gateway.maton.ai:443",
            "Starting new HTTPS connection (1): gateway.maton.ai:443",
        ),
        ("/sms/receipts/1F0D2A52-7A5C-6DB1-9A4C-D9E5A1B2C3D4", "/sms/receipts/1F0D2A52-7A5C-6DB1-9A4C-D9E5A1B2C3D4"),
    ],
)
def test_values_of_q_and_numbers_are_masked_and_the_rest_is_not(text: str, shown: str) -> None:
    assert without_numbers(text) == shown
