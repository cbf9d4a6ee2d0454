"""How the history is read: cheaply, again while it is behind, and never guessed."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api import errors
from airflow_provider_clicksend.engine import history as lookup
from airflow_provider_clicksend.engine.history import look_up
from airflow_provider_clicksend.messaging.batch_result import Evidence
from airflow_provider_clicksend.messaging.reference import message_reference
from tests.once.books import Books, Clock, Fuse

BATCH = "af-0123456789abcdef"
SETTLE = 60


class Counted(Books):
    """Books that note what was asked."""

    def __init__(self, clock):
        super().__init__(clock, Fuse())
        self.asked = []

    def history(self, **arguments):
        self.asked.append(arguments)
        return super().history(**arguments)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(lookup, "time", clock)
    return clock


def messages(count):
    numbers = [f"+1555{n:07}" for n in range(count)]
    return [
        {"to": number, "body": "hi", "custom_string": message_reference(BATCH, place, number)}
        for place, number in enumerate(numbers)
    ]


def sent(clock, count, lag=0.0):
    books = Counted(clock)
    books.sends = [("answered", lag)]
    if count:
        books.send(messages(count))
    return books


def look(books, evidence, *, since=None):
    began = books.clock.seconds
    look_up(books, books, evidence, since=int(began) if since is None else since, settled_at=began + SETTLE)
    return books.clock.seconds - began


def test_few_are_asked_for_by_number(clock):
    books = sent(clock, 5)
    evidence = Evidence(messages(5), batch=BATCH)
    look(books, evidence)
    assert evidence.complete
    assert [asked["q"] for asked in books.asked] == [f"to:{message['to']}" for message in messages(5)]


def test_many_are_read_page_by_page_the_newest_first(clock):
    books = sent(clock, 250)
    evidence = Evidence(messages(250), batch=BATCH)
    look(books, evidence)
    assert evidence.complete
    assert [asked.get("page", 1) for asked in books.asked] == [1, 2, 3]
    assert {asked["order_by"] for asked in books.asked} == {"date:desc"}


def test_reading_ends_with_the_page_that_shows_the_last_one(clock):
    books = sent(clock, 250)
    wanted = messages(250)[-60:]
    look(books, Evidence(wanted, batch=BATCH))
    assert len(books.asked) == 1


def test_a_history_that_is_behind_is_asked_how_long_it_is_until_it_may_hold_all(clock):
    books = sent(clock, 250, lag=20)
    evidence = Evidence(messages(250), batch=BATCH)
    waited = look(books, evidence)
    assert evidence.complete
    assert 20 <= waited <= 40
    assert len(books.asked) <= 3 + 6


def test_a_silent_history_is_waited_for_and_costs_little(clock):
    books = sent(clock, 0)
    evidence = Evidence(messages(250), batch=BATCH)
    waited = look(books, evidence)
    assert evidence.missing == messages(250)
    assert SETTLE <= waited <= SETTLE + 3
    assert len(books.asked) <= 8


def test_what_was_read_at_length_is_not_read_again_until_there_is_more(clock):
    books = sent(clock, 250)
    somebody_else = [
        {**message, "custom_string": f"af-fedcba9876543210-{n}-x"} for n, message in enumerate(messages(9))
    ]
    evidence = Evidence(somebody_else, batch="af-fedcba9876543210")
    look(books, evidence)
    assert len(books.asked) <= 3 + 8
    assert len(evidence.missing) == 9


def test_an_accepted_message_that_shows_at_the_last_moment_is_found(clock):
    books = sent(clock, 9, lag=SETTLE)
    evidence = Evidence(messages(9), batch=BATCH)
    look(books, evidence)
    assert evidence.complete


def test_a_clock_that_differs_from_clicksends_loses_nothing(clock):
    books = sent(clock, 9)
    evidence = Evidence(messages(9), batch=BATCH)
    look(books, evidence, since=int(clock.seconds) + lookup.CLOCK_MARGIN - 10)
    assert evidence.complete


def test_a_history_that_cannot_be_read_is_an_error_that_masks_numbers(clock):
    books = sent(clock, 2)
    books.unreadable = 1
    with pytest.raises(errors.ClickSendOutcomeUnknownError, match="history cannot be read") as caught:
        look(books, Evidence(messages(2), batch=BATCH))
    assert caught.value.unknown[0] == {"to": "+1555***0000", "custom_string": messages(1)[0]["custom_string"]}
    assert "5550000" not in str(caught.value)
