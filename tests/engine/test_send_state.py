"""What is written down survives, what cannot be read is not believed, and who cannot write changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from airflow_provider_clicksend.api.models.messages import SendResult
from airflow_provider_clicksend.engine.send_state import (
    MAX_LEAVES,
    OPENING_KEY,
    BatchChangedError,
    GuardedStore,
    Opening,
    SendState,
    StateUnavailableError,
    TaskTry,
)
from airflow_provider_clicksend.messaging.batch_result import BatchResult, Chunk
from tests.support.tasks import StateStore

GOLDEN = Path(__file__).parent.parent / "golden" / "send_state_v1.json"
BATCH = "af-0123456789abcdef-x"


def chunk(count, place=0):
    messages = [{"to": f"+1555{n:07}", "custom_string": f"{BATCH}-{place + n:016x}-0"} for n in range(count)]
    return Chunk(place, messages)


def settled(count, *, listed=True):
    outcome = BatchResult(listed)
    rows = [
        {"status": "SUCCESS", "to": f"+1555{n:07}", "message_id": str(n), "message_price": "0.0154", "message_parts": 1}
        for n in range(count)
    ]
    outcome.add_accepted(SendResult.read({"messages": rows}))
    return outcome


def begun(store, **task_try):
    state = SendState(store)
    first = state.begin(TaskTry(**{"number": 1, "max_tries": 2, **task_try}), now=17.0, is_server_time=True)
    state.open()
    return state, first


def test_a_first_try_begins_and_a_later_one_reads_how():
    store = StateStore()
    assert begun(store)[1]
    state, first = begun(store, number=2)
    assert (first, state.opening.since, state.cleared) == (False, 17.0, False)


@pytest.mark.parametrize("retries_of_today", [0, 1, 5])
def test_a_deploy_that_changes_the_retries_is_not_a_clear(retries_of_today):
    # Airflow keeps max_tries as it was; nothing here asks for today's retries.
    store = StateStore()
    begun(store, max_tries=3)
    state = SendState(store)
    assert not state.begin(TaskTry(2, 3), now=99.0, is_server_time=True, resend_on_clear=True)
    assert (state.cleared, state.opening.generation) == (False, 0)


def test_a_clear_raises_what_airflow_counts_and_begins_anew_only_if_told_to():
    store = StateStore()
    begun(store)
    state = SendState(store)
    assert not state.begin(TaskTry(2, 3), now=99.0, is_server_time=True)
    assert (state.cleared, state.opening.since) == (True, 17.0)
    again = SendState(store)
    assert again.begin(TaskTry(2, 3), now=99.0, is_server_time=True, resend_on_clear=True)
    assert (again.opening.generation, again.opening.since) == (1, 99.0)


@pytest.mark.parametrize("written", ["nonsense", 7, [], {}, {"v": 2, "since": 1}, {"v": 1}, {"v": 1, "since": "x"}])
def test_a_record_that_cannot_be_read_is_not_trusted_and_nothing_leaves_again(written, caplog):
    store = StateStore({OPENING_KEY: json.dumps(written)})
    state, first = begun(store, number=2)
    assert (first, state.opening.trusted, state.opening.leaves) == (False, False, MAX_LEAVES)
    assert caplog.text.count("cannot be read") == 1


@pytest.mark.parametrize(("number", "leaves"), [(2, 1), (3, 2), (9, 2)])
def test_without_a_store_each_earlier_try_may_have_sent_once(number, leaves):
    state, first = begun(None, number=number)
    assert (first, state.opening.trusted, state.opening.leaves) == (False, False, leaves)


@pytest.mark.parametrize("number", [2, 4, 9])
def test_tries_that_were_all_killed_before_they_wrote_anything_keep_nobody_from_being_texted(number):
    state, first = begun(StateStore(), number=number)
    assert (first, state.opening.trusted, state.opening.leaves) == (False, False, 1)


@pytest.mark.parametrize("count", [1, 250, 251, 1000])
def test_a_chunk_is_read_as_it_was_written(count):
    store = StateStore()
    begun(store)[0].write(chunk(count), settled(count), [], leaves=0)
    entry = begun(store, number=2)[0].read(chunk(count))
    assert entry.settled == settled(count)
    assert (entry.unsettled, entry.leaves) == (frozenset(), 0)


def test_no_value_is_larger_than_airflow_advises():
    store = StateStore()
    begun(store)[0].write(chunk(1000), settled(1000), None, leaves=1)
    assert max(len(value) for value in store.values()) < 64 * 1024


def test_what_was_not_written_down_has_not_left():
    entry = begun(StateStore())[0].read(chunk(1))
    assert (entry.settled.accepted, entry.unsettled, entry.leaves) == (0, None, 0)
    assert entry.is_unsettled("anything")


def test_another_list_at_the_same_place_and_another_version_are_noticed():
    store = StateStore()
    state = begun(store)[0]
    state.write(chunk(3), settled(3), [], leaves=0)
    with pytest.raises(BatchChangedError):
        state.read(chunk(2))
    key = f"{OPENING_KEY}.0.0"
    store.set(key, {**store.get(key), "v": 2})
    with pytest.raises(BatchChangedError):
        state.read(chunk(3))


def test_the_batch_knows_how_often_any_of_its_messages_has_left():
    store = StateStore()
    begun(store)[0].write(chunk(3), settled(0), None, leaves=2)
    assert begun(store, number=2)[0].opening.leaves == 2


def test_a_store_that_refuses_a_write_stops_the_try():
    class Refusing(StateStore):
        def set(self, key, value, **options):
            raise RuntimeError("404")

    state = SendState(GuardedStore(Refusing(), (RuntimeError,), {"retention": None}))
    state.begin(TaskTry(), now=17.0, is_server_time=True)
    with pytest.raises(StateUnavailableError, match="newer try of this task has taken over"):
        state.write(chunk(1), settled(0), None, leaves=1)


def test_the_golden_record_of_version_1_is_read():
    store = StateStore({key: json.dumps(value) for key, value in json.loads(GOLDEN.read_text()).items()})
    state, first = begun(store, number=2)
    assert not first
    assert state.opening == Opening(17.0, is_server_time=True, max_tries=2, leaves=1, lag=3.5)
    entry = state.read(chunk(3))
    assert (entry.settled, entry.unsettled, entry.leaves) == (settled(2), {"c"}, 1)


def test_what_is_written_is_what_the_golden_record_shows():
    store = StateStore()
    state = begun(store)[0]
    state.write_opening(replace(state.opening, lag=3.5))
    state.write(chunk(3), settled(2), ["c"], leaves=1)
    assert {key: store.get(key) for key in store} == json.loads(GOLDEN.read_text())
