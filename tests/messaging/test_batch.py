"""Bad input is a clear error before anything leaves; good input becomes messages."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.outgoing import MmsMessage, SmsMessage, VoiceMessage
from airflow_provider_clicksend.api.values import CheckedMessages
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.schedules import MAX_AHEAD

NOW = 1_800_000_000
ANN, BOB = "+15551230001", "+15551230002"
ROW_FIELDS = frozenset({"to", "body", "sender", "custom_string", "schedule"})


def batch(*recipients, **arguments):
    common = {"body": "hi", **arguments.pop("common", {})}
    arguments = {"model": SmsMessage, "row_fields": ROW_FIELDS, **arguments}
    return Batch(recipients=recipients, common=common, reference="af-0123456789abcdef-x", **arguments)


def error_of(bad, **check):
    with pytest.raises(ClickSendConfigError) as caught:
        bad.check(now=NOW, **check)
    return str(caught.value)


@pytest.mark.parametrize("number", ["0412345678", "+1", "", "15559998888", 15559998888, None])
def test_a_number_must_be_e164(number):
    text = error_of(batch(number))
    assert text.startswith("to ")
    assert "5559998888" not in text


def test_bad_rows_among_a_thousand_are_named_and_masked():
    recipients = [f"+1555123{n:04}" for n in range(1000)]
    recipients[17] = "0412345678"
    recipients[999] = ""
    text = error_of(batch(*recipients))
    assert "to[17] (04123***5678) is not a number in E.164" in text
    assert "to[999] ('')" in text
    assert "to[16]" not in text
    assert text.endswith("Nothing was sent.")


def test_of_many_bad_rows_twenty_are_named_and_the_rest_counted():
    text = error_of(batch(*["0412"] * 1000))
    assert "to[19]" in text
    assert "to[20]" not in text
    assert "and 980 more" in text


@pytest.mark.parametrize(
    ("common", "problem"),
    [
        ({"body": ""}, "body is empty"),
        ({"body": "  \n"}, "body is empty"),
        ({"body": 17}, "body is an int; it must be text"),
        ({"from": "TWELVELETTER"}, "sender must be"),
        ({"from": "AB"}, "sender must be"),
        ({"from": "two words"}, "sender must be"),
        ({"from": ""}, "sender must be"),
        ({"custom_string": "x" * 51}, "custom_string is longer than 50"),
        ({"schedule": NOW - 1}, "in the past"),
        ({"schedule": NOW * 1000}, "milliseconds"),
        ({"schedule": NOW + MAX_AHEAD + 1}, "four months"),
        ({"schedule": "tomorrow"}, "datetime with a time zone or Unix seconds"),
        ({"schedule": True}, "datetime with a time zone or Unix seconds"),
        ({"schedule": datetime.fromtimestamp(NOW - 60, UTC)}, "in the past"),
    ],
)
def test_what_all_have_in_common_is_checked_and_named_once(common, problem):
    text = error_of(batch(ANN, BOB, common=common))
    assert text.count(problem) == 1


def test_a_schedule_needs_a_time_zone():
    assert "without a time zone" in error_of(batch(ANN, common={"schedule": datetime(2027, 1, 1)}))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"to": ANN, "body": ""}, "body is empty"),
        ({"to": ANN, "body": "a cat \ud83d"}, "body holds half a character"),
        ({"to": ANN, "custom_string": "\ude00"}, "custom_string holds half a character"),
        ({"to": ANN, "boddy": "hi"}, "has the unknown field boddy (did you mean body?)"),
        ({"to": ANN, "sender": "TWELVELETTER"}, "sender must be"),
        ({"to": ANN, "schedule": NOW - 1}, "in the past"),
        ({"to": ANN, "custom_string": "x" * 51}, "longer than 50"),
        ({"body": "hi"}, "is empty"),
        (17, "is the int ***: write numbers as text"),
        (["+15551234567"], "is a list: take the first column"),
    ],
)
def test_a_bad_row_is_named(row, problem):
    text = error_of(batch(BOB, row))
    assert f"to[1] {problem}" in text or ("to[1] " in text and problem in text)
    assert "to[0]" not in text


@pytest.mark.parametrize(
    ("model", "common", "row", "field"),
    [
        (SmsMessage, {}, {"to": ANN, "country": "USA"}, "country"),
        (MmsMessage, {"subject": "Cat"}, {"to": ANN, "subject": "x" * 21}, "subject"),
        (VoiceMessage, {}, {"to": ANN, "voice": "robot"}, "voice"),
        (VoiceMessage, {"voice": "robot"}, ANN, "voice"),
    ],
)
def test_what_the_api_knows_of_a_message_is_checked_too(model, common, row, field):
    fields = ROW_FIELDS | {"subject", "country", "voice", "lang"}
    assert f"{field}: " in error_of(batch(row, model=model, common=common, row_fields=fields))


def test_what_the_model_need_not_see_again_is_marked_as_checked():
    plain = batch(ANN, {"to": BOB, "body": "yours", "sender": "Shop", "schedule": None})
    assert not isinstance(plain.messages(0, 2), CheckedMessages)
    plain.check(now=NOW)
    assert isinstance(plain.messages(0, 2), CheckedMessages)
    for message in plain.with_reference("af-0-x").messages(0, 2):
        assert SmsMessage.build(message).payload() == message


@pytest.mark.parametrize(
    ("row", "common"),
    [({"to": ANN, "country": "US"}, {}), (ANN, {"country": "US"}), ({"to": ANN, "lang": "en-us"}, {})],
)
def test_what_only_the_model_knows_is_left_to_it(row, common):
    others = batch(row, BOB, common=common, row_fields=ROW_FIELDS | {"country", "lang"}, model=VoiceMessage)
    others.check(now=NOW)
    assert not isinstance(others.messages(0, 2), CheckedMessages)


def test_nobody_to_send_to_is_an_error():
    assert "nobody to send to" in error_of(batch())


def test_a_schedule_that_has_passed_meanwhile_is_no_error_on_a_later_try():
    batch(ANN, common={"schedule": NOW - 1}).check(now=None)


def test_a_datetime_becomes_unix_seconds():
    [message] = batch(ANN, common={"schedule": datetime.fromtimestamp(NOW, UTC)}).messages(0, 1)
    assert message["schedule"] == NOW


def test_a_row_overrides_what_is_common():
    [message] = batch({"to": ANN, "body": "yo", "sender": "ACME", "schedule": None}, common={"from": "MAIN"}).messages(
        0, 1
    )
    assert (message["body"], message["from"], "schedule" in message) == ("yo", "ACME", False)


def test_two_equal_texts_to_one_number_are_two_messages():
    first, second = batch(ANN, ANN).messages(0, 2)
    assert first["custom_string"] != second["custom_string"]


def test_a_custom_string_of_the_users_is_kept_and_an_empty_one_is_none():
    [own] = batch(ANN, common={"custom_string": "order-17"}).messages(0, 1)
    [ours] = batch(ANN, common={"custom_string": ""}).messages(0, 1)
    assert own["custom_string"] == "order-17"
    assert ours["custom_string"].startswith("af-0123456789abcdef-x-")


def test_two_messages_that_nothing_would_tell_apart_are_refused():
    text = error_of(batch(ANN, BOB, ANN, common={"custom_string": "order-17"}))
    assert "to[2] has the number and the custom_string of to[0]" in text


def test_own_references_and_sending_again_after_a_clear_exclude_each_other():
    assert "resend_on_clear" in error_of(batch(ANN, common={"custom_string": "order-17"}), sent_again=True)
    batch(ANN, BOB).check(now=NOW, sent_again=True)


def test_a_template_is_filled_from_the_rows():
    filled = batch({"to": ANN, "name": "Ann", "n": 3}, common={"body": None}, template="{name} has {n}")
    filled.check(now=NOW)
    assert filled.messages(0, 1)[0]["body"] == "Ann has 3"
    assert "name" not in filled.messages(0, 1)[0]


def test_a_missing_placeholder_is_named_with_its_row():
    text = error_of(batch({"to": ANN, "name": "Ann"}, BOB, common={"body": None}, template="Hi {name}"))
    assert "to[1] lacks name" in text
    assert "to[0]" not in text


def test_a_text_that_needs_too_many_parts_is_refused_or_cut():
    long = {"body": "word " * 100}
    assert "needs 4 parts and max_parts is 2" in error_of(batch(ANN, common=long, max_parts=2))
    cut = batch(ANN, {"to": BOB, "body": "я" * 200}, common=long, max_parts=2, cut=True)
    cut.check(now=NOW)
    assert [message["body"][-3:] for message in cut.messages(0, 2)] == ["...", "..."]


def test_what_a_channel_requires_must_be_there():
    text = error_of(batch(ANN, {"to": BOB}, required=("subject",)))
    assert "to[0] has no subject; to[1] has no subject" in text


@pytest.mark.parametrize(
    ("first", "second", "lacks"),
    [
        ({"to": ANN, "body": "hi"}, BOB, "body"),
        ({"to": ANN, "body": "hi"}, {"to": BOB}, "body"),
        ({"to": ANN, "body": "hi", "media_file": "cat.jpg"}, {"to": BOB, "body": "hi"}, "media_file"),
        ({"to": ANN, "body": "hi", "media_file": "cat.jpg"}, BOB, "media_file"),
    ],
)
def test_what_one_row_brings_along_the_next_must_bring_too(first, second, lacks):
    required = ("media_file",) if "media_file" in first else ()
    both = batch(first, second, common={"body": None}, required=required, row_fields=ROW_FIELDS | {"media_file"})
    assert error_of(both) == f"to[1] has no {lacks}. Nothing was sent."


def test_equal_messages_of_a_batch_are_numbered_wherever_they_stand():
    twice = batch(ANN, BOB, ANN)
    twice.check(now=NOW)
    numbers = [message["custom_string"].rpartition("-")[2] for message in twice.messages(0, 3)]
    assert numbers == ["0", "0", "1"]
    other = twice.with_reference("af-fedcba9876543210-x").messages(2, 3)[0]["custom_string"]
    assert (other[:19], other[-2:]) == ("af-fedcba9876543210", "-1")


NOTHING = type("NAType", (), {"__repr__": lambda _: "<NA>"})()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("None", "to 'None' holds no digits; did the upstream task return anything?"),
        (15551234567, "to is the int 15551***4567: write numbers as text, '+15551234567'"),
        (15551234567.0, "to is the float 15551***4567: write numbers as text"),
        (float("nan"), "to is empty"),
        (None, "to is empty"),
        (NOTHING, "to is empty"),
        ({"to": None}, "to[0] is empty"),
        ({"body": "hi"}, "to[0] is empty"),
        ({"to": "+15551234567", "body": 5}, "to[0] body is an int; it must be text"),
        (["+15551234567"], "to is a list: take the first column, for example [row[0] for row in rows]"),
        ("+15551234567,+15551234568", "to holds 2 numbers: give a list"),
        ("+15551234567\n", "to (+1555***4567) has spaces or a line break around the number"),
        ("+1 555 123-4567", "has separators: write digits only after the plus"),
    ],
)
def test_an_error_shows_what_is_wrong_with_a_number_and_what_to_write(given, said):
    text = error_of(batch(given))
    assert said in text
    assert "5551234568" not in text


@pytest.mark.parametrize("value", [float("nan"), None, NOTHING, float("inf")])
def test_a_placeholder_is_not_filled_with_a_missing_value(value):
    bad = batch({"to": ANN, "name": "Ann"}, {"to": BOB, "name": value}, template="Dear {name}")
    assert "to[1] lacks name" in error_of(bad)


@pytest.mark.parametrize("template", ["Dear {first name}", "Dear { name }", "Dear {}"])
def test_a_brace_that_no_row_can_fill_does_not_leave(template):
    assert "cannot fill {" in error_of(batch({"to": ANN, "name": "Ann"}, template=template))


@pytest.mark.parametrize("schedule", [NOW + 600.5, str(NOW + 600), "2027-01-15T08:10:00+00:00"])
def test_a_schedule_may_be_a_float_or_text(schedule):
    made = batch(ANN, common={"schedule": schedule})
    made.check(now=NOW)
    assert made.messages(0, 1)[0]["schedule"] == NOW + 600


def test_every_text_that_is_only_a_word_for_nothing_is_refused():
    for name in ("from", "custom_string", "body"):
        for word in ("None", "nan", "NaT", "<NA>"):
            said = error_of(batch(ANN, common={name: word}))
            assert f"{'sender' if name == 'from' else name} is the word '{word}'; did the upstream task" in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"sender": 15551234567}, "sender is an int; it must be text"),
        ({"sender": float("nan")}, "sender is empty; did the upstream task return anything?"),
        ({"custom_string": 17}, "custom_string is an int; it must be text"),
        ({"custom_string": ["a"]}, "custom_string is a list; it must be text"),
        ({"body": 123456}, "body is an int; it must be text"),
        ({"body": float("nan")}, "body is empty"),
        ({"schedule": "None"}, "schedule is empty; did the upstream task return anything?"),
        ({"schedule": 20_000_000_000}, "schedule looks like milliseconds"),
    ],
)
def test_a_row_of_another_type_is_named_with_its_type(row, said):
    assert f"to[1] {said}" in error_of(batch(BOB, {"to": ANN, **row}))


@pytest.mark.parametrize("word", ["None", "nan", "NaN", "<NA>"])
def test_a_placeholder_is_not_filled_with_a_word_for_nothing(word):
    bad = batch({"to": ANN, "name": word, "amount": 15}, template="Dear {name}, you owe {amount}")
    assert "to[0] lacks name" in error_of(bad)


@pytest.mark.parametrize(("value", "kind"), [(["a"], "a list"), ({"a": 1}, "a dict"), (b"a", "a bytes")])
def test_a_placeholder_is_not_filled_with_what_is_no_text(value, kind):
    bad = batch({"to": ANN, "name": value}, template="Dear {name}")
    assert f"name is {kind}; the template needs text or a number" in error_of(bad)


def test_a_brace_that_nothing_fills_does_not_leave():
    for bad in (batch(ANN, common={"body": "Dear {name}"}), batch({"to": ANN, "body": "Dear {name}"}, BOB)):
        strict = replace(bad, refuse_braces=True)
        assert "body holds {name}, which nothing fills" in error_of(strict)
    replace(batch(ANN, common={"body": 'status {"code": 3}, {} and { x }'}), refuse_braces=True).check(now=NOW)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("['+15551234567']", "is a list or dict that a template has made text: pass the task's output itself"),
        ("[{'to': '+15551234567'}]", "is a list or dict that a template has made text"),
        (b"+15551234567", "is a bytes: decode it, .decode()"),
        (Decimal("15559876543"), "is the Decimal 15559***6543: write numbers as text"),
        (True, "is a bool, not a number and not a row"),
    ],
)
def test_a_recipient_of_another_type_is_told_what_to_write(given, said):
    text = error_of(batch(given))
    assert said in text
    assert "5559876543" not in text
