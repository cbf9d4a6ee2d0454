"""What the history proves: by reference, else by number, words and time, each row once."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.models.messages import HistoryRow
from airflow_provider_clicksend.messaging.history_match import HistoryMatch, is_same_words
from airflow_provider_clicksend.messaging.reference import batch_reference, message_reference, words_mark

ANN, BOB = "+15551230001", "+15551230002"
BATCH = batch_reference("dag", "run", "task", -1)
SENT_AT = 1_800_000_000


def message(to=ANN, body="Load 1.2M rows?", number=0, batch=BATCH, **more):
    reference = message_reference(batch, words_mark({"to": to, "body": body}), number)
    return {"to": to, "body": body, "custom_string": reference, **more}


def row(sent, message_id="1", **changes):
    fields = {"to": sent.get("to"), "body": sent["body"], "custom_string": sent["custom_string"], "date": SENT_AT}
    return HistoryRow(**{"message_id": message_id, "direction": "out", "status": "Sent", **fields, **changes})


def found(wanted, *rows):
    match = HistoryMatch(wanted, since=SENT_AT)
    for one in rows:
        match.add(one)
    return [one for one in wanted if match.rows(one)]


@pytest.mark.parametrize("echo", [None, "", "af-cut", "somebody else's"])
@pytest.mark.parametrize("to", [ANN, "15551230001", "(555) 123-0001", "5551230001"])
def test_without_our_reference_number_words_and_time_count(echo, to):
    assert found([message()], row(message(), custom_string=echo, to=to))


def test_our_reference_counts_however_the_history_writes_the_number_and_the_letters():
    sent = message()
    assert found([sent], row(sent, to="?", body=None, custom_string=sent["custom_string"].upper()))


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": "in"},
        {"status": "INVALID_RECIPIENT"},
        {"custom_string": None, "date": SENT_AT - 60},
        {"custom_string": None, "body": "other words"},
        {"custom_string": None, "to": BOB},
        {"custom_string": None, "body": None},
    ],
    ids=["a reply", "a refusal", "an earlier text", "other words", "another person", "no words"],
)
def test_other_rows_prove_nothing(changes):
    assert not found([message()], row(message(), **changes))


@pytest.mark.parametrize(
    ("changes", "uncertain"),
    [({}, True), ({"date": SENT_AT - 90_000}, False), ({"body": "other words"}, False), ({"to": BOB}, False)],
    ids=["the same text", "too long ago", "other words", "another person"],
)
def test_where_the_clock_may_be_wrong_an_older_row_says_neither_yes_nor_no(changes, uncertain):
    sent = message()
    match = HistoryMatch([sent], since=SENT_AT, doubtful_since=SENT_AT - 80_000)
    match.add(row(sent, **{"custom_string": None, "date": SENT_AT - 70_000, **changes}))
    assert match.missing == [sent]
    assert match.is_uncertain(sent) is uncertain


def test_a_text_of_another_task_with_the_same_words_is_not_ours():
    elsewhere = message(batch=batch_reference("dag", "run", "another", -1))
    assert not found([message()], row(elsewhere))


def test_the_same_text_is_ours_whatever_its_map_index_was():
    assert found([message()], row(message(batch=batch_reference("dag", "run", "task", 4))))


def test_another_body_is_another_text():
    assert not found([message(body="new words")], row(message(body="old words")))


def test_each_row_counts_once():
    twice = [message(number=0), message(number=1)]
    one = row(twice[0], custom_string=None)
    assert len(found(twice, one, one)) == 1
    assert len(found(twice, one, row(twice[0], "2", custom_string=None))) == 2


def test_a_national_number_that_two_of_ours_end_like_is_uncertain():
    wanted = [message(to="+61411000001"), message(to="+49411000001")]
    match = HistoryMatch(wanted, since=SENT_AT)
    match.add(row(wanted[0], to="0411 000 001", custom_string=None))
    assert [match.is_uncertain(one) for one in wanted] == [True, True]
    assert not match.complete


def test_a_row_that_hides_its_words_makes_a_message_uncertain():
    match = HistoryMatch([message()], since=SENT_AT)
    match.add(row(message(), custom_string=None, body=None))
    assert match.is_uncertain(message())


def test_a_reference_of_the_users_counts_for_its_number_and_words_only():
    own = {"to": ANN, "body": "hi", "custom_string": "order-17"}
    assert not found([own], row({**own, "to": BOB}))
    assert not found([own], row({**own, "body": "ho"}))
    assert found([own], row(own, to=ANN.removeprefix("+"), custom_string="ORDER-17"))


def test_every_row_with_the_reference_of_a_list_is_one_of_its_contacts():
    to_list = {"list_id": 7, "body": "hi", "custom_string": message_reference(BATCH, words_mark({"list_id": 7}))}
    match = HistoryMatch([to_list], since=SENT_AT)
    for number, to in enumerate((ANN, BOB)):
        match.add(row(to_list, str(number), to=to))
    assert [shown.to for shown in match.rows(to_list)] == [ANN, BOB]


def test_without_references_the_contacts_with_the_words_show_that_a_list_was_expanded():
    to_list = {"list_id": 7, "body": "hi", "custom_string": message_reference(BATCH, words_mark({"list_id": 7}))}
    match = HistoryMatch([to_list], since=SENT_AT)
    match.add(row(to_list, "1", to="0411 000 001", custom_string=None))
    match.add(row(to_list, "2", to=BOB, custom_string=None))
    assert match.has_list_rows
    match.count_list(["+61411000001", "no number"])
    assert [shown.message_id for shown in match.rows(to_list)] == ["1"]


def test_rows_with_the_words_of_a_list_that_was_found_by_its_reference_are_somebody_elses():
    to_list = {"list_id": 7, "body": "hi", "custom_string": message_reference(BATCH, words_mark({"list_id": 7}))}
    match = HistoryMatch([to_list], since=SENT_AT)
    match.add(row(to_list, "1", to=ANN))
    match.add(row(to_list, "2", to=BOB, custom_string=None))
    match.count_list([ANN, BOB])
    assert [shown.message_id for shown in match.rows(to_list)] == ["1"]


def test_of_two_texts_of_which_one_begins_the_other_a_row_shows_the_one_it_has_whole():
    one, twelve = message(body="Rows that the load rejected: 1"), message(body="Rows that the load rejected: 12")
    assert found([one, twelve], row(twelve, custom_string=None)) == [twelve]
    assert found([one, twelve], row(one, custom_string=None)) == [one]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("hi  there", "hi there ", True),
        ("cafe\u0301", "caf\u00e9", True),
        ("hi", "hi there", False),
        ("a text that is long enough to be told", "a text that is long enough...", True),
        ("a text that is long enough to be told", "a text that is long enough…", True),
        ("a text that is long en\N{DELIVERY TRUCK}ugh to be told", "a text that is long en\ufffd", True),
        ("a text that is long enough to be told", "a text that is long enough to be told Reply STOP", True),
        ("a text that is long enough to be told", "a text that is long enough to be sold", False),
        ("Die Größe der Tabelle stimmt nicht.", "Die Gr\ufffd\ufffde der Tabelle stimmt nicht.", None),
        ("Привет, загрузка завершена.", "\ufffd" * 27, None),
        ("a text that is long enough to be told", "a" + "\ufffd" * 30, None),
        ("hi", "", None),
        ("hi", None, None),
    ],
)
def test_words_are_compared_without_their_form(ours, theirs, same):
    assert is_same_words(ours, theirs) is same
