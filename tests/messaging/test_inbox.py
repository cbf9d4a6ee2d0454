"""What a watcher remembers, over the death of its triggerer at any moment."""

from __future__ import annotations

import json

import pytest

from airflow_provider_clicksend.messaging.inbox import CLOCK_SKEW, KEEP, MOST, Inbox
from airflow_provider_clicksend.messaging.replies import Reply

NOW = 1_800_000_000


def text(name: str, at: int | None = NOW) -> Reply:
    return Reply(name, None, "+15551234567", None, name, at, None)


def after_death(inbox: Inbox, received: object = None) -> Inbox:
    found = Inbox.read(json.loads(json.dumps(inbox.as_json())), received)
    assert found is not None
    return found


def test_what_is_there_at_the_beginning_starts_nothing() -> None:
    inbox = Inbox.begin([text("old"), text("timeless", None)], NOW)
    assert not inbox.is_new(text("old"))
    assert not inbox.is_new(text("timeless", None))
    assert not inbox.is_new(text("older, and not seen before", NOW - CLOCK_SKEW - 1))
    assert inbox.is_new(text("new", NOW + 1))


def test_a_text_is_judged_once_and_that_survives() -> None:
    inbox = Inbox.begin([], NOW)
    inbox.judge([text("a")], NOW)
    assert not inbox.is_new(text("a"))
    assert not after_death(inbox).is_new(text("a"))


def test_an_event_that_nobody_is_known_to_have_got_is_sent_again() -> None:
    inbox = Inbox.begin([], NOW)
    assert inbox.send([text("a")], NOW) == 1
    assert not inbox.is_new(text("a")), "not by the same triggerer"
    again = after_death(inbox)
    assert again.is_new(text("a"))
    assert again.send([text("a")], NOW) == 2


def test_an_event_that_a_dag_has_got_is_not_sent_again() -> None:
    inbox = Inbox.begin([], NOW)
    inbox.send([text("a")], NOW)
    inbox.send([text("b")], NOW)
    again = after_death(inbox, received=1)
    assert not again.is_new(text("a"))
    assert again.is_new(text("b"))


def test_an_event_that_airflow_has_stored_is_not_sent_again() -> None:
    inbox = Inbox.begin([], NOW)
    inbox.stored(inbox.send([text("a")], NOW))
    assert not after_death(inbox).is_new(text("a"))


def test_an_event_that_did_not_leave_is_forgotten() -> None:
    inbox = Inbox.begin([], NOW)
    inbox.take_back(inbox.send([text("a")], NOW))
    assert inbox.is_new(text("a"))


def test_numbers_never_go_back() -> None:
    inbox = Inbox.begin([], NOW)
    inbox.send([text("a")], NOW)
    assert after_death(inbox, received=7).send([text("b")], NOW) == 8


def test_what_is_too_old_to_be_seen_as_new_is_forgotten() -> None:
    inbox = Inbox.begin([text("a")], NOW)
    inbox.looked(NOW + KEEP + 10)
    assert inbox.judged == {}
    assert not inbox.is_new(text("a"))
    assert inbox.is_new(text("b", NOW + 11))


def test_the_memory_stays_small_in_a_busy_account() -> None:
    inbox = Inbox.begin([], NOW)
    inbox.judge([text(str(n), NOW + n) for n in range(3 * MOST)], NOW)
    inbox.looked(NOW + 3 * MOST)
    assert len(inbox.judged) < MOST
    assert not any(inbox.is_new(text(str(n), NOW + n)) for n in range(3 * MOST))
    assert len(json.dumps(inbox.as_json())) < 65536


@pytest.mark.parametrize("stored", [None, 7, [], {}, {"floor": "x"}, {"floor": 1, "judged": 3}])
def test_what_cannot_be_read_is_no_memory(stored: object) -> None:
    assert Inbox.read(stored, None) is None
