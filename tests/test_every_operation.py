"""Every method of the client, and the same through `ClickSendApiOperator`, end to end against the sandbox."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.calls import CALLS, PAGED_CALLS, SENDING_CALLS
from airflow_provider_clicksend.operators.api import ClickSendApiOperator, primitives
from airflow_provider_clicksend.sandbox.testing import Sandbox, serve
from tests.documented import all_operations

PHONE = "+15551234567"
TEXT = {"to": PHONE, "body": "Load?", "custom_string": "every"}
PICTURE = {**TEXT, "subject": "Chart"}
MEDIA = "https://example.com/chart.jpg"
OPT_OUT_LIST, EXAMPLE_LIST, TEMPLATE = 3555277, 3555278, 632497
CONNECTION = "37beee67-29f7-43b6-b0b2-5f0f7a5d6440"
FIRST_TRY = {"ti": SimpleNamespace(try_number=1)}


class Account:
    """An account in the sandbox, and what the calls need to find there."""

    def __init__(self, sandbox: Sandbox, client: ClickSendClient, folder: Path) -> None:
        self.sandbox = sandbox
        self.client = client
        self.folder = folder

    def send(self, channel: str = "sms", **fields: Any) -> str:
        """Send something and return its id."""
        answer = getattr(self.client, channel).send([{**TEXT, **fields}])
        return str(answer.messages[0].message_id)

    def schedule(self, channel: str = "sms") -> str:
        """Schedule something for the next hour and return its id."""
        return self.send(channel, schedule=int(time.time()) + 3600)

    def picture(self) -> None:
        """Send a picture."""
        self.client.mms.send([PICTURE], media_file=MEDIA)

    def answered(self) -> str:
        """Return the id of a text that PHONE has answered."""
        message_id = self.send()
        self.sandbox.reply(PHONE, "YES")
        return message_id

    def contact(self) -> int:
        """Create a contact in the example list and return its id."""
        return self.client.contacts.create(EXAMPLE_LIST, phone_number=PHONE, first_name="Ada").contact_id

    def email_address(self) -> int:
        """Add an address and return its id."""
        return self.client.email_addresses.create(email_address="sender@example.com").email_address_id

    def file(self) -> str:
        """Write a small picture and return its path."""
        path = self.folder / "chart.jpg"
        path.write_bytes(b"\xff\xd8\xff")
        return str(path)


class Call(NamedTuple):
    """One call of the client.

    :param arguments: prepares the account and gives the call's arguments.
    :param gives: what its result must hold, as JSON primitives (of a list or a page, one row); or a test of it.
    """

    arguments: Callable[[Account], dict[str, Any]]
    gives: Any = None


def of(**arguments: Any) -> Callable[[Account], dict[str, Any]]:
    """Return arguments that need no preparation."""
    return lambda account: dict(arguments)


def after(prepare: Callable[[Account], Any], **arguments: Any) -> Callable[[Account], dict[str, Any]]:
    """Return arguments for after something was done."""

    def prepared(account: Account) -> dict[str, Any]:
        prepare(account)
        return dict(arguments)

    return prepared


SENT = {"messages": [{"to": PHONE, "status": "SUCCESS"}]}

EVERY = {
    "account.countries": Call(of(), {"code": "US"}),
    "account.get": Call(of(), {"user_id": 672721, "balance": "100000.000000"}),
    "automations.inbound_rules": Call(of(), {"action": "POLL", "enabled": True}),
    "automations.receipt_rules": Call(of(), {"action": "POLL", "enabled": True}),
    "connections.create": Call(of(app="clicksend"), {"app": "clicksend", "status": "PENDING"}),
    "connections.delete": Call(of(connection_id=CONNECTION)),
    "connections.get": Call(of(connection_id=CONNECTION), {"connection_id": CONNECTION, "status": "ACTIVE"}),
    "connections.list": Call(of(status="ACTIVE"), {"connection_id": CONNECTION}),
    "contacts.copy": Call(
        lambda a: {"list_id": EXAMPLE_LIST, "contact_id": a.contact(), "to_list_id": OPT_OUT_LIST},
        {"list_id": OPT_OUT_LIST, "first_name": "Ada"},
    ),
    "contacts.create": Call(
        of(list_id=EXAMPLE_LIST, phone_number=PHONE, custom_4="night"), {"list_id": EXAMPLE_LIST, "custom_4": "night"}
    ),
    "contacts.delete": Call(lambda a: {"list_id": EXAMPLE_LIST, "contact_id": a.contact()}),
    "contacts.get": Call(lambda a: {"list_id": EXAMPLE_LIST, "contact_id": a.contact()}, {"first_name": "Ada"}),
    "contacts.list": Call(after(Account.contact, list_id=EXAMPLE_LIST), {"phone_number": PHONE}),
    "contacts.transfer": Call(
        lambda a: {"list_id": EXAMPLE_LIST, "contact_id": a.contact(), "to_list_id": OPT_OUT_LIST},
        {"list_id": OPT_OUT_LIST, "first_name": "Ada"},
    ),
    "contacts.update": Call(
        lambda a: {"list_id": EXAMPLE_LIST, "contact_id": a.contact(), "first_name": "Grace"}, {"first_name": "Grace"}
    ),
    "email_addresses.create": Call(of(email_address="sender@example.com"), {"email_address": "sender@example.com"}),
    "email_addresses.delete": Call(lambda a: {"email_address_id": a.email_address()}),
    "email_addresses.list": Call(after(Account.email_address), {"email_address": "sender@example.com"}),
    "lists.create": Call(of(list_name="On call"), {"list_name": "On call", "_contacts_count": 0}),
    "lists.delete": Call(of(list_id=EXAMPLE_LIST)),
    "lists.get": Call(of(list_id=EXAMPLE_LIST), {"list_id": EXAMPLE_LIST, "_contacts_count": 10}),
    "lists.list": Call(of(), {"list_id": EXAMPLE_LIST}),
    "lists.remove_duplicates": Call(
        after(lambda a: (a.contact(), a.contact()), list_id=EXAMPLE_LIST, fields=["phone_number"]), 1
    ),
    "lists.update": Call(of(list_id=EXAMPLE_LIST, list_name="On call"), {"list_name": "On call"}),
    "mms.history": Call(after(Account.picture), {"to": PHONE, "subject": "Chart"}),
    "mms.price": Call(of(messages=[PICTURE], media_file=MEDIA), SENT),
    "mms.receipts": Call(after(Account.picture), {"status_code": "201"}),
    "mms.send": Call(of(messages=[PICTURE], media_file=MEDIA), SENT),
    "mms.upload": Call(lambda a: {"path": a.file()}, lambda url: url.startswith("https://")),
    "sms.cancel": Call(lambda a: {"message_id": a.schedule()}),
    "sms.cancel_all": Call(after(Account.schedule, custom_string="every"), 1),
    "sms.history": Call(after(Account.send, date_from=1, order_by="date:desc"), {"to": PHONE, "body": "Load?"}),
    "sms.inbound": Call(after(Account.answered), {"from": PHONE, "body": "YES"}),
    "sms.mark_inbound_read": Call(after(Account.answered, before=1)),
    "sms.mark_receipts_read": Call(after(Account.send, before=1)),
    "sms.price": Call(of(messages=[TEXT]), SENT),
    "sms.receipt": Call(lambda a: {"message_id": a.send()}, {"status_code": "201", "custom_string": "every"}),
    "sms.receipts": Call(after(Account.send), {"status_code": "201", "custom_string": "every"}),
    "sms.reply": Call(lambda a: {"message_id": a.answered()}, {"from": PHONE, "body": "YES"}),
    "sms.send": Call(of(messages=[TEXT]), SENT),
    "templates.create": Call(of(template_name="Hi", body="Hello {name}"), {"template_name": "Hi"}),
    "templates.delete": Call(of(template_id=TEMPLATE)),
    "templates.list": Call(of(), {"template_id": TEMPLATE}),
    "templates.update": Call(of(template_id=TEMPLATE, template_name="Hi", body="Hello"), {"body": "Hello"}),
    "voice.cancel": Call(lambda a: {"message_id": a.schedule("voice")}),
    "voice.cancel_all": Call(after(lambda a: a.schedule("voice")), 1),
    "voice.history": Call(after(lambda a: a.send("voice")), {"to": PHONE, "lang": "en-us"}),
    "voice.languages": Call(of(), {"code": "tr-tr", "gender": ["female"]}),
    "voice.price": Call(of(messages=[TEXT]), SENT),
    "voice.receipt": Call(lambda a: {"message_id": a.send("voice")}, {"status_code": "201", "digits": ""}),
    "voice.receipts": Call(after(lambda a: a.send("voice")), {"status_code": "201", "digits": ""}),
    "voice.send": Call(of(messages=[TEXT]), SENT),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def account(server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    server.reset()
    server.settings(history_lag=0.0, deliver_after=0.0)
    host = server.url.replace("://", "%3A%2F%2F")
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", f"clicksend://:{server.api_key}@{host}")
    with ClickSendClient(server.api_key, base_url=server.url) as client:
        yield Account(server, client, tmp_path)


def holds(result: Any, wanted: Any) -> bool:
    """Tell whether a result has what is wanted; of a list or a page, one of its rows must."""
    if callable(wanted):
        return bool(wanted(result))
    if isinstance(wanted, dict):
        result = result["rows"] if isinstance(result, dict) and "rows" in result else result
        if isinstance(result, list):
            return any(holds(row, wanted) for row in result)
        return all(name in result and holds(result[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return len(result) == len(wanted) and all(map(holds, result, wanted))
    return bool(result == wanted)


@pytest.mark.parametrize("call", sorted(EVERY))
def test_the_client_makes_the_call(account: Account, call: str) -> None:
    arguments = EVERY[call].arguments(account)
    account.sandbox.control("DELETE", "requests")
    result = primitives(attrgetter(call)(account.client)(**arguments))
    assert account.sandbox.request_counts() == {all_operations()[call].http: 1}
    assert holds(result, EVERY[call].gives), result


@pytest.mark.parametrize("call", sorted(EVERY))
def test_the_operator_makes_the_call(account: Account, call: str) -> None:
    arguments = EVERY[call].arguments(account)
    account.sandbox.control("DELETE", "requests")
    result = ClickSendApiOperator(task_id="call", call=call, arguments=arguments).execute(FIRST_TRY)
    assert account.sandbox.request_counts() == {all_operations()[call].http: 1}
    assert holds(json.loads(json.dumps(result)), EVERY[call].gives), result


@pytest.mark.parametrize("call", sorted(PAGED_CALLS))
def test_the_operator_reads_all_pages(account: Account, call: str) -> None:
    arguments = EVERY[call].arguments(account)
    rows = ClickSendApiOperator(task_id="call", call=call, arguments=arguments, all_pages=True).execute(FIRST_TRY)
    assert holds(rows, EVERY[call].gives)


def test_no_method_of_the_client_is_left_out(account: Account) -> None:
    resources = [name for name in vars(account.client) if hasattr(getattr(account.client, name), "_client")]
    methods = {
        f"{name}.{method}"
        for name in resources
        for method, _ in inspect.getmembers(getattr(account.client, name), inspect.ismethod)
        if not method.startswith("_")
    }
    assert methods == CALLS == EVERY.keys() == all_operations().keys()
    assert SENDING_CALLS <= CALLS
