"""What is written down survives, and what was half written is not believed."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.models.messages import SendResult
from airflow_provider_clicksend.engine.send_state import BatchChangedError, Ledger, Opening
from airflow_provider_clicksend.messaging.batch_result import Chunk, Tally
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS
from tests.support.tasks import StateStore

BATCH = "af-0123456789abcdef"

needs_a_store = pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="Airflow 3.3 brought the store")


def chunk(count, place=0):
    messages = [{"to": f"+1555{n:07}", "custom_string": f"{BATCH}-{place + n}-0123456789"} for n in range(count)]
    return Chunk(place, messages)


def settled(count, *, listed=True):
    tally = Tally(listed)
    rows = [
        {"status": "SUCCESS", "to": f"+1555{n:07}", "message_id": str(n), "message_price": "0.0154", "message_parts": 1}
        for n in range(count)
    ]
    tally.add_accepted(SendResult.read({"messages": rows}))
    return tally


def test_without_a_store_nothing_is_known_and_nothing_written():
    ledger = Ledger(None, BATCH, listed=True)
    ledger.open(Opening(since=1, trusted=True))
    ledger.write(chunk(1), settled(1), [], in_flight=False)
    assert ledger.opening() is None


@needs_a_store
def test_how_a_batch_was_begun_is_known_to_later_tries_of_it_only():
    store = StateStore()
    Ledger(store, BATCH, listed=True).open(Opening(since=17, trusted=False))
    assert Ledger(store, BATCH, listed=True).opening() == Opening(since=17, trusted=False)
    assert Ledger(store, "af-another", listed=True).opening() is None


@needs_a_store
@pytest.mark.parametrize("count", [1, 250, 251, 1000])
def test_a_chunk_is_read_as_it_was_written(count):
    store = StateStore()
    Ledger(store, BATCH, listed=True).write(chunk(count), settled(count), [], in_flight=False)
    entry = Ledger(store, BATCH, listed=True).read(chunk(count))
    assert entry.settled == settled(count)
    assert (entry.unsettled, entry.in_flight) == (frozenset(), False)


@needs_a_store
def test_no_value_is_larger_than_airflow_advises():
    store = StateStore()
    Ledger(store, BATCH, listed=True).write(chunk(1000), settled(1000), None, in_flight=True)
    assert max(len(value) for value in store.values()) < 64 * 1024


@needs_a_store
def test_what_the_ledger_does_not_know_has_not_left():
    entry = Ledger(StateStore(), BATCH, listed=True).read(chunk(1))
    assert (entry.settled.accepted, entry.unsettled, entry.in_flight) == (0, None, False)
    assert entry.is_unsettled("anything")


@needs_a_store
def test_another_list_at_the_same_place_is_noticed():
    store = StateStore()
    ledger = Ledger(store, BATCH, listed=True)
    ledger.write(chunk(3), settled(3), [], in_flight=False)
    with pytest.raises(BatchChangedError):
        ledger.read(chunk(2))


@needs_a_store
def test_rows_written_by_a_try_that_was_killed_before_it_counted_them_are_left_out():
    store = StateStore()
    ledger = Ledger(store, BATCH, listed=True)
    ledger.write(chunk(3), settled(1), ["b", "c"], in_flight=True)
    counted = store[f"clicksend.{BATCH}.0"]
    ledger.write(chunk(3), settled(3), [], in_flight=False)
    store[f"clicksend.{BATCH}.0"] = counted
    entry = ledger.read(chunk(3))
    assert entry.settled == settled(1)
    assert entry.unsettled == {"b", "c"}
