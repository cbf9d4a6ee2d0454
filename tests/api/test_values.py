"""Which of the values that data sources and templates deliver stand for a number, a flag, a time, an id, or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any

import pendulum
import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.outgoing import SmsMessage, VoiceMessage
from airflow_provider_clicksend.api.paths import as_id
from airflow_provider_clicksend.api.values import flag, text_problem, unix_seconds, whole_number

AT = 1_900_000_000
NAN = float("nan")


class NumpyInt:
    """As numpy's ints: no int, but registered as a whole number."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __int__(self) -> int:
        return self.value

    def __str__(self) -> str:
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        return self.value == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __ge__(self, other: int) -> bool:
        return self.value >= other


Integral.register(NumpyInt)


@pytest.mark.parametrize("value", [5, 5.0, "5", " 5\n", Decimal(5), Decimal("5.0"), NumpyInt(5), Fraction(5)])
def test_what_stands_for_a_whole_number(value: object) -> None:
    assert whole_number(value) == 5
    assert type(whole_number(value)) is int


@pytest.mark.parametrize(
    "value", [True, 5.5, "5.5", "five", "", "-5", "\u0665", None, NAN, float("inf"), Decimal("sNaN"), [5], b"5", 5j]
)
def test_what_does_not(value: object) -> None:
    assert whole_number(value) is None


@pytest.mark.parametrize(
    ("value", "right"),
    [(True, True), ("True", True), (" false ", False), (1, True), (0, False), ("1", True), ("0", False)],
)
def test_what_stands_for_a_flag(value: object, right: bool) -> None:
    assert flag(value) is right


@pytest.mark.parametrize("value", ["yes", "", "None", None, 2, 1.0, NAN, [], object()])
def test_what_is_not_a_flag(value: object) -> None:
    assert flag(value) is None


TIMES = [
    AT,
    AT + 0.7,
    Decimal(AT),
    NumpyInt(AT),
    str(AT),
    f"{AT}.7",
    datetime.fromtimestamp(AT, UTC),
    pendulum.from_timestamp(AT, tz="Europe/Berlin"),
    datetime.fromtimestamp(AT, UTC).isoformat(),
    datetime.fromtimestamp(AT, UTC).isoformat().replace("+00:00", "Z"),
    str(pendulum.from_timestamp(AT, tz="Asia/Tokyo")),
]


@pytest.mark.parametrize("time", TIMES, ids=lambda time: f"{type(time).__name__} {time}")
def test_what_is_a_time_here_is_one_in_a_message_too(time: Any) -> None:
    assert unix_seconds(time) == AT
    assert SmsMessage.build({"to": "+15551234567", "body": "hi", "schedule": time}).schedule == AT


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (20_000_000_000, "looks like milliseconds"),
        (AT * 1000, "looks like milliseconds"),
        (str(AT * 1000), "looks like milliseconds"),
        (float(AT * 1000), "looks like milliseconds"),
        (datetime(2030, 1, 1), "is a datetime without a time zone"),  # noqa: DTZ001
        (pendulum.naive(2030, 1, 1), "is a datetime without a time zone"),
        ("2030-01-01T12:00:00", "is a datetime without a time zone"),
        ("2030-01-01", "is a datetime without a time zone"),
        (date(2030, 1, 1), "is a date; it must be a datetime"),
        (timedelta(hours=1), "is a timedelta; it must be a datetime"),
        (True, "is a bool; it must be a datetime"),
        ("tomorrow", "is a str; it must be a datetime"),
        ([AT], "is a list; it must be a datetime"),
        ("None", "is empty; did the upstream task return anything?"),
        ("", "is empty; did the upstream task return anything?"),
        (NAN, "is empty; did the upstream task return anything?"),
    ],
    ids=str,
)
def test_what_is_no_time_here_is_none_in_a_message_either(value: object, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said.replace('?', '.')}"):
        unix_seconds(value)
    with pytest.raises(ClickSendConfigError, match=f"^schedule {said.replace('?', '.')}"):
        SmsMessage.build({"to": "+15551234567", "body": "hi", "schedule": value})


@pytest.mark.parametrize(
    ("value", "right"),
    [(12, "12"), (12.0, "12"), ("12.0", "12"), ("12", "12"), (NumpyInt(12), "12"), (" A-1 ", "A-1"), ("a.0", "a.0")],
)
def test_an_id_may_have_gone_through_a_data_frame(value: object, right: str) -> None:
    assert as_id(value) == right


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "list_id is empty; did the upstream task return anything?"),
        (NAN, "list_id is empty; did the upstream task return anything?"),
        ("None", "list_id is 'None'; did the upstream task return anything?"),
        ("nan", "list_id is 'nan'; did the upstream task return anything?"),
        ("  ", "list_id is ''; did the upstream task return anything?"),
        ("['A-1']", "list_id is a list or dict that a template has made text"),
        (["A-1"], "list_id is a list; it must be one id"),
        (True, "list_id is a bool; it must be one id"),
        (12.5, "list_id is a float; it must be one id"),
        ("..", "list_id is '..', which is not an id"),
    ],
)
def test_what_is_no_id_is_named(value: object, said: str) -> None:
    with pytest.raises(ClickSendConfigError) as raised:
        as_id(value, name="list_id")
    assert str(raised.value).startswith(said)
    assert raised.value.field == "list_id"


@pytest.mark.parametrize("list_id", [5, 5.0, "5", "5.0", Decimal(5)])
def test_a_message_takes_the_same_ids(list_id: object) -> None:
    assert SmsMessage.build({"list_id": list_id, "body": "hi"}).list_id == 5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"list_id": "five"}, "list_id is not a whole number"),
        ({"list_id": "None"}, "list_id is 'None'; did the upstream task return anything?"),
        ({"to": "+15551234567", "require_input": "perhaps"}, "require_input is a str; write True or False"),
        ({"to": "+15551234567", "machine_detection": 2}, "machine_detection is an int; write True or False"),
        ({"to": 15551234567}, "to is an int; it must be text"),
    ],
)
def test_what_a_message_cannot_take_is_named_without_its_value(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ClickSendConfigError) as raised:
        VoiceMessage.build({"body": "hi", **fields})
    assert said in str(raised.value)
    assert "5551234567" not in str(raised.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("hello", None),
        ("", None),
        ("Nan", None),
        ("None", "is the word 'None'; did the upstream task return anything?"),
        (" nan ", "is the word 'nan'; did the upstream task return anything?"),
        (None, "is empty; did the upstream task return anything?"),
        (NAN, "is empty; did the upstream task return anything?"),
        (17, "is an int; it must be text"),
        (["hello"], "is a list; it must be text"),
        (b"hello", "is a bytes; it must be text"),
    ],
)
def test_what_is_wrong_with_a_text(value: object, said: str | None) -> None:
    assert text_problem(value) == said
