"""The operators that act on one thing, against the sandbox: what they change, what they return, what they refuse."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_provider_clicksend import exceptions as errors
from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.operators import connections, contacts, email_addresses, lists, templates
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.acting import run
from tests.support.scripted_server import ScriptedServer, envelope, said, scripted

NUMBER = "+15551230001"


@pytest.fixture
def list_id(client: ClickSendClient) -> int:
    return client.lists.create(list_name="Of this test").list_id


def test_a_template_is_created_changed_and_deleted(client: ClickSendClient) -> None:
    made = run(templates.ClickSendCreateSmsTemplateOperator, template_name="Welcome", body="Hi {name}")
    template_id = made["template_id"]
    changed = run(
        templates.ClickSendUpdateSmsTemplateOperator, template_id=str(template_id), template_name="Bye", body="Bye"
    )
    assert changed == {"template_id": template_id, "template_name": "Bye", "body": "Bye"}
    assert run(templates.ClickSendDeleteSmsTemplateOperator, template_id=template_id) is None
    assert template_id not in [row.template_id for row in client.iterate(client.templates.list)]


@pytest.mark.usefixtures("sandbox")
def test_a_list_is_created_read_renamed_and_deleted() -> None:
    list_id = run(lists.ClickSendCreateContactListOperator, list_name="On call")["list_id"]
    run(lists.ClickSendUpdateContactListOperator, list_id=list_id, list_name="Off call")
    assert run(lists.ClickSendGetContactListOperator, list_id=list_id)["list_name"] == "Off call"
    assert list_id in [row["list_id"] for row in run(lists.ClickSendListContactListsOperator)]
    run(lists.ClickSendDeleteContactListOperator, list_id=list_id)
    assert list_id not in [row["list_id"] for row in run(lists.ClickSendListContactListsOperator)]


def test_a_contact_is_created_read_changed_copied_moved_and_deleted(client: ClickSendClient, list_id: int) -> None:
    other = client.lists.create(list_name="Another").list_id
    made = run(
        contacts.ClickSendCreateContactOperator,
        list_id=list_id,
        phone_number=NUMBER,
        first_name="Ada",
        contact_email="ada@example.com",
        custom_4="x",
        address_country="GB",
    )
    here = {"list_id": list_id, "contact_id": made["contact_id"]}
    run(contacts.ClickSendUpdateContactOperator, **here, last_name="Lovelace", custom_4="")
    read = run(contacts.ClickSendGetContactOperator, **here)
    wanted = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "custom_4": ""}
    assert {name: read[name] for name in wanted} == wanted
    copied = run(contacts.ClickSendCopyContactOperator, **here, to_list_id=other)
    assert len(run(contacts.ClickSendListContactsOperator, list_id=other)) == 1
    run(contacts.ClickSendDeleteContactOperator, list_id=other, contact_id=copied["contact_id"])
    run(contacts.ClickSendTransferContactOperator, **here, to_list_id=other)
    assert run(contacts.ClickSendListContactsOperator, list_id=list_id) == []
    assert [row["phone_number"] for row in run(contacts.ClickSendListContactsOperator, list_id=other)] == [NUMBER]


def test_duplicates_are_removed_and_counted(client: ClickSendClient, list_id: int) -> None:
    for _ in range(3):
        client.contacts.create(list_id, phone_number=NUMBER)
    assert run(lists.ClickSendRemoveDuplicateContactsOperator, list_id=list_id) == 2


@pytest.mark.parametrize("fields", ["phone_number", ["phone_number"], ("phone_number",)])
def test_what_makes_duplicates_may_be_one_name(client: ClickSendClient, list_id: int, fields: Any) -> None:
    for first_name in ("Ann", "Bob"):
        client.contacts.create(list_id, phone_number=NUMBER, first_name=first_name)
    assert run(lists.ClickSendRemoveDuplicateContactsOperator, list_id=f"{list_id}.0", fields=fields) == 1


def test_only_contacts_changed_later_are_listed(client: ClickSendClient, list_id: int) -> None:
    client.contacts.create(list_id, phone_number=NUMBER)
    later = int(time.time()) + 60
    assert run(contacts.ClickSendListContactsOperator, list_id=list_id, updated_after=later) == []
    for time_ in (str(later), float(later), datetime.fromtimestamp(later, UTC)):
        assert run(contacts.ClickSendListContactsOperator, list_id=list_id, updated_after=time_) == []
    with pytest.raises(AirflowFailException, match="updated_after looks like milliseconds"):
        run(contacts.ClickSendListContactsOperator, list_id=list_id, updated_after=later * 1000)


def test_an_email_address_is_added_and_deleted(client: ClickSendClient) -> None:
    made = run(email_addresses.ClickSendCreateEmailAddressOperator, email_address="me@example.com")
    assert made["email_address"] == "me@example.com"
    address_id = made["email_address_id"]
    run(email_addresses.ClickSendDeleteEmailAddressOperator, email_address_id=address_id)
    assert address_id not in [row.email_address_id for row in client.iterate(client.email_addresses.list)]


def test_a_connection_is_created_with_its_link_and_deleted(
    client: ClickSendClient, caplog: pytest.LogCaptureFixture
) -> None:
    made = run(connections.ClickSendCreateConnectionOperator)
    assert made["url"].startswith("http")
    assert made["url"] not in caplog.text
    connection_id = made["connection_id"]
    run(connections.ClickSendDeleteConnectionOperator, connection_id=connection_id)
    assert connection_id not in [row.connection_id for row in client.connections.list()]


# Deleting what is gone.


@pytest.fixture
def gone(client: ClickSendClient, list_id: int) -> dict[str, tuple[type[ClickSendBaseOperator], dict[str, Any]]]:
    """Deletions of what was there once, or never."""
    return {
        "template": (templates.ClickSendDeleteSmsTemplateOperator, {"template_id": 1}),
        "list": (lists.ClickSendDeleteContactListOperator, {"list_id": 1}),
        "contact": (contacts.ClickSendDeleteContactOperator, {"list_id": list_id, "contact_id": 1}),
        "contact of no list": (contacts.ClickSendDeleteContactOperator, {"list_id": 1, "contact_id": 1}),
        "email": (email_addresses.ClickSendDeleteEmailAddressOperator, {"email_address_id": 1}),
        "connection": (connections.ClickSendDeleteConnectionOperator, {"connection_id": "no-such-id"}),
    }


KINDS = ["template", "list", "contact", "contact of no list", "email", "connection"]


@pytest.mark.parametrize("kind", KINDS)
def test_deleting_what_is_gone_fails_for_good(kind: str, gone: dict[str, Any]) -> None:
    operator, ids = gone[kind]
    with pytest.raises(AirflowFailException) as raised:
        run(operator, **ids)
    assert isinstance(raised.value.__cause__, errors.ClickSendNotFoundError | errors.ClickSendForbiddenError)


@pytest.mark.parametrize("kind", KINDS)
def test_deleting_what_is_gone_succeeds_when_missing_is_ok(kind: str, gone: dict[str, Any]) -> None:
    operator, ids = gone[kind]
    assert run(operator, **ids, missing_ok=True) is None


LISTED = {"total": 1, "per_page": 100, "current_page": 1, "last_page": 1, "data": [{"list_id": 5}]}


def test_a_403_for_a_list_that_exists_is_no_permission_even_when_missing_is_ok(
    on_a_server: Callable[[ScriptedServer], None],
) -> None:
    with scripted(envelope(None, 403, 403, "FORBIDDEN"), envelope(LISTED)) as server:
        on_a_server(server)
        with pytest.raises(AirflowFailException, match="does not exist or this account has no permission"):
            run(lists.ClickSendDeleteContactListOperator, list_id="5", missing_ok=True)


def test_a_403_for_a_list_that_is_not_listed_is_a_list_that_is_gone(
    on_a_server: Callable[[ScriptedServer], None],
) -> None:
    with scripted(envelope(None, 403, 403, "FORBIDDEN"), envelope(LISTED)) as server:
        on_a_server(server)
        run(lists.ClickSendDeleteContactListOperator, list_id=6, missing_ok=True)
        assert len(server.arrived) == 2


# Creating what exists.


def test_a_list_of_the_same_name_is_an_error_or_is_reused(client: ClickSendClient, list_id: int) -> None:
    with pytest.raises(AirflowFailException, match="'Of this test' exists already"):
        run(lists.ClickSendCreateContactListOperator, list_name="Of this test")
    reused = run(lists.ClickSendCreateContactListOperator, list_name="Of this test", if_exists="reuse")
    assert reused["list_id"] == list_id
    assert [row.list_name for row in client.iterate(client.lists.list)].count("Of this test") == 1


def test_a_contact_with_the_same_number_is_an_error_or_is_reused(client: ClickSendClient, list_id: int) -> None:
    there = client.contacts.create(list_id, phone_number=NUMBER)
    with pytest.raises(AirflowFailException, match=r"\+1555\*\*\*0001 in list \d+ exists already") as raised:
        run(contacts.ClickSendCreateContactOperator, list_id=list_id, phone_number=NUMBER)
    assert NUMBER not in str(raised.value)
    reused = run(
        contacts.ClickSendCreateContactOperator, list_id=list_id, phone_number=NUMBER, first_name="x", if_exists="reuse"
    )
    assert reused["contact_id"] == there.contact_id
    assert len(client.contacts.list(list_id).rows) == 1


@pytest.mark.parametrize("fault", ["accepted-then-dropped", "accepted-then-504", "accepted-then-html"])
def test_what_was_created_though_nobody_said_so_is_found_and_not_created_twice(
    fault: str, sandbox: Sandbox, client: ClickSendClient, list_id: int
) -> None:
    sandbox.fault(fault, "/v3/lists", method="POST")
    made = run(lists.ClickSendCreateContactListOperator, list_name="Once")
    assert made["list_name"] == "Once"
    assert [row.list_name for row in client.iterate(client.lists.list)].count("Once") == 1
    sandbox.fault(fault, f"/v3/lists/{list_id}/contacts", method="POST")
    run(contacts.ClickSendCreateContactOperator, list_id=list_id, phone_number=NUMBER)
    assert len(client.contacts.list(list_id).rows) == 1


def test_what_was_not_created_is_an_error_that_airflow_may_retry(sandbox: Sandbox) -> None:
    sandbox.fault("504", "/v3/lists", method="POST")
    with pytest.raises(errors.ClickSendServerError):
        run(lists.ClickSendCreateContactListOperator, list_name="Never")


def test_an_unknown_way_with_what_exists_is_refused_when_the_dag_is_parsed() -> None:
    with pytest.raises(errors.ClickSendConfigError, match="if_exists='replace': choose one of error, reuse"):
        lists.ClickSendCreateContactListOperator(task_id="t", list_name="x", if_exists="replace")  # type: ignore[arg-type]


def test_a_wrong_key_fails_for_good_and_stays_secret(on_a_server: Callable[[ScriptedServer], None]) -> None:
    with scripted(said({"error": {"message": "bad key server-key-01"}}, 401)) as server:
        on_a_server(server)
        with pytest.raises(AirflowFailException, match="check the connection's password") as raised:
            run(lists.ClickSendListContactListsOperator)
        assert len(server.arrived) == 1
    assert "server-key" not in str(raised.value)
