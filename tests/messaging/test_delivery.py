"""What receipts and history rows mean for somebody who waits for delivery."""

from __future__ import annotations

import itertools

import pytest

from airflow_provider_clicksend.api.models.messages import HistoryRow, Receipt
from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.messaging import delivery
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.delivery import DeliveryWait, Outcome, from_history, from_receipt, merge

HANDLE = {"reference": "af-0123456789abcdef", "since": 1_000_000, "count": 1500}


def wait(*ids, **arguments):
    return DeliveryWait(Awaited.read(list(ids)), **arguments)


def outcomes(**states):
    return [Outcome(message_id, state, status_code="x", status_text="y") for message_id, state in states.items()]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("201", "delivered"),
        (201, "delivered"),
        ("301", "failed"),
        ("200", "pending"),
        ("300", "pending"),
        ("302", "pending"),
        ("999", "pending"),
        ("Completed", "pending"),
        ("Sent", "pending"),
        (None, "pending"),
    ],
)
def test_only_two_codes_of_a_receipt_are_final(code, outcome):
    receipt = Receipt.read({"message_id": "A", "status_code": code, "status_text": "t", "error_code": 5})
    assert from_receipt(receipt).outcome == outcome


def test_a_receipt_that_does_not_name_its_message_is_of_the_one_that_was_asked_for():
    assert from_receipt(Receipt.read({"status_code": "201"}), message_id="A").message_id == "A"


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        ("Completed", None, "pending"),
        ("Completed", "201", "delivered"),
        ("Completed", "301", "failed"),
        ("Sent", "200", "pending"),
        ("Sent", "300", "pending"),
        ("Queued", None, "pending"),
        ("Queued:WaitSend", None, "pending"),
        ("Scheduled", None, "pending"),
        ("WaitApproval", None, "pending"),
        ("Failed", None, "failed"),
        ("Failed", "301", "failed"),
        ("Failed", "300", "pending"),
        ("Cancelled", None, "failed"),
        ("CancelledAfterReview", None, "failed"),
        (None, None, "pending"),
    ],
)
def test_the_word_of_the_history_never_proves_delivery_but_may_prove_failure(status, code, outcome):
    row = HistoryRow.read({"message_id": "A", "status": status, "status_code": code})
    assert from_history(row).outcome == outcome


def test_whatever_the_order_of_arrival_a_late_pending_row_undoes_nothing():
    pending = Outcome("A", "pending", "200", to="+15551234567", word="Completed")
    failed = Outcome("A", "failed", "301", "gone")
    for order in itertools.permutations([pending, failed, pending]):
        known = None
        for outcome in order:
            known = merge(known, outcome)
        assert known is not None
        assert (known.outcome, known.status_code, known.to) == ("failed", "301", "+15551234567")


def test_what_reached_the_handset_has_reached_it_also_when_a_failure_was_reported():
    known = merge(Outcome("A", "failed", "301"), Outcome("A", "delivered", "201"))
    assert merge(known, Outcome("A", "failed", "301")).outcome == "delivered"


@pytest.mark.parametrize(
    ("min_delivered", "count", "expected"),
    [(None, 4, 4), (2, 4, 2), (0.5, 4, 2), (0.55, 100, 55), (0.9, 1000, 900), (0.01, 3, 1), (1.0, 3, 3), (0.5, 0, 1)],
)
def test_a_ratio_is_rounded_up_and_not_by_the_errors_of_floats(min_delivered, count, expected):
    assert delivery.needed(min_delivered, count) == expected


@pytest.mark.parametrize("wrong", [0, -1, 0.0, 1.5, -0.1, True, "2", float("nan")])
def test_min_delivered_that_is_neither_count_nor_ratio_is_refused(wrong):
    with pytest.raises(ClickSendConfigError, match="min_delivered"):
        delivery.check_min_delivered(wrong)


def test_a_wait_is_over_when_all_are_delivered_and_lists_each_in_the_order_given():
    waiting = wait("A", "B")
    assert waiting.note(outcomes(B="delivered")) is None
    assert waiting.wanted().ids == ("A",)
    assert waiting.note(outcomes(A="delivered")) == {
        "delivered": 2,
        "failed": 0,
        "pending": 0,
        "unknown": 0,
        "messages": [
            {"message_id": "A", "outcome": "delivered", "status_code": "x", "status_text": "y"},
            {"message_id": "B", "outcome": "delivered", "status_code": "x", "status_text": "y"},
        ],
    }


def test_one_failure_ends_a_wait_for_all_but_not_one_that_only_warns():
    seen = outcomes(A="failed", C="pending")
    summary = wait("A", "B", "C").note(seen)
    assert summary is not None
    assert [summary[state] for state in ("delivered", "failed", "pending", "unknown")] == [0, 1, 1, 1]
    patient = wait("A", "B", "C", on_undelivered="warn")
    assert patient.note(seen) is None
    assert patient.note(outcomes(B="delivered", C="failed")) is not None


def test_enough_is_enough_and_out_of_reach_is_over():
    assert wait("A", "B", "C", min_delivered=1).note(outcomes(A="failed", B="delivered")) is not None
    assert wait("A", "B", "C", min_delivered=0.6).note(outcomes(A="failed")) is None
    assert wait("A", "B", "C", min_delivered=0.6).note(outcomes(A="failed", B="failed")) is not None
    assert wait("A", min_delivered=2).note([]) is not None


def test_outcomes_of_other_peoples_messages_are_left_alone():
    waiting = wait("A")
    assert waiting.note(outcomes(X="delivered", Y="failed")) is None
    assert waiting.known == {}


def test_nothing_to_wait_for_is_over_at_once():
    summary = wait().note([])
    assert summary is not None
    assert delivery.failure(summary, None) is None
    assert delivery.failure(summary, 0.5) is not None


def test_of_a_batch_the_counts_are_kept_and_only_the_failed_are_listed():
    batch = DeliveryWait(Awaited.read(HANDLE), min_delivered=0.9)
    rows = [
        Outcome(f"M{i}", "failed" if i < 10 else "delivered", "301", "t", custom_string=f"{HANDLE['reference']}-x-{i}")
        for i in range(1400)
    ]
    summary = batch.note(rows)
    assert summary is not None
    assert (summary["delivered"], summary["failed"], summary["unknown"]) == (1390, 10, 100)
    assert [message["message_id"] for message in summary["messages"]] == [f"M{i}" for i in range(10)]


def test_the_failure_counts_its_reasons_and_carries_the_failed_messages():
    summary = wait("A", "B", "C").note(
        [Outcome("A", "failed", "301", "Absent subscriber"), Outcome("B", "failed", "301", "Absent subscriber")]
    )
    assert summary is not None
    error = delivery.failure(summary, None)
    assert error is not None
    assert str(error) == ("0 of 3 messages were delivered and 3 were needed; 2 failed: 301 Absent subscriber (2).")
    assert [entry["message_id"] for entry in error.failed] == ["A", "B"]
