"""The order of things: what is written down before what leaves, and what is done when nobody can say what happened."""

from __future__ import annotations

import logging

import pytest

from airflow_provider_clicksend.api import errors
from airflow_provider_clicksend.engine import history as lookup
from airflow_provider_clicksend.engine import sender as sending
from airflow_provider_clicksend.engine.send_state import Ledger
from airflow_provider_clicksend.engine.sender import MAX_SENDS, Policy, Sender, SendStoppedError
from airflow_provider_clicksend.messaging.batch_result import Chunk
from airflow_provider_clicksend.messaging.reference import message_reference
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS
from tests.once.books import Books, Clock, Fuse, Killed, MortalStore
from tests.support.tasks import STORES

BATCH = "af-0123456789abcdef"
SETTLE = 60.0
NUMBERS = [f"+1555{n:07}" for n in range(4)]
PLACE = f"clicksend.{BATCH}.0"

needs_a_store = pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="Airflow 3.3 brought the store")


class Desk:
    """Makes senders of one batch, each for another try, over the same books and the same store."""

    def __init__(self, clock):
        self.fuse = Fuse()
        self.books = Books(clock, self.fuse)
        self.store = MortalStore(fuse=self.fuse)

    def chunks(self):
        messages = [
            {"to": number, "body": "hi", "custom_string": message_reference(BATCH, place, number)}
            for place, number in enumerate(NUMBERS)
        ]
        return [Chunk(0, messages[:2]), Chunk(2, messages[2:])]

    def sender(self, *, store=False, on_unknown="resend"):
        ledger = Ledger(self.store if store else None, BATCH, listed=True)
        policy = Policy(settle=SETTLE, on_unknown=on_unknown)
        return Sender(self.books, "sms", self.chunks, ledger=ledger, batch=BATCH, policy=policy, listed=True)

    def texted(self):
        return [line.to for line in self.books.lines]


@pytest.fixture
def desk(monkeypatch):
    clock = Clock()
    for module in (sending, lookup):
        monkeypatch.setattr(module, "time", clock)
    return Desk(clock)


@needs_a_store
def test_what_is_about_to_leave_is_written_down_before_it_leaves(desk):
    seen = []
    send = desk.books.send
    desk.books.send = lambda messages: (seen.append(desk.store.get(PLACE)), send(messages))[1]
    desk.sender(store=True).run(since=None)
    assert seen[0]["in_flight"]
    assert not desk.store.get(PLACE)["in_flight"]
    assert desk.store.get(PLACE)["settled"]["accepted"] == 2


@needs_a_store
def test_a_try_that_was_killed_before_anything_left_is_followed_without_a_look_up(desk):
    desk.fuse.left = 3
    with pytest.raises(Killed):
        desk.sender(store=True).run(since=None)
    desk.fuse.left = None
    assert desk.store.get(f"clicksend.{BATCH}") is not None
    assert desk.store.get(PLACE) is None
    began = desk.books.clock.seconds
    sender = desk.sender(store=True)
    sender.run(since=int(began))
    assert sender.tally.accepted == 4
    assert desk.books.clock.seconds - began < 1


@pytest.mark.parametrize("store", STORES)
def test_a_request_that_never_gets_an_answer_is_given_up_and_a_later_try_goes_on(desk, store):
    desk.books.sends = [("lost", 0.0)] * MAX_SENDS
    with pytest.raises(errors.ClickSendOutcomeUnknownError, match="sent 3 times without an answer") as caught:
        desk.sender(store=store).run(since=None)
    assert [entry["to"] for entry in caught.value.unknown] == ["+1555***0000", "+1555***0001"]
    assert desk.texted() == []
    desk.sender(store=store).run(since=0)
    assert desk.texted() == NUMBERS


@needs_a_store
def test_what_was_in_doubt_stays_so_when_the_next_request_is_turned_away(desk):
    # Beyond the promise: this history needs longer than `settle`, and still nobody is texted twice.
    desk.books.sends = [("accepted and lost", 2 * SETTLE), ("turned away", 0.0)]
    with pytest.raises(errors.ClickSendRateLimitError):
        desk.sender(store=True).run(since=None)
    desk.books.clock.sleep(2 * SETTLE)
    desk.sender(store=True).run(since=None)
    assert desk.texted() == NUMBERS


def test_sending_again_names_the_messages_by_their_references_only(desk, caplog):
    desk.books.sends = [("lost", 0.0)]
    with caplog.at_level(logging.WARNING):
        desk.sender().run(since=None)
    assert "The history shows nothing of 2 messages for 60 s" in caplog.text
    assert message_reference(BATCH, 0, NUMBERS[0]) in caplog.text
    assert NUMBERS[0] not in caplog.text


def test_a_history_that_cannot_be_read_stops_everything(desk):
    desk.books.sends, desk.books.unreadable = [("accepted and lost", 0.0)], 1
    with pytest.raises(errors.ClickSendOutcomeUnknownError, match="cannot be read"):
        desk.sender().run(since=None)
    assert desk.texted() == NUMBERS[:2]


def test_what_is_settled_is_told_although_the_rest_fails(desk):
    desk.books.sends = [("answered", 0.0), ("turned away", 0.0)]
    sender = desk.sender()
    with pytest.raises(errors.ClickSendRateLimitError):
        sender.run(since=None)
    assert (sender.tally.accepted, [row["to"] for row in sender.tally.rows]) == (2, NUMBERS[:2])


def test_a_sender_that_is_stopped_lets_nothing_more_leave(desk):
    sender = desk.sender()
    sender.stop()
    with pytest.raises(SendStoppedError, match="2 messages of this request were not sent"):
        sender.run(since=None)
    assert desk.texted() == []


def test_cancelling_counts_what_was_cancelled_and_leaves_what_was_sent_meanwhile(desk):
    gone = NUMBERS[1]

    def cancel(message_id):
        if next(line.to for line in desk.books.lines if line.message_id == message_id) == gone:
            raise errors.ClickSendNotFoundError("404", status=404)

    desk.books.cancel = cancel
    desk.books.scheduled_at = desk.books.clock.seconds + 3600
    sender = desk.sender()
    sender.run(since=None)
    assert sender.cancel_scheduled() == len(NUMBERS) - 1
