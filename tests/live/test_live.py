"""Each guess about the API, on a real account: `make test-live`, for those who have a key.

CLICKSEND_LIVE_CONNECTION is the Airflow connection, as JSON or as a URI. CLICKSEND_LIVE_TO (E.164) is who gets one real
text, which costs money, and answers it within two minutes; without it only what costs nothing is looked at.
"""

from __future__ import annotations

import os

import pytest

from airflow_provider_clicksend.cli.doctor import say
from airflow_provider_clicksend.engine.live_check import LiveCheck
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging.live_report import BELIEFS, Report

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

REPLY_SECONDS = 120.0


@pytest.fixture(scope="module")
def report() -> Report:
    """Look once, for all tests."""
    connection = os.environ.get("CLICKSEND_LIVE_CONNECTION")
    if not connection:
        pytest.skip("CLICKSEND_LIVE_CONNECTION names no account")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CLICKSEND_LIVE", connection)
        client = ClickSendHook("clicksend_live").get_conn()
    live = LiveCheck(client, reply_timeout=REPLY_SECONDS, say=say)
    live.look()
    if to := os.environ.get("CLICKSEND_LIVE_TO"):
        live.text(to)
    return live.report


@pytest.mark.parametrize("guess", BELIEFS)
def test_it_is_as_believed(report: Report, guess: str) -> None:
    found = report.verdicts[guess]
    if found.verdict == "not tried":
        pytest.skip(found.seen or "one text cannot tell")
    assert found.verdict == "confirmed", f"not so that {found.belief}: {found.seen}"
