"""The operators that run a query, over a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_provider_clicksend.operators.sql import SqlToClickSendSmsOperator, SqlToContactListOperator
from dev.cluster_services import PostgreSQL, program
from dev.supervisor import Supervisor
from tests.support.tasks import Task
from tests.support.texts import ANN, BOB

psycopg2 = pytest.importorskip("psycopg2", reason="its driver is installed for Airflow 3.3 only")
pytest.importorskip("airflow.providers.postgres", reason="its provider is installed for Airflow 3.3 only")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not program("initdb"), reason="no PostgreSQL on this machine"),
    pytest.mark.filterwarnings("default", "error:::airflow_provider_clicksend"),
]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of our own, whose table `people` has texts and a number with cents."""
    with Supervisor() as supervisor:
        server = PostgreSQL(supervisor)
        server.start()
        with psycopg2.connect(host="127.0.0.1", port=server.port, user="airflow", dbname="postgres") as database:
            cursor = database.cursor()
            cursor.execute("CREATE TABLE people (phone text, first_name text, amount numeric(9, 2))")
            rows = [(ANN, "Änn", "5.00"), (BOB, "Bob", "7.50")]
            cursor.executemany("INSERT INTO people VALUES (%s, %s, %s)", rows)
        database.close()
        yield server.port


@pytest.fixture
def database(port: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    connection = {"conn_type": "postgres", "host": "127.0.0.1", "port": port, "login": "airflow", "schema": "postgres"}
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLE", json.dumps(connection))
    return {"conn_id": "people", "sql": "SELECT * FROM people WHERE amount > %(least)s ORDER BY phone"}


def test_each_row_gets_a_text_of_its_own(sandbox, database):
    operator = SqlToClickSendSmsOperator(
        task_id="send",
        to_column="phone",
        body="Hi {first_name}, you owe {amount}",
        parameters={"least": 1},
        settle=0.5,
        **database,
    )
    Task(operator).run()
    assert [(message["to"], message["body"]) for message in sandbox.messages()] == [
        (ANN, "Hi Änn, you owe 5.00"),
        (BOB, "Hi Bob, you owe 7.50"),
    ]


def test_a_contact_list_becomes_what_the_query_says(client, database):
    list_id = client.lists.create(list_name="Customers").list_id
    columns = {"phone_number": "phone", "first_name": "first_name", "custom_1": "amount"}
    arguments = {"columns": columns, "parameters": {"least": 6}, **database}
    for expected in ((1, 0), (0, 1)):
        result = Task(SqlToContactListOperator(task_id="sync", list_id=list_id, **arguments)).run()
        assert (result["created"], result["unchanged"]) == expected
    [contact] = client.iterate(client.contacts.list, list_id)
    assert (contact.phone_number, contact.first_name, contact.custom_1) == (BOB, "Bob", "7.50")


@pytest.fixture
def query(database):
    """A query that OpenLineage's parser reads: it does not know the driver's placeholders."""
    return {**database, "sql": "SELECT phone, first_name FROM people"}


def lineage(operator):
    """Extract what OpenLineage extracts when a task has ended: namespace and name of inputs and of outputs."""
    base = pytest.importorskip("airflow.providers.openlineage.extractors.base")
    found = base.DefaultExtractor(operator).extract_on_complete(None)
    return [[(each.namespace, each.name) for each in side] for side in (found.inputs, found.outputs)]


def test_lineage_goes_from_the_tables_of_the_query_to_the_contact_list(query, port):
    arguments = {"list_id": 7, "columns": {"phone_number": "phone"}, **query}
    table = (f"postgres://127.0.0.1:{port}", "postgres.public.people")
    contact_list = ("clicksend://rest.clicksend.com", "contact_lists/7")
    assert lineage(SqlToContactListOperator(task_id="sync", **arguments)) == [[table], [contact_list]]
    assert lineage(SqlToContactListOperator(task_id="sync", dry_run=True, **arguments)) == [[table], []]


def test_lineage_of_texts_is_what_the_query_reads(query, port):
    operator = SqlToClickSendSmsOperator(task_id="send", to_column="phone", body="Hi", **query)
    assert lineage(operator) == [[(f"postgres://127.0.0.1:{port}", "postgres.public.people")], []]
