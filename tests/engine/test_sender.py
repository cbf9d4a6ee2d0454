"""The order of things: what is written down before what leaves, and what is done when nobody can say what happened."""

from __future__ import annotations

import logging

import pytest

from airflow_provider_clicksend.api import errors
from airflow_provider_clicksend.api.models.outgoing import SmsMessage
from airflow_provider_clicksend.engine import history as lookup
from airflow_provider_clicksend.engine import recovery, requests, sender
from airflow_provider_clicksend.engine.requests import SendRequest
from airflow_provider_clicksend.engine.send_state import GuardedStore, SendState, StateUnavailableError, TaskTry
from airflow_provider_clicksend.engine.sender import Sender, SendStoppedError
from airflow_provider_clicksend.messaging.batch import Batch
from tests.once.account import Account, Clock, Fuse, Killed, MortalStore

BATCH = "af-0123456789abcdef-x"
SETTLE = 60.0
NUMBERS = [f"+1555{n:07}" for n in range(4)]
PLACE = "clicksend.send.0.0"


class Desk:
    """Makes senders of one batch, each for another try, over the same history and the same store."""

    def __init__(self, clock):
        self.fuse = Fuse()
        self.account = Account(clock, self.fuse)
        self.store = MortalStore(fuse=self.fuse)
        self.tries = 0

    def run(self, *, to=NUMBERS, store=True, on_unknown="resend", clears=0, prepare=lambda sender: None):
        self.tries += 1
        batch = Batch(to, {"body": "hi"}, BATCH, SmsMessage, frozenset())
        request = SendRequest("sms", batch, settle=SETTLE, on_unknown=on_unknown)
        state = SendState(GuardedStore(self.store, (RuntimeError,), {}) if store else None)
        this_try = TaskTry(self.tries, 3 + clears, began=self.account.clock.seconds - 1)
        first = state.begin(this_try, now=self.account.clock.now(), is_server_time=True, resend_on_clear=True)
        self.sender = Sender(self.account, request, state)
        prepare(self.sender)
        return self.sender.run(this_try, is_first=first).result

    def texted(self):
        return [line.to for line in self.account.accepted]


@pytest.fixture
def desk(monkeypatch):
    clock = Clock()
    for module in (recovery, lookup):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(requests, "CHUNK", 2)
    return Desk(clock)


def test_what_is_about_to_leave_is_written_down_before_it_leaves(desk):
    seen = []
    send = desk.account.send
    desk.account.send = lambda messages: (seen.append(desk.store.get(PLACE)), send(messages))[1]
    desk.run()
    assert seen[0]["leaves"] == 1
    assert desk.store.get(PLACE)["leaves"] == 0
    assert desk.store.get(PLACE)["settled"]["accepted"] == 2


def test_a_try_that_was_killed_before_anything_left_is_followed_without_a_look_up(desk):
    desk.fuse.left = 3
    with pytest.raises(Killed):
        desk.run()
    desk.fuse.left = None
    began = desk.account.clock.seconds
    assert desk.run().accepted == 4
    assert desk.account.clock.seconds - began < 1


def test_a_request_that_never_gets_an_answer_leaves_twice_over_all_tries(desk):
    desk.account.sends = [("accepted and lost", 1e9)] * 9
    for _ in range(4):
        with pytest.raises(errors.ClickSendOutcomeUnknownError) as caught:
            desk.run()
    assert "not sent again" in str(caught.value)
    assert [desk.texted().count(number) for number in NUMBERS[:2]] == [2, 2]
    assert "+1555***0000" in {entry["to"] for entry in caught.value.unknown}


def test_what_nobody_can_say_of_some_does_not_keep_the_others_from_being_sent(desk):
    desk.account.sends = [("accepted and lost", 1e9)] * 2
    for _ in range(2):
        with pytest.raises(errors.ClickSendOutcomeUnknownError):
            desk.run()
    assert [desk.texted().count(number) for number in NUMBERS] == [2, 2, 1, 1]


def test_without_a_memory_a_try_sends_once_and_only_the_second_sends_again(desk):
    desk.account.sends = [("lost", 0.0)] * 9
    for _ in range(4):
        with pytest.raises(errors.ClickSendOutcomeUnknownError):
            desk.run(store=False)
    assert len(desk.account.sends) == 7


def test_a_text_that_is_late_in_the_history_is_waited_for_longer_the_next_time(desk):
    desk.account.sends = [("accepted and lost", 0.9 * SETTLE), ("accepted and lost", 1.3 * SETTLE)]
    assert desk.run().accepted == 4
    assert desk.texted() == NUMBERS


def test_on_unknown_fail_never_sends_again(desk):
    desk.account.sends = [("lost", 0.0)]
    for _ in range(2):
        with pytest.raises(errors.ClickSendOutcomeUnknownError):
            desk.run(on_unknown="fail")
    assert not set(desk.texted()) & set(NUMBERS[:2])


def test_what_was_in_doubt_stays_so_when_the_next_request_is_turned_away(desk):
    # Beyond the promise: this history needs longer than anybody waits, and still nobody is texted twice.
    desk.account.sends = [("accepted and lost", 3 * SETTLE), ("turned away", 0.0)]
    with pytest.raises(errors.ClickSendRateLimitError):
        desk.run()
    desk.account.clock.sleep(3 * SETTLE)
    desk.run()
    assert desk.texted() == NUMBERS


def test_sending_again_names_the_messages_by_their_references_only(desk, caplog):
    desk.account.sends = [("lost", 0.0)]
    with caplog.at_level(logging.WARNING):
        desk.run()
    assert "The history shows nothing of 2 messages for 60 s" in caplog.text
    assert "its silence proves nothing" in caplog.text
    assert BATCH in caplog.text
    assert NUMBERS[0] not in caplog.text


def test_a_history_that_cannot_be_read_stops_everything(desk):
    desk.account.sends, desk.account.unreadable = [("accepted and lost", 0.0)], 99
    with pytest.raises(errors.ClickSendOutcomeUnknownError, match="cannot be read"):
        desk.run()
    assert desk.texted() == NUMBERS[:2]


def test_what_is_settled_is_told_although_the_rest_fails(desk):
    desk.account.sends = [("answered", 0.0), ("turned away", 0.0)]
    with pytest.raises(errors.ClickSendRateLimitError):
        desk.run()
    result = desk.sender.sent.result
    assert (result.accepted, [row["to"] for row in result.rows]) == (2, NUMBERS[:2])


def test_a_sender_that_is_stopped_lets_nothing_more_leave(desk):
    with pytest.raises(SendStoppedError, match="2 messages of this request were not sent"):
        desk.run(prepare=lambda sender: sender.stop())
    assert desk.texted() == []


def test_a_try_that_cannot_write_any_more_sends_nothing_more(desk):
    """Airflow answers an old try's write with 404: that write is the fence."""
    send, write = desk.account.send, desk.store.set

    def superseded(key, value, **options):
        raise RuntimeError("404")

    def send_and_be_superseded(messages):
        desk.store.set = superseded
        return send(messages)

    desk.account.send = send_and_be_superseded
    with pytest.raises(StateUnavailableError):
        desk.run()
    assert desk.texted() == NUMBERS[:2]
    desk.store.set, desk.account.send = write, send
    assert desk.run().accepted == 4
    assert desk.texted() == NUMBERS


def test_cancelling_counts_what_was_cancelled_and_leaves_what_was_sent_meanwhile(desk):
    gone = NUMBERS[1]

    def cancel(message_id):
        if next(line.to for line in desk.account.accepted if line.message_id == message_id) == gone:
            raise errors.ClickSendNotFoundError("404", status=404)

    desk.account.cancel = cancel
    desk.account.scheduled_at = desk.account.clock.seconds + 3600
    desk.run()
    assert desk.sender.cancel_scheduled() == len(NUMBERS) - 1


@pytest.mark.parametrize("kind", ["lost", "accepted and lost"])
def test_an_accepted_text_is_not_taken_for_an_equal_one_in_doubt(desk, kind):
    desk.account.echo = "null"
    desk.account.sends = [("answered", 0.0), (kind, 0.0)]
    result = desk.run(to=NUMBERS[:1] * 3)
    assert result.accepted == len(desk.texted()) == 3
    assert {row["message_id"] for row in result.rows} == {line.message_id for line in desk.account.accepted}


def test_without_their_ids_equal_texts_in_doubt_are_reported_rather_than_guessed(desk, monkeypatch):
    monkeypatch.setattr(requests, "MAX_LISTED", 2)
    desk.account.echo = "null"
    desk.account.sends = [("answered", 0.0), ("lost", 0.0)]
    with pytest.raises(errors.ClickSendOutcomeUnknownError):
        desk.run(to=NUMBERS[:1] * 3)
    assert len(desk.texted()) == 2


def test_a_text_from_just_before_a_clear_is_not_taken_for_one_after_it(desk):
    desk.account.echo = "null"
    desk.run(to=NUMBERS[:1])
    desk.account.sends = [("lost", 0.0)]
    assert desk.run(to=NUMBERS[:1], clears=1).accepted == 1
    assert len(desk.texted()) == 2


def test_a_long_send_says_how_far_it_is_and_a_short_one_nothing(desk, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    desk.run()
    assert "of 4 messages:" not in caplog.text
    monkeypatch.setattr(sender, "PROGRESS_EVERY", 0)
    desk.store = MortalStore(fuse=desk.fuse)
    desk.run(to=[f"+1666{n:07}" for n in range(4)])
    assert "2 of 4 messages: 2 accepted, 0 refused." in caplog.text
