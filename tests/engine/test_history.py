"""How the history is read: cheaply, again while it is behind, and never guessed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from airflow_provider_clicksend.api import errors
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.contacts import Contact
from airflow_provider_clicksend.engine import history as lookup
from airflow_provider_clicksend.engine.history import HistoryReader
from airflow_provider_clicksend.messaging.history_match import HistoryMatch
from airflow_provider_clicksend.messaging.reference import message_reference, words_mark
from tests.once.account import Account, Clock, Fuse

BATCH = "af-0123456789abcdef-x"
SETTLE = 60


class Counted(Account):
    """An account that notes what it was asked."""

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


def messages(count, body="hi"):
    fields = [{"to": f"+1555{n:07}", "body": body} for n in range(count)]
    return [{**one, "custom_string": message_reference(BATCH, words_mark(one))} for one in fields]


def sent(clock, count, lag=0.0):
    account = Counted(clock)
    account.sends = [("answered", lag)]
    if count:
        account.send(messages(count))
    return account


def match_of(clock, wanted):
    return HistoryMatch(wanted, since=int(clock.seconds))


def look(account, match, *, since=None):
    began = account.clock.seconds
    since = int(began) if since is None else since
    look.result = HistoryReader(account, account, match, since=since - lookup.MARGIN, asked=began).look_up(SETTLE)
    return account.clock.seconds - began


def test_few_are_asked_for_by_number(clock):
    account = sent(clock, 5)
    match = match_of(clock, messages(5))
    look(account, match)
    assert match.complete
    assert [asked["q"] for asked in account.asked] == [f"to:{message['to']}" for message in messages(5)]


def test_many_are_read_page_by_page_the_newest_first(clock):
    account = sent(clock, 250)
    match = match_of(clock, messages(250))
    look(account, match)
    assert match.complete
    assert [asked.get("page", 1) for asked in account.asked] == [1, 2, 3]
    assert {asked["order_by"] for asked in account.asked} == {"date:desc"}


def test_reading_ends_with_the_page_that_shows_the_last_one(clock):
    account = sent(clock, 250)
    wanted = messages(250)[-60:]
    look(account, match_of(clock, wanted))
    assert len(account.asked) == 1


def test_a_history_that_is_behind_is_asked_how_long_it_is_until_it_may_hold_all(clock):
    account = sent(clock, 250, lag=20)
    match = match_of(clock, messages(250))
    waited = look(account, match)
    assert match.complete
    assert 20 <= waited <= 40
    assert len(account.asked) <= 3 + 6


def test_a_silent_history_is_waited_for_and_costs_little(clock):
    account = sent(clock, 0)
    match = match_of(clock, messages(250))
    waited = look(account, match)
    assert match.missing == messages(250)
    assert 2 * SETTLE <= waited <= 2 * SETTLE + 3  # nothing newer shows, so that silence proves little
    assert not look.result.is_caught_up
    assert len(account.asked) <= 18


def test_what_was_read_at_length_is_not_read_again_until_there_is_more(clock):
    account = sent(clock, 250)
    match = match_of(clock, messages(9, "other words"))
    look(account, match)
    assert len(account.asked) <= 2 * 3 + 18
    assert len(match.missing) == 9


def test_an_accepted_message_that_shows_at_the_last_moment_is_found(clock):
    account = sent(clock, 9, lag=SETTLE)
    match = match_of(clock, messages(9))
    look(account, match)
    assert match.complete


def test_a_clock_that_differs_from_clicksends_loses_nothing(clock):
    account = sent(clock, 9)
    match = match_of(clock, messages(9))
    look(account, match, since=int(clock.seconds) + lookup.MARGIN - 10)
    assert match.complete


def test_a_history_that_cannot_be_read_is_an_error_that_masks_numbers(clock):
    account = sent(clock, 2)
    account.unreadable = 99
    with pytest.raises(errors.ClickSendOutcomeUnknownError, match="history cannot be read") as caught:
        look(account, match_of(clock, messages(2)))
    assert caught.value.unknown[0] == {"to": "+1555***0000", "custom_string": messages(1)[0]["custom_string"]}
    assert "5550000" not in str(caught.value)


def test_silence_counts_at_once_when_the_history_shows_something_newer(clock):
    account = sent(clock, 0)
    match = match_of(clock, messages(9))
    clock.sleep(5)
    began = clock.seconds
    clock.sleep(5)
    account.send(messages(1, "somebody else's text"))
    reader = HistoryReader(account, account, match, since=began - lookup.MARGIN, asked=began)
    found = reader.look_up(SETTLE)
    assert found.is_caught_up
    assert clock.seconds - began < SETTLE + 20


def test_a_filter_that_finds_nothing_is_not_yet_a_no(clock):
    account = sent(clock, 2)
    account.filters = False
    match = match_of(clock, messages(2))
    look(account, match)
    assert match.complete


def test_the_lag_that_was_seen_is_told(clock):
    account = sent(clock, 9, lag=20)
    look(account, match_of(clock, messages(9)))
    assert 15 <= look.result.lag <= 40


@pytest.mark.parametrize("echo", ["exact", "null"])
def test_the_recipients_of_a_list_are_counted_to_the_end_when_the_history_shows_them_one_by_one(clock, echo):
    to_list = {"list_id": 7, "body": "hi", "custom_string": message_reference(BATCH, words_mark({"list_id": 7}))}
    account = Counted(clock)
    account.echo = echo
    contacts = [Contact(contact_id=n, phone_number=one["to"]) for n, one in enumerate(messages(10))]
    page_of_all = Page(rows=contacts, total=10, current_page=1, last_page=1, per_page=100)
    account.contacts = SimpleNamespace(list=lambda list_id, page: page_of_all)
    for number, lag in enumerate((0, 0, 0.5, 0.5, 1.2, 1.2, 1.2, 2, 2, 2)):
        account.sends = [("answered", lag)]
        account.send([{**messages(10)[number], "custom_string": to_list["custom_string"]}])
    account.asked.clear()
    match = match_of(clock, [to_list])
    look(account, match)
    assert len(match.rows(to_list)) == 10
    assert len(account.asked) <= 5


def test_a_list_that_was_found_stays_found_when_the_history_cannot_be_read_on(clock, caplog):
    to_list = {"list_id": 7, "body": "hi", "custom_string": message_reference(BATCH, words_mark({"list_id": 7}))}
    account = sent(clock, 0)
    account.send([{**messages(1)[0], "custom_string": to_list["custom_string"]}])
    history = account.history

    def once(**arguments):
        account.unreadable = 9 if account.asked else 0
        return history(**arguments)

    account.history, account.sms = once, account
    caplog.set_level("WARNING")
    match = match_of(clock, [to_list])
    look(account, match)
    assert len(match.rows(to_list)) == 1
    assert "may have more recipients than the 1 that show" in caplog.text


def crowded(clock, *, others, filters):
    """Two texts of ours, of which the second never came, and then many of others."""
    account = sent(clock, 1)
    account.filters = filters
    account.send([{"to": f"+1666{n:07}", "body": "theirs", "custom_string": ""} for n in range(others)])
    account.asked.clear()
    return account, match_of(clock, messages(2))


def test_where_the_search_by_number_is_proved_a_busy_account_costs_no_more(clock):
    account, match = crowded(clock, others=3_000, filters=True)
    look(account, match)
    assert match.missing == messages(2)[1:]
    assert len(account.asked) <= 30


def test_where_it_is_not_the_history_is_read_back_to_the_first_request(clock):
    account, match = crowded(clock, others=3_000, filters=False)
    look(account, match)
    assert match.missing == messages(2)[1:]


def test_a_history_that_cannot_be_read_back_so_far_proves_nothing(clock):
    account, match = crowded(clock, others=10_100, filters=False)
    with pytest.raises(lookup.HistoryUnreadableError, match="more than 10000 messages since they left"):
        look(account, match)
