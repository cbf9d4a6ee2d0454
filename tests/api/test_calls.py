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
from tests.api.conftest import KEY
from tests.support.wire import Wire, envelope, said, wired

ClientOf = Callable[[Wire], ClickSendClient]
Call = Callable[[ClickSendClient], Any]

SMS = {"to": "+15551234567", "body": "hi"}
SMS_OUT = {**SMS, "source": "airflow"}
MMS = {**SMS, "subject": "Look"}
MMS_OUT = {**MMS, "source": "airflow"}
VOICE_OUT = {**SMS_OUT, "voice": "female", "lang": "en-us", "require_input": 0, "machine_detection": 0}
SENT = {"total_price": 0, "messages": []}
PAGE = {"total": 0, "per_page": 15, "current_page": 1, "last_page": 0, "data": []}
LIST = {"list_id": 5, "list_name": "On call"}
CONTACT = {"contact_id": 7, "list_id": 5}
TEMPLATE = {"template_id": 3, "template_name": "Welcome", "body": "Hi {name}"}
EMAIL = {"email_address_id": 9, "email_address": "a@example.com", "verified": 0, "date_added": "1436174407"}
CONNECTION = {"connection_id": "c-1", "status": "PENDING", "url": "https://connect.maton.ai/?session_token=s"}
PICTURE = "https://example.com/i.jpg"
V3 = "/clicksend/v3"

#: method -> the call, what is answered (`data`, or the whole body on the control plane), method and target, body.
TABLE: dict[str, tuple[Call, Any, str, Any]] = {
    "account.get": (lambda c: c.account.get(), {"user_id": 1}, f"GET {V3}/account", None),
    "account.countries": (lambda c: c.account.countries(), [{"code": "US", "value": "x"}], f"GET {V3}/countries", None),
    "automations.receipt_rules": (
        lambda c: c.automations.receipt_rules(),
        PAGE,
        f"GET {V3}/automations/sms/receipts?page=1&limit=100",
        None,
    ),
    "automations.inbound_rules": (
        lambda c: c.automations.inbound_rules(page=2, limit=15),
        PAGE,
        f"GET {V3}/automations/sms/inbound?page=2&limit=15",
        None,
    ),
    "connections.list": (
        lambda c: c.connections.list(status="ACTIVE"),
        {"connections": [CONNECTION]},
        "GET /connections?app=clicksend&status=ACTIVE",
        None,
    ),
    "connections.create": (
        lambda c: c.connections.create(app="clicksend"),
        {"connection": CONNECTION},
        "POST /connections",
        {"app": "clicksend"},
    ),
    "connections.get": (lambda c: c.connections.get("c-1"), {"connection": CONNECTION}, "GET /connections/c-1", None),
    "connections.delete": (lambda c: c.connections.delete("c-1"), {}, "DELETE /connections/c-1", None),
    "contacts.list": (
        lambda c: c.contacts.list(5, updated_after=17),
        PAGE,
        f"GET {V3}/lists/5/contacts?page=1&limit=100&updated_after=17",
        None,
    ),
    "contacts.get": (lambda c: c.contacts.get(5, 7), CONTACT, f"GET {V3}/lists/5/contacts/7", None),
    "contacts.create": (
        lambda c: c.contacts.create(5, phone_number="+15551234567", custom_4="x", address_country="US"),
        CONTACT,
        f"POST {V3}/lists/5/contacts",
        {"phone_number": "+15551234567", "custom_4": "x", "address_country": "US"},
    ),
    "contacts.update": (
        lambda c: c.contacts.update(5, 7, first_name="Jane", last_name=""),
        CONTACT,
        f"PUT {V3}/lists/5/contacts/7",
        {"first_name": "Jane", "last_name": ""},
    ),
    "contacts.delete": (lambda c: c.contacts.delete(5, 7), [], f"DELETE {V3}/lists/5/contacts/7", None),
    "contacts.copy": (lambda c: c.contacts.copy(5, 7, 6), CONTACT, f"PUT {V3}/lists/5/contacts/7/copy/6", None),
    "contacts.transfer": (
        lambda c: c.contacts.transfer(5, 7, 6),
        CONTACT,
        f"PUT {V3}/lists/5/contacts/7/transfer/6",
        None,
    ),
    "email_addresses.list": (
        lambda c: c.email_addresses.list(),
        PAGE,
        f"GET {V3}/email/addresses?page=1&limit=100",
        None,
    ),
    "email_addresses.create": (
        lambda c: c.email_addresses.create(email_address="a@example.com"),
        EMAIL,
        f"POST {V3}/email/addresses",
        {"email_address": "a@example.com"},
    ),
    "email_addresses.delete": (lambda c: c.email_addresses.delete(9), [], f"DELETE {V3}/email/addresses/9", None),
    "lists.list": (lambda c: c.lists.list(limit=50), PAGE, f"GET {V3}/lists?page=1&limit=50", None),
    "lists.get": (lambda c: c.lists.get(5), LIST, f"GET {V3}/lists/5", None),
    "lists.create": (
        lambda c: c.lists.create(list_name="On call"),
        LIST,
        f"POST {V3}/lists",
        {"list_name": "On call"},
    ),
    "lists.update": (lambda c: c.lists.update(5, list_name="x"), LIST, f"PUT {V3}/lists/5", {"list_name": "x"}),
    "lists.delete": (lambda c: c.lists.delete(5), [], f"DELETE {V3}/lists/5", None),
    "lists.remove_duplicates": (
        lambda c: c.lists.remove_duplicates(5),
        {"deleted": 2},
        f"PUT {V3}/lists/5/remove-duplicates",
        {"fields": {"phone_number": "phone_number"}},
    ),
    "mms.send": (
        lambda c: c.mms.send([MMS], media_file=PICTURE),
        SENT,
        f"POST {V3}/mms/send",
        {"messages": [MMS_OUT], "media_file": PICTURE},
    ),
    "mms.price": (
        lambda c: c.mms.price([MMS], media_file=PICTURE),
        SENT,
        f"POST {V3}/mms/price",
        {"messages": [MMS_OUT], "media_file": PICTURE},
    ),
    "mms.upload": (
        lambda c: c.mms.upload(Path(__file__).parent / "answers" / "one_pixel.gif"),
        {"_url": PICTURE},
        f"POST {V3}/uploads?convert=mms",
        {"content": "R0lGODlhAQABAAAAACwAAAAAAQABAAAC"},
    ),
    "mms.history": (lambda c: c.mms.history(), PAGE, f"GET {V3}/mms/history?page=1&limit=100", None),
    "mms.receipts": (lambda c: c.mms.receipts(), PAGE, f"GET {V3}/mms/receipts?page=1&limit=100", None),
    "sms.send": (
        lambda c: c.sms.send([SMS], shorten_urls=True),
        SENT,
        f"POST {V3}/sms/send",
        {"messages": [SMS_OUT], "shorten_urls": True},
    ),
    "sms.price": (lambda c: c.sms.price([SMS]), SENT, f"POST {V3}/sms/price", {"messages": [SMS_OUT]}),
    "sms.history": (
        lambda c: c.sms.history(q="to:+1555", date_from=1, date_to=2, order_by="date:desc", operator="AND"),
        PAGE,
        f"GET {V3}/sms/history?page=1&limit=100&date_from=1&date_to=2&q=to%3A%2B1555&order_by=date%3Adesc&operator=AND",
        None,
    ),
    "sms.inbound": (lambda c: c.sms.inbound(), PAGE, f"GET {V3}/sms/inbound?page=1&limit=100", None),
    "sms.reply": (lambda c: c.sms.reply("A-1"), {"body": "YES"}, f"GET {V3}/sms/inbound/A-1", None),
    "sms.receipts": (lambda c: c.sms.receipts(), PAGE, f"GET {V3}/sms/receipts?page=1&limit=100", None),
    "sms.receipt": (lambda c: c.sms.receipt("A-1"), {"message_id": "A-1"}, f"GET {V3}/sms/receipts/A-1", None),
    "sms.mark_receipts_read": (
        lambda c: c.sms.mark_receipts_read(before=17),
        None,
        f"PUT {V3}/sms/receipts-read",
        {"date_before": 17},
    ),
    "sms.mark_inbound_read": (
        lambda c: c.sms.mark_inbound_read(before=17),
        3,
        f"PUT {V3}/sms/inbound-read",
        {"date_before": 17},
    ),
    "sms.cancel": (lambda c: c.sms.cancel("A-1"), None, f"PUT {V3}/sms/A-1/cancel", None),
    "sms.cancel_all": (
        lambda c: c.sms.cancel_all(custom_string="x"),
        {"count": 2},
        f"PUT {V3}/sms/cancel-all",
        {"custom_string": "x"},
    ),
    "templates.list": (
        lambda c: c.templates.list(q="template_name:Welcome"),
        PAGE,
        f"GET {V3}/sms/templates?page=1&limit=100&q=template_name%3AWelcome",
        None,
    ),
    "templates.create": (
        lambda c: c.templates.create(template_name="Welcome", body="Hi {name}"),
        TEMPLATE,
        f"POST {V3}/sms/templates",
        {"template_name": "Welcome", "body": "Hi {name}"},
    ),
    "templates.update": (
        lambda c: c.templates.update(3, template_name="Welcome", body="x"),
        TEMPLATE,
        f"PUT {V3}/sms/templates/3",
        {"template_name": "Welcome", "body": "x"},
    ),
    "templates.delete": (lambda c: c.templates.delete(3), [], f"DELETE {V3}/sms/templates/3", None),
    "voice.send": (lambda c: c.voice.send([SMS]), SENT, f"POST {V3}/voice/send", {"messages": [VOICE_OUT]}),
    "voice.price": (lambda c: c.voice.price([SMS]), SENT, f"POST {V3}/voice/price", {"messages": [VOICE_OUT]}),
    "voice.history": (lambda c: c.voice.history(), PAGE, f"GET {V3}/voice/history?page=1&limit=100", None),
    "voice.languages": (
        lambda c: c.voice.languages(),
        [{"code": "fr-ca", "country": "Canada", "gender": "female"}],
        f"GET {V3}/voice/lang",
        None,
    ),
    "voice.receipts": (lambda c: c.voice.receipts(), PAGE, f"GET {V3}/voice/receipts?page=1&limit=100", None),
    "voice.receipt": (lambda c: c.voice.receipt("A-1"), {"digits": "2"}, f"GET {V3}/voice/receipts/A-1", None),
    "voice.cancel": (lambda c: c.voice.cancel("A-1"), [], f"PUT {V3}/voice/A-1/cancel", None),
    "voice.cancel_all": (lambda c: c.voice.cancel_all(), {"count": 1}, f"PUT {V3}/voice/cancel-all", None),
}


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
    with wired(said(answer) if name.startswith("connections.") else envelope(answer)) as wire:
        call(client_of(wire))
    (request,) = wire.arrived
    assert f"{request.method} {request.target}" == target
    assert (request.json() if request.body else None) == body
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["user-agent"].startswith("airflow-provider-clicksend/")
    assert "maton-connection" not in request.headers


def test_settings_reach_the_wire() -> None:
    with wired(envelope(SENT)) as wire:
        client = ClickSendClient(KEY, base_url=wire.url, maton_connection_id="c-1", sender="ACME", source="etl")
        client.sms.send([SMS, {**SMS, "from": "OTHER", "source": "me"}])
    (request,) = wire.arrived
    assert request.headers["maton-connection"] == "c-1"
    first, second = request.json()["messages"]
    assert (first["from"], first["source"]) == ("ACME", "etl")
    assert (second["from"], second["source"]) == ("OTHER", "me")


def test_a_model_that_is_sent_is_not_changed() -> None:
    from airflow_provider_clicksend.api.models.messages import SmsMessage

    message = SmsMessage(to="+15551234567", body="hi")
    with wired(envelope(SENT)) as wire:
        ClickSendClient(KEY, base_url=wire.url, sender="ACME").sms.send([message])
    assert message.from_ is None
    assert wire.arrived[0].json()["messages"][0]["from"] == "ACME"


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda c: c.sms.send([SMS, {**SMS, "bdoy": "x"}]), r"messages\[1\].bdoy: no such argument"),
        (lambda c: c.sms.send([{"to": "+15551234567", "body": ""}]), r"messages\[0\].body"),
        (lambda c: c.sms.send([{"body": "hi"}]), "exactly one of `to` and `list_id`"),
        (lambda c: c.sms.send([{**SMS, "list_id": 5}]), "exactly one of `to` and `list_id`"),
        (lambda c: c.sms.send([{**SMS, "custom_string": "x" * 51}]), "custom_string"),
        (lambda c: c.sms.send([{**SMS, "schedule": 1735628400000}]), "schedule: .* milliseconds"),
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
        (lambda c: c.contacts.update(5, 7), "no field to change"),
        (lambda c: c.sms.cancel_all(custom_string=""), "custom_string is empty"),
        (lambda c: c.lists.list(limit=14), "limit=14"),
        (lambda c: c.lists.list(limit=101), "limit=101"),
        (lambda c: c.lists.list(page=0), "page=0"),
        (lambda c: c.lists.delete(None), "'None' is no id"),
        (lambda c: c.lists.delete(""), "'' is no id"),
        (lambda c: c.sms.cancel(".."), "'..' is no id"),
    ],
)
def test_what_cannot_work_is_named_before_anything_leaves(call: Call, named: str, client_of: ClientOf) -> None:
    with wired(envelope(SENT)) as wire:
        with pytest.raises(errors.ClickSendConfigError, match=named) as raised:
            call(client_of(wire))
        assert wire.connections == 0
    assert "+15551234567" not in str(raised.value)


@pytest.mark.parametrize("message_id", ["../account", "a/b", "a?b=c", "a#b", "%2e%2e", "a b"])
def test_an_id_cannot_change_the_path(message_id: str, client_of: ClientOf) -> None:
    with wired(envelope({"message_id": "x"})) as wire:
        client_of(wire).sms.receipt(message_id)
    target = wire.arrived[0].target
    assert target.startswith(f"{V3}/sms/receipts/")
    assert target.count("/") == 5
    assert "?" not in target


def test_a_netrc_entry_does_not_replace_the_key(
    client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with wired(envelope({"user_id": 1})) as wire:
        client_of(wire).account.get()
    assert wire.arrived[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_new_connection_without_its_link_is_asked_for_it(client_of: ClientOf) -> None:
    with wired(said({"connection_Id": "c-1"}), said({"connection": CONNECTION})) as wire:
        created = client_of(wire).connections.create()
    assert [f"{request.method} {request.target}" for request in wire.arrived] == [
        "POST /connections",
        "GET /connections/c-1",
    ]
    assert created.url == CONNECTION["url"]


def test_a_new_connection_keeps_its_id_when_its_link_cannot_be_read(client_of: ClientOf) -> None:
    with wired(said({"connection_id": "c-1"}), said({"detail": "Not Found"}, 404)) as wire:
        created = client_of(wire).connections.create()
    assert (created.connection_id, created.url) == ("c-1", None)


def test_the_link_of_a_connection_is_shown_only_to_who_asks_for_it(client_of: ClientOf) -> None:
    with wired(said({"connection": CONNECTION})) as wire:
        connection = client_of(wire).connections.get("c-1")
    assert connection.url == CONNECTION["url"]
    assert "session_token" not in repr(connection)
    assert "session_token" not in str(connection.primitives())


def test_counts_that_do_not_come_are_zero(client_of: ClientOf) -> None:
    with wired(envelope([]), envelope(None), said("", 204)) as wire:
        client = client_of(wire)
        assert client.voice.cancel_all() == 0
        assert client.sms.cancel_all() == 0
        assert client.lists.remove_duplicates(5) == 0
    assert wire.arrived[1].body == b""


def test_a_price_is_asked_and_read_as_decimals(client_of: ClientOf) -> None:
    quote = {"total_price": 0.3, "messages": [{"status": "SUCCESS", "message_price": "0.1000", "schedule": ""}]}
    with wired(envelope({**quote, "_currency": {"currency_name_short": "USD"}})) as wire:
        priced = client_of(wire).sms.price([SMS])
    assert (priced.total_price, priced.messages[0].message_price) == (Decimal("0.3"), Decimal("0.1000"))
    assert priced.currency == "USD"
    assert priced.primitives()["messages"][0]["message_price"] == "0.1000"


def test_a_page_keeps_what_the_server_says_of_it(client_of: ClientOf) -> None:
    answer = {"total": 17, "per_page": 15, "current_page": 2, "last_page": 2, "data": [LIST, {**LIST, "list_id": 6}]}
    with wired(envelope(answer)) as wire:
        page = client_of(wire).lists.list(page=2, limit=15)
    assert isinstance(page, Page)
    assert (page.total, page.per_page, page.current_page, page.last_page) == (17, 15, 2, 2)
    assert [row["list_id"] for row in page.primitives()["rows"]] == [5, 6]
