"""A contact list that becomes what a query says, over a real SQLite and the sandbox."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.exceptions import ClickSendConfigError, ClickSendError
from airflow_provider_clicksend.operators.sql import SqlToContactListOperator
from airflow_provider_clicksend.version_compat import AirflowSkipException
from tests.support.tasks import Task
from tests.support.texts import ANN, BOB, CARL, failure_of

# Airflow's own hooks warn about Airflow while they are imported, and Airflow 2 takes that for a missing hook.
pytestmark = pytest.mark.filterwarnings("default", "error:::airflow_provider_clicksend")

COLUMNS = {"phone_number": "phone", "first_name": "first_name"}


@pytest.fixture
def list_id(client):
    return client.lists.create(list_name="Customers").list_id


def task(list_id, **arguments):
    given = {"conn_id": "people", "sql": "SELECT phone, first_name FROM people", "columns": COLUMNS, **arguments}
    return Task(SqlToContactListOperator(task_id="sync", list_id=list_id, **given))


def contacts(client, list_id):
    return {row.phone_number or row.email: row.first_name for row in client.iterate(client.contacts.list, list_id)}


def counts(result):
    return tuple(result[name] for name in ("created", "updated", "deleted", "unchanged"))


def writes(sandbox):
    return {
        call: n for call, n in sandbox.request_counts().items() if not call.startswith("GET") and "contacts" in call
    }


def test_the_list_becomes_what_the_query_says(client, people, list_id):
    client.contacts.create(list_id, phone_number=ANN, first_name="Anna", last_name="Lee")
    client.contacts.create(list_id, phone_number=BOB, first_name="Bob")
    client.contacts.create(list_id, phone_number="+15559990000", first_name="Gone")
    people.add(ANN, "Ann")
    people.add(BOB, "Bob")
    people.add(CARL, "Carl")
    result = task(list_id).run()
    assert counts(result) == (1, 1, 1, 1)
    assert contacts(client, list_id) == {ANN: "Ann", BOB: "Bob", CARL: "Carl"}
    # What the query does not speak of stays.
    assert "Lee" in {row.last_name for row in client.iterate(client.contacts.list, list_id)}
    assert {(change["change"], change["number"]) for change in result["changes"]} == {
        ("update", "+1555***0001"),
        ("create", "+1555***0003"),
        ("delete", "+1555***0000"),
    }


def test_a_second_run_changes_nothing(sandbox, client, people, list_id):
    people.add(ANN, "Ann")
    people.add(BOB, None)
    task(list_id).run()
    before = writes(sandbox)
    assert counts(task(list_id).run()) == (0, 0, 0, 2)
    assert writes(sandbox) == before


def test_a_null_empties_a_field(client, people, list_id):
    client.contacts.create(list_id, phone_number=ANN, first_name="Ann")
    people.add(ANN, None)
    task(list_id).run()
    assert not contacts(client, list_id)[ANN]


def test_the_same_number_in_another_form_is_the_same_contact(client, people, list_id):
    client.contacts.create(list_id, phone_number="(555) 123-0001", first_name="Ann")
    people.add(ANN, "Ann")
    assert counts(task(list_id).run()) == (0, 0, 0, 1)


def test_a_contact_that_is_there_twice_stays_once_and_one_without_a_number_is_left_alone(client, people, list_id):
    for _ in range(2):
        client.contacts.create(list_id, phone_number=ANN, first_name="Ann")
    client.contacts.create(list_id, email="ann@example.com", first_name="Mail")
    people.add(ANN, "Ann")
    assert counts(task(list_id).run()) == (0, 0, 1, 1)
    assert contacts(client, list_id) == {ANN: "Ann", "ann@example.com": "Mail"}


def test_a_dry_run_says_what_would_change_and_changes_nothing(sandbox, client, people, list_id):
    client.contacts.create(list_id, phone_number=BOB)
    people.add(ANN)
    before = writes(sandbox)
    result = task(list_id, dry_run=True).run()
    assert (counts(result), result["dry_run"]) == ((1, 0, 1, 0), True)
    assert writes(sandbox) == before


def test_a_query_that_found_nobody_does_not_empty_the_list(client, people, list_id):
    client.contacts.create(list_id, phone_number=ANN)
    assert "would empty the list" in failure_of(task(list_id))
    with pytest.raises(AirflowSkipException):
        task(list_id, on_empty="skip").run()
    assert list(contacts(client, list_id)) == [ANN]


@pytest.mark.parametrize("limit", [{"max_deletes": 1}, {"max_deletes": 0}, {"max_changes": 2}])
def test_more_changes_than_are_allowed_are_none(client, people, list_id, limit):
    for number in (BOB, CARL):
        client.contacts.create(list_id, phone_number=number)
    people.add(ANN)
    [name] = limit
    assert f"{name} is {limit[name]}. Nothing was changed." in failure_of(task(list_id, **limit))
    assert sorted(contacts(client, list_id)) == [BOB, CARL]


@pytest.mark.parametrize(
    ("row", "says"),
    [((None, "Ann"), "row[1] is empty"), ((15551230001, "Ann"), "row[1] is the int"), ((BOB, "Bob"), "row[1] has the")],
)
def test_a_row_that_cannot_be_a_contact_stops_all(client, people, list_id, row, says):
    people.add(BOB)
    people.add(*row)
    assert says in failure_of(task(list_id))
    assert contacts(client, list_id) == {}


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"phone_number": "mobile"}, "no column named 'mobile'"),
        ({**COLUMNS, "nickname": "first_name"}, "A contact has no nickname"),
    ],
)
def test_columns_that_are_not_there_are_named(people, list_id, columns, says):
    people.add(ANN)
    assert says in failure_of(task(list_id, columns=columns))


def test_the_number_must_be_among_the_columns():
    with pytest.raises(ClickSendConfigError, match="phone_number"):
        task(1, columns={"first_name": "first_name"})


def test_a_retry_makes_the_rest_and_creates_nobody_twice(sandbox, client, people, list_id):
    for number in (ANN, BOB, CARL):
        people.add(number)
    attempt = task(list_id)
    # The first contact is created, and the answer is lost.
    sandbox.fault("accepted-then-dropped", f"/v3/lists/{list_id}/contacts", times=1)
    sandbox.fault("500", f"/v3/lists/{list_id}/contacts", times=20)
    failure_of(attempt, ClickSendError)
    sandbox.control("DELETE", "faults")
    attempt.run()
    assert [row.phone_number for row in client.iterate(client.contacts.list, list_id)].count(ANN) == 1
    assert sorted(contacts(client, list_id)) == [ANN, BOB, CARL]


def test_a_list_that_somebody_else_changes_meanwhile_is_compared_again(client, people, list_id, monkeypatch):
    contact = client.contacts.create(list_id, phone_number=ANN, first_name="Old")
    people.add(ANN, "New")
    attempt = task(list_id)
    change = type(client.contacts).update

    def late(self, *ids, **fields):
        client.contacts.delete(list_id, contact.contact_id)
        return change(self, *ids, **fields)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(type(client.contacts), "update", late)
        assert "Somebody else has changed list" in failure_of(attempt, ClickSendError)
    attempt.run()
    assert contacts(client, list_id) == {ANN: "New"}
