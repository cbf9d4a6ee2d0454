"""Texts to people whom a query finds, over a real SQLite and the sandbox."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.exceptions import ClickSendError, ClickSendOutcomeUnknownError
from airflow_provider_clicksend.operators.sql import SqlToClickSendSmsOperator
from airflow_provider_clicksend.version_compat import AirflowSkipException
from tests.support.tasks import STORES, Task
from tests.support.texts import ANN, BOB, CARL, failure_of

# Airflow's own hooks warn about Airflow while they are imported, and Airflow 2 takes that for a missing hook.
pytestmark = pytest.mark.filterwarnings("default", "error:::airflow_provider_clicksend")

QUERY = "SELECT phone, first_name, amount FROM people ORDER BY phone"


def operator(**arguments: object) -> SqlToClickSendSmsOperator:
    given = {"sql": QUERY, "body": "Hi {first_name}, you owe {amount}", "settle": 0.5, **arguments}
    return SqlToClickSendSmsOperator(**{"task_id": "send", "conn_id": "people", "to_column": "phone", **given})


def test_each_row_gets_a_text_of_its_own(sandbox, people):
    people.add(ANN, "Ann", 5)
    people.add(BOB, "Bob", 7.5)
    result = Task(operator()).run()
    assert [(m["to"], m["body"]) for m in sandbox.messages()] == [
        (ANN, "Hi Ann, you owe 5"),
        (BOB, "Hi Bob, you owe 7.5"),
    ]
    assert result["accepted"] == 2


def test_parameters_are_given_to_the_driver(sandbox, people):
    people.add(ANN, "Ann")
    people.add(BOB, "Bob")
    Task(operator(sql="SELECT * FROM people WHERE first_name = :name", parameters={"name": "Bob"})).run()
    assert [message["to"] for message in sandbox.messages()] == [BOB]


def test_the_case_of_a_column_does_not_matter_and_its_name_means_nothing_else(sandbox, people):
    people.add(ANN)
    sql = "SELECT phone AS PHONE, first_name AS FIRST_NAME, country FROM people"
    Task(operator(sql=sql, body="{first_name} of {country}")).run()
    assert [message["body"] for message in sandbox.messages()] == ["Ann of Germany"]


@pytest.mark.parametrize("store", STORES)
def test_a_retry_texts_whoever_is_new_and_nobody_again_whose_amount_has_changed(sandbox, people, store):
    people.add(ANN, amount=5)
    task = Task(operator(retries=1), store=store)
    task.run()
    people.run("UPDATE people SET amount = 6")
    people.add(BOB)
    people.add("+15550000001")  # the rows change their order, too
    result = task.run()
    assert sorted(message["to"] for message in sandbox.messages()) == sorted([ANN, BOB, "+15550000001"])
    assert result["accepted"] == 3


@pytest.mark.parametrize("store", STORES)
def test_where_the_history_shows_no_references_a_changed_amount_is_in_doubt_and_not_sent_again(sandbox, people, store):
    sandbox.world(answer_echo="empty", history_echo="empty")
    people.add(ANN, amount=5)
    task = Task(operator(retries=1), store=store)
    sandbox.fault("accepted-then-dropped", "/v3/sms/send", times=1)
    sandbox.fault("500", "/v3/sms/history", times=None)
    failure_of(task, ClickSendError)
    sandbox.control("DELETE", "faults")
    people.run("UPDATE people SET amount = 6")
    assert "unknown" in failure_of(task, ClickSendOutcomeUnknownError)
    assert [message["body"] for message in sandbox.messages()] == ["Hi Ann, you owe 5"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"to_column": "mobile"}, "has no column named 'mobile'; it has phone, first_name, amount"),
        ({"body": "Hi {name}"}, "has no column named 'name'"),
        ({"sql": "SELECT p.*, q.* FROM people p, people q"}, "has several columns named"),
        ({"sql": "UPDATE people SET amount = 1"}, "returns no rows"),
        ({"body": "Hi { first name }"}, "cannot fill { first name }"),
        ({"body": "{to}", "sql": "SELECT phone, amount AS 'to' FROM people"}, "{to} would be the number"),
        ({"body": None}, "One of `body` and `template` is needed"),
        ({"conn_id": "clicksend_default"}, "'clicksend_default' is not one of a database"),
        ({"max_recipients": 0}, "max_recipients"),
    ],
)
def test_what_cannot_work_is_an_error_and_nothing_is_sent(sandbox, people, arguments, says):
    people.add(ANN)
    try:
        said = failure_of(Task(operator(**arguments)))
    except Exception as error:  # noqa: BLE001 - some is found when the DAG is parsed
        said = str(error)
    assert says in said
    assert sandbox.messages() == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ((None, "Ann", 5), "to[1] "),
        ((15551230001, "Ann", 5), "to[1] "),
        ((BOB, None, 5), "to[1] lacks first_name"),
        ((BOB, "Bob", b"5"), "to[1] amount is"),
        ((CARL, "Carl", 5), "to[1] has the number of to[0]"),
    ],
)
def test_a_row_that_cannot_be_sent_stops_all(sandbox, people, row, says):
    people.add(CARL)
    people.add(*row)
    said = failure_of(Task(operator(sql="SELECT * FROM people ORDER BY rowid")))
    assert says in said
    assert sandbox.messages() == []


def test_a_query_that_finds_nobody_is_what_on_empty_says(sandbox, people):
    assert "The query found nobody" in failure_of(Task(operator()))
    with pytest.raises(AirflowSkipException):
        Task(operator(on_empty="skip")).run()
    assert Task(operator(on_empty="send")).run()["accepted"] == 0


def test_the_first_of_two_rows_for_a_number_can_be_meant(sandbox, people):
    people.add(ANN, amount=1)
    people.add(ANN, amount=2)
    Task(operator(sql=f"{QUERY}, amount", on_duplicates="first")).run()
    assert [message["body"] for message in sandbox.messages()] == ["Hi Ann, you owe 1"]


def test_a_dry_run_shows_three_texts_and_sends_none(sandbox, people):
    for n in range(5):
        people.add(f"+1555123000{n}")
    result = Task(operator(dry_run=True)).run()
    assert [text["body"] for text in result["sample"]] == ["Hi Ann, you owe 5"] * 3
    assert all("***" in text["to"] for text in result["sample"])
    assert sandbox.messages() == []
