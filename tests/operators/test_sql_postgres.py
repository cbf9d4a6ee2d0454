"""The operators that run a query, over a real PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_clicksend.operators.sql import SqlToClickSendSmsOperator, SqlToContactListOperator
from tests.support.tasks import Task
from tests.support.texts import ANN, BOB

psycopg2 = pytest.importorskip("psycopg2", reason="its driver is installed for Airflow 3.3 only")
pytest.importorskip("airflow.providers.postgres", reason="its provider is installed for Airflow 3.3 only")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("initdb"), reason="no PostgreSQL on this machine: initdb is not on PATH"),
    pytest.mark.filterwarnings("default", "error:::airflow_provider_clicksend"),
]


def as_nobody(*command: str) -> None:
    """Run a program; PostgreSQL refuses to run as root."""
    user: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.getuid() == 0 else {}
    subprocess.run(command, check=True, capture_output=True, timeout=60, **user)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of our own, whose table `people` has texts and a number with cents."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        Path(folder).chmod(0o777)
        data = f"{folder}/data"
        as_nobody("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8")
        free.close()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        as_nobody("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            with psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres") as database:
                cursor = database.cursor()
                cursor.execute("CREATE TABLE people (phone text, first_name text, amount numeric(9, 2))")
                rows = [(ANN, "Änn", "5.00"), (BOB, "Bob", "7.50")]
                cursor.executemany("INSERT INTO people VALUES (%s, %s, %s)", rows)
            database.close()
            yield port
        finally:
            as_nobody("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def database(port: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    connection = {"conn_type": "postgres", "host": "127.0.0.1", "port": port, "login": "postgres", "schema": "postgres"}
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
