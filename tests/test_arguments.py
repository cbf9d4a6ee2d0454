"""What a template or a data source delivers becomes what a call wants, or an error that names it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_count, as_number, as_seconds, as_text, as_wanted
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator


@pytest.mark.parametrize(
    ("value", "kind", "right"),
    [
        ("50", "int", 50),
        (" 50\n", "int", 50),
        (50, "int", 50),
        (50.0, "int", 50),
        (Decimal(50), "int", 50),
        (None, "int | None", None),
        ("50", "int | None", 50),
        ("false", "bool", False),
        ("True", "bool", True),
        (True, "bool", True),
        ("50", "str", "50"),
        (None, "str | None", None),
        ("50", "int | str", "50"),
        (50.0, "int | str", "50"),
        ([5], "Sequence[str]", [5]),
    ],
)
def test_a_value_becomes_what_is_wanted(value, kind, right):
    found = as_wanted("limit", value, kind)
    assert found == right
    assert type(found) is type(right)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ("fifty", "int", "limit is a str that is not a whole number"),
        (5.5, "int", "limit is a float that is not a whole number"),
        (True, "int", "limit is a bool that is not a whole number"),
        ([5], "int", "limit is a list that is not a whole number"),
        ("", "int", "limit is a str that is not a whole number"),
        ("None", "int", "limit is empty; did the upstream task return anything?"),
        (float("nan"), "int", "limit is empty; did the upstream task return anything?"),
        ("yes", "bool", "limit is a str; write True or False"),
        (50, "str", "limit is an int; it must be text"),
        ("None", "str", "limit is the word 'None'; did the upstream task return anything?"),
        (None, "int", "limit is empty; did the upstream task return anything?"),
        (None, "bool", "limit is empty; did the upstream task return anything?"),
        (None, "Sequence[str]", "limit is empty; did the upstream task return anything?"),
        (None, "int | str", "limit is empty; did the upstream task return anything?"),
        ([5], "int | str", "limit is a list; it must be one id"),
    ],
)
def test_anything_else_is_an_error_that_names_the_argument_and_its_type(value, kind, said):
    with pytest.raises(ClickSendConfigError) as raised:
        as_wanted("limit", value, kind)
    assert str(raised.value).startswith(said)
    assert raised.value.field == "limit"


def test_numbers_times_and_texts_are_read_or_named():
    assert as_number("settle", " 2.5 ") == Decimal("2.5")
    assert as_count("max_parts", 2.0) == 2
    assert as_seconds("after", datetime.fromtimestamp(5, UTC)) == 5
    assert as_text("body", "hi") == "hi"
    with pytest.raises(ClickSendConfigError, match=r"^after is a str; it must be a datetime"):
        as_seconds("after", "yesterday")
    with pytest.raises(ClickSendConfigError, match=r"^body is a dict; it must be text"):
        as_text("body", {})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"settle": "soon"}, "settle is a str; write a number"),
        ({"settle": -1}, "settle=-1: the least is 0"),
        ({"settle": None}, "settle is a NoneType; write a number"),
        ({"settle": "{{ params.settle }}"}, "settle is a str; write a number (it is not a template)"),
        ({"max_price": "cheap"}, "max_price is a str; write a number"),
        ({"max_price": float("nan")}, "max_price is a float; write a number"),
        ({"max_price": True}, "max_price is a bool; write a number"),
        ({"max_parts": 0}, "max_parts=0; write a whole number from 1 on"),
        ({"max_parts": 1.5}, "max_parts=1.5; write a whole number from 1 on"),
        ({"max_parts": "many"}, "max_parts is a str; write a whole number from 1 on"),
    ],
)
def test_a_number_that_is_none_is_refused_when_the_dag_is_parsed(arguments, said):
    with pytest.raises(ClickSendConfigError) as raised:
        ClickSendSmsOperator(task_id="t", to="+15551230001", body="hi", **arguments)
    assert str(raised.value).startswith(said)
    assert raised.value.field == next(iter(arguments))


def test_numbers_may_be_text_of_a_configuration_file():
    task = ClickSendSmsOperator(
        task_id="t", to="+15551230001", body="hi", settle="30", max_price="0.50", max_parts="2", dry_run="false"
    )
    assert (task.settle, task.max_price, task.max_parts, task.dry_run_only) == (30.0, Decimal("0.50"), 2, False)
