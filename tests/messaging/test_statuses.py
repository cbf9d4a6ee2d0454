"""The one table of status words and codes."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.models.messages import HistoryRow
from airflow_provider_clicksend.messaging.delivery import from_history
from airflow_provider_clicksend.messaging.statuses import UNDOCUMENTED, status_of
from airflow_provider_clicksend.operators import _cancel


@pytest.mark.parametrize("word", ["Cancelled", "cancelled", "CANCELLED", "cancelledafterreview"])
def test_cancelled_is_cancelled_in_any_case_for_who_waits_and_for_who_cancels(word):
    row = HistoryRow.read({"message_id": "A", "status": word})
    assert from_history(row).outcome == "failed"
    assert _cancel._outcome(word) == "already cancelled"


@pytest.mark.parametrize("word", ["scheduled", "QUEUED", "waitapproval"])
def test_what_has_not_gone_out_is_not_called_sent(word):
    assert _cancel._outcome(word) == "unknown"


def test_a_word_that_nobody_has_documented_settles_nothing():
    assert status_of("Teleported") is status_of(None) is UNDOCUMENTED
    assert not UNDOCUMENTED.final


def test_a_refusal_may_be_temporary():
    assert status_of("throttled").temporary
    assert not status_of("INSUFFICIENT_CREDIT").temporary
