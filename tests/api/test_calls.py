"""Every method of the client: what leaves, and that a name, an id or an argument cannot go wrong unnoticed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_clicksend import exceptions as errors
from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.calls import CALLS, PAGED_CALLS, SENDING_CALLS
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.resources.base import Resource
from airflow_provider_clicksend.api.values import CheckedMessages
from tests.api.calls_table import CONNECTION, LIST, MMS, PICTURE, SENT, SMS, TABLE, V3, Call
from tests.api.conftest import KEY
from tests.support.scripted_server import ScriptedServer, envelope, said, scripted

ClientOf = Callable[[ScriptedServer], ClickSendClient]


def surface() -> dict[str, Callable[..., Any]]:
    """Every `resource.method` that the client really has."""
    client = ClickSendClient(KEY)
    return {
        f"{noun}.{name}": method
        for noun, resource in vars(client).items()
        if isinstance(resource, Resource)
        for name, method in inspect.getmembers(resource, inspect.ismethod)
        if not name.startswith("_")
    }


def test_the_light_table_of_calls_is_the_clients_real_surface() -> None:
    calls = surface()
    assert set(calls) == CALLS
    returned = {name: str(inspect.signature(method).return_annotation) for name, method in calls.items()}
    assert {name for name, kind in returned.items() if kind.startswith("Page[")} == PAGED_CALLS
    assert {name for name in CALLS if name.endswith(".send")} == SENDING_CALLS


def test_every_call_has_a_row_here() -> None:
    assert set(TABLE) == CALLS


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_call_sends_what_the_document_says(name: str, client_of: ClientOf) -> None:
    call, answer, target, body = TABLE[name]
    with scripted(said(answer) if name.startswith("connections.") else envelope(answer)) as server:
        call(client_of(server))
    (request,) = server.arrived
    assert f"{request.method} {request.target}" == target
    assert (request.json() if request.body else None) == body
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["user-agent"].startswith("airflow-provider-clicksend/")
    assert "maton-connection" not in request.headers


@pytest.mark.parametrize("as_given", [list, CheckedMessages])
def test_settings_reach_the_wire(as_given: type[list[Any]]) -> None:
    messages = as_given([{**SMS}, {**SMS, "from": "OTHER", "source": "me"}])
    with scripted(envelope(SENT)) as server:
        client = ClickSendClient(KEY, base_url=server.url, maton_connection_id="c-1", sender="ACME", source="etl")
        client.sms.send(messages)
    (request,) = server.arrived
    assert messages[0] == SMS
    assert request.headers["maton-connection"] == "c-1"
    first, second = request.json()["messages"]
    assert (first["from"], first["source"]) == ("ACME", "etl")
    assert (second["from"], second["source"]) == ("OTHER", "me")


def test_a_model_that_is_sent_is_not_changed() -> None:
    from airflow_provider_clicksend.api.models.outgoing import SmsMessage

    message = SmsMessage(to="+15551234567", body="hi")
    with scripted(envelope(SENT)) as server:
        ClickSendClient(KEY, base_url=server.url, sender="ACME").sms.send([message])
    assert message.from_ is None
    assert server.arrived[0].json()["messages"][0]["from"] == "ACME"


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda c: c.sms.send([SMS, {**SMS, "bdoy": "x"}]), r"messages\[1\].bdoy: no such argument"),
        (lambda c: c.sms.send([{"to": "+15551234567", "body": ""}]), r"messages\[0\].body"),
        (lambda c: c.sms.send([{"body": "hi"}]), "exactly one of `to` and `list_id`"),
        (lambda c: c.sms.send([{**SMS, "list_id": 5}]), "exactly one of `to` and `list_id`"),
        (lambda c: c.sms.send([{**SMS, "custom_string": "x" * 51}]), "custom_string"),
        (lambda c: c.sms.send([{**SMS, "schedule": 1735628400000}]), "schedule looks like milliseconds"),
        (lambda c: c.sms.send([]), "0 messages"),
        (lambda c: c.sms.send([SMS] * 1001), "1001 messages"),
        (lambda c: c.sms.send([{"to": "x"}] * 20), "and 10 more"),
        (lambda c: c.mms.send([{**MMS, "subject": "x" * 21}], media_file=PICTURE), "subject"),
        (lambda c: c.mms.send([MMS], media_file=""), "media_file"),
        (lambda c: c.mms.upload("/no/such/file.gif"), "media_file /no/such/file.gif: No such file"),
        (lambda c: c.mms.upload("/dev/null"), "has 0 bytes"),
        (lambda c: c.voice.send([{**SMS, "voice": "robot"}]), "voice is 'female' or 'male'"),
        (lambda c: c.voice.send([{**SMS, "require_input": 2}]), "require_input"),
        (lambda c: c.contacts.create(5, first_name="x"), "phone_number, an email or a fax_number"),
        (lambda c: c.contacts.create(5, phone_number="+15551234567", nickname="x"), "nickname: no such argument"),
        (lambda c: c.contacts.update(5, 7), "No field to change"),
        (lambda c: c.sms.cancel_all(custom_string=""), "custom_string is empty"),
        (lambda c: c.lists.list(limit=14), "limit=14"),
        (lambda c: c.lists.list(limit=101), "limit=101"),
        (lambda c: c.lists.list(page=0), "page=0"),
        (lambda c: c.lists.delete(None), "id is empty"),
        (lambda c: c.lists.delete(""), "id is ''"),
        (lambda c: c.sms.cancel(".."), "id is '..', which is not an id"),
    ],
)
def test_what_cannot_work_is_named_before_anything_leaves(call: Call, named: str, client_of: ClientOf) -> None:
    with scripted(envelope(SENT)) as server:
        with pytest.raises(errors.ClickSendConfigError, match=named) as raised:
            call(client_of(server))
        assert server.connections == 0
    assert "+15551234567" not in str(raised.value)


@pytest.mark.parametrize("message_id", ["../account", "a/b", "a?b=c", "a#b", "%2e%2e", "a b"])
def test_an_id_cannot_change_the_path(message_id: str, client_of: ClientOf) -> None:
    with scripted(envelope({"message_id": "x"})) as server:
        client_of(server).sms.receipt(message_id)
    target = server.arrived[0].target
    assert target.startswith(f"{V3}/sms/receipts/")
    assert target.count("/") == 5
    assert "?" not in target


def test_a_netrc_entry_does_not_replace_the_key(
    client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(envelope({"user_id": 1})) as server:
        client_of(server).account.get()
    assert server.arrived[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_new_connection_without_its_link_is_asked_for_it(client_of: ClientOf) -> None:
    with scripted(said({"connection_Id": "c-1"}), said({"connection": CONNECTION})) as server:
        created = client_of(server).connections.create()
    assert [f"{request.method} {request.target}" for request in server.arrived] == [
        "POST /connections",
        "GET /connections/c-1",
    ]
    assert created.url == CONNECTION["url"]


def test_a_new_connection_keeps_its_id_when_its_link_cannot_be_read(client_of: ClientOf) -> None:
    with scripted(said({"connection_id": "c-1"}), said({"detail": "Not Found"}, 404)) as server:
        created = client_of(server).connections.create()
    assert (created.connection_id, created.url) == ("c-1", None)


def test_the_link_of_a_connection_is_shown_only_to_who_asks_for_it(client_of: ClientOf) -> None:
    with scripted(said({"connection": CONNECTION})) as server:
        connection = client_of(server).connections.get("c-1")
    assert connection.url == CONNECTION["url"]
    assert "session_token" not in repr(connection)
    assert "session_token" not in str(connection.primitives())


def test_counts_that_do_not_come_are_zero(client_of: ClientOf) -> None:
    with scripted(envelope([]), envelope(None), said("", 204)) as server:
        client = client_of(server)
        assert client.voice.cancel_all() == 0
        assert client.sms.cancel_all() == 0
        assert client.lists.remove_duplicates(5) == 0
    assert server.arrived[1].body == b""


def test_a_price_is_asked_and_read_as_decimals(client_of: ClientOf) -> None:
    quote = {"total_price": 0.3, "messages": [{"status": "SUCCESS", "message_price": "0.1000", "schedule": ""}]}
    with scripted(envelope({**quote, "_currency": {"currency_name_short": "USD"}})) as server:
        priced = client_of(server).sms.price([SMS])
    assert (priced.total_price, priced.messages[0].message_price) == (Decimal("0.3"), Decimal("0.1000"))
    assert priced.currency == "USD"
    assert priced.primitives()["messages"][0]["message_price"] == "0.1000"


def test_a_page_keeps_what_the_server_says_of_it(client_of: ClientOf) -> None:
    answer = {"total": 17, "per_page": 15, "current_page": 2, "last_page": 2, "data": [LIST, {**LIST, "list_id": 6}]}
    with scripted(envelope(answer)) as server:
        page = client_of(server).lists.list(page=2, limit=15)
    assert isinstance(page, Page)
    assert (page.total, page.per_page, page.current_page, page.last_page) == (17, 15, 2, 2)
    assert [row["list_id"] for row in page.primitives()["rows"]] == [5, 6]
