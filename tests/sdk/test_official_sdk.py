"""ClickSend's official SDK against the sandbox, over real HTTP: its strict models judge every answer.

By default the sandbox answers as the live API was seen to. Where the SDK refuses exactly that, its row says why, the
sandbox is switched to the profile "sdk", and a second test shows that the SDK does refuse the live shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

pytest.importorskip("clicksend", reason="the official SDK is installed beside the newest Airflow only")

from pydantic import ValidationError

from airflow_provider_clicksend.sandbox.testing import Sandbox, serve
from tests.documented import skill_operations
from tests.sdk.account import (
    CALL,
    EXAMPLE_LIST,
    MEDIA,
    OPT_OUT_LIST,
    PICTURE,
    TEMPLATE,
    TEXT,
    Account,
    directly,
    through_maton,
)

#: Why the SDK refuses what the live API was seen to answer.
LIST_IDS = "list_id and contact_id: live numbers, the SDK takes text"
REFUSED = 'schedule of a refused message: live "", the SDK takes a number'
RECEIPTS = "numbers of a receipt: text in every published one, the SDK takes numbers"
VOICE_DATE = "date of a call: a number in the documents, the SDK takes text"


class Operation(NamedTuple):
    """An operation of the SDK.

    :param call: makes it.
    :param live_differs: why the SDK refuses the live shape; empty when it does not.
    :param case: what is special about it, when an operation has several rows.
    """

    http: str
    call: Callable[[Account], Any]
    live_differs: str = ""
    case: str = ""


TO_LIST = {"list_id": EXAMPLE_LIST, "body": "Load?"}
NOBODY = {"to": "+1", "body": "Load?"}
NEW_TEMPLATE = {"template_name": "Welcome", "body": "Hello {name}"}

OPERATIONS = [
    Operation("GET /v3/account", lambda a: a.management.view_account_details()),
    Operation("GET /v3/countries", lambda a: a.international.view_countries()),
    Operation("POST /v3/sms/send", lambda a: a.sms.send_sms(send_sms_request={"messages": [TEXT]})),
    Operation(
        "POST /v3/sms/send", lambda a: a.sms.send_sms(send_sms_request={"messages": [NOBODY]}), REFUSED, case="refused"
    ),
    Operation(
        "POST /v3/sms/send", lambda a: a.sms.send_sms(send_sms_request={"messages": [TO_LIST]}), LIST_IDS, case="list"
    ),
    Operation(
        "POST /v3/sms/price",
        lambda a: a.sms.calculate_sms_price(calculate_sms_price_request={"messages": [TEXT, NOBODY]}),
    ),
    Operation("GET /v3/sms/history", lambda a: a.send() and a.sms.view_sms_history(limit=100)),
    Operation(
        "GET /v3/sms/history",
        lambda a: a.send(to=None, list_id=3555278) and a.sms.view_sms_history(limit=100),
        LIST_IDS,
        case="list",
    ),
    Operation("GET /v3/sms/inbound", lambda a: a.answered() and a.sms.view_inbound_sms()),
    Operation("GET /v3/sms/inbound/{id}", lambda a: a.sms.view_a_specific_inbound_sms_message(a.answered())),
    Operation(
        "PUT /v3/sms/inbound-read",
        lambda a: a.sms.mark_inbound_sms_as_read(mark_sms_receipt_as_read_request={"date_before": 1}),
    ),
    Operation("GET /v3/sms/receipts", lambda a: a.send() and a.sms.view_sms_receipts(), RECEIPTS),
    Operation("GET /v3/sms/receipts/{id}", lambda a: a.sms.view_specific_sms_receipt(a.send()), RECEIPTS),
    Operation(
        "PUT /v3/sms/receipts-read",
        lambda a: a.sms.mark_sms_receipt_as_read(mark_sms_receipt_as_read_request={"date_before": 1}),
    ),
    Operation("PUT /v3/sms/{id}/cancel", lambda a: a.sms.cancel_sms(a.schedule())),
    Operation("PUT /v3/sms/cancel-all", lambda a: a.schedule() and a.sms.cancel_all_sms()),
    Operation("GET /v3/automations/sms/receipts", lambda a: a.sms.view_sms_delivery_receipt_rules()),
    Operation("GET /v3/automations/sms/inbound", lambda a: a.sms.view_sms_inbound_automations()),
    Operation("GET /v3/sms/templates", lambda a: a.sms.view_sms_templates()),
    Operation("POST /v3/sms/templates", lambda a: a.sms.create_sms_template(create_sms_template_request=NEW_TEMPLATE)),
    Operation(
        "PUT /v3/sms/templates/{id}",
        lambda a: a.sms.update_sms_template(TEMPLATE, create_sms_template_request=NEW_TEMPLATE),
    ),
    Operation("DELETE /v3/sms/templates/{id}", lambda a: a.sms.delete_sms_template(TEMPLATE)),
    Operation(
        "POST /v3/mms/send", lambda a: a.mms.send_mms(send_mms_request={"media_file": MEDIA, "messages": [PICTURE]})
    ),
    Operation(
        "POST /v3/mms/price",
        lambda a: a.mms.calculate_mms_price(calculate_mms_price_request={"media_file": MEDIA, "messages": [PICTURE]}),
    ),
    Operation(
        "GET /v3/mms/history",
        lambda a: (
            a.mms.send_mms(send_mms_request={"media_file": MEDIA, "messages": [PICTURE]})
            and a.mms.view_mms_history(limit=15)
        ),
    ),
    Operation(
        "POST /v3/voice/send",
        lambda a: a.voice.send_voice_message(send_voice_message_request={"messages": [CALL]}),
        VOICE_DATE,
    ),
    Operation(
        "POST /v3/voice/price",
        lambda a: a.voice.calculate_voice_price(calculate_voice_price_request={"messages": [CALL]}),
    ),
    Operation("GET /v3/voice/lang", lambda a: a.voice.view_voice_languages()),
    Operation("GET /v3/voice/history", lambda a: a.send("voice") and a.voice.get_voice_history(limit=15), VOICE_DATE),
    Operation("GET /v3/voice/receipts", lambda a: a.send("voice") and a.voice.view_voice_receipts()),
    Operation("PUT /v3/voice/{id}/cancel", lambda a: a.voice.cancel_voice_message(a.schedule("voice"))),
    Operation("PUT /v3/voice/cancel-all", lambda a: a.schedule("voice") and a.voice.cancel_all_voice_messages()),
    Operation("GET /v3/lists", lambda a: a.lists.view_lists()),
    Operation("POST /v3/lists", lambda a: a.lists.create_list(create_list_request={"list_name": "On call"})),
    Operation("GET /v3/lists/{id}", lambda a: a.lists.view_specific_list(EXAMPLE_LIST)),
    Operation(
        "PUT /v3/lists/{id}",
        lambda a: a.lists.update_list(EXAMPLE_LIST, create_list_request={"list_name": "On call"}),
    ),
    Operation("DELETE /v3/lists/{id}", lambda a: a.lists.delete_list(EXAMPLE_LIST)),
    Operation(
        "PUT /v3/lists/{id}/remove-duplicates",
        lambda a: a.lists.remove_duplicate_contacts(
            EXAMPLE_LIST, remove_duplicate_contacts_request={"fields": {"first_name": "first_name"}}
        ),
    ),
    Operation("GET /v3/lists/{id}/contacts", lambda a: a.lists.view_list_contacts(EXAMPLE_LIST)),
    Operation("POST /v3/lists/{id}/contacts", lambda a: a.contact() and a.lists.view_list_contacts(EXAMPLE_LIST)),
    Operation("GET /v3/lists/{id}/contacts/{id}", lambda a: a.contacts.get_specific_contact(EXAMPLE_LIST, a.contact())),
    Operation(
        "PUT /v3/lists/{id}/contacts/{id}",
        lambda a: a.contacts.update_contact(
            EXAMPLE_LIST, a.contact(), create_new_contact_request={"first_name": "Grace"}
        ),
    ),
    Operation("DELETE /v3/lists/{id}/contacts/{id}", lambda a: a.contacts.delete_contact(EXAMPLE_LIST, a.contact())),
    Operation(
        "PUT /v3/lists/{id}/contacts/{id}/copy/{id}",
        lambda a: a.lists.copy_contact_to_list(EXAMPLE_LIST, a.contact(), OPT_OUT_LIST),
    ),
    Operation(
        "PUT /v3/lists/{id}/contacts/{id}/transfer/{id}",
        lambda a: a.lists.transfer_contact_to_list(EXAMPLE_LIST, a.contact(), OPT_OUT_LIST),
    ),
    Operation("GET /v3/email/addresses", lambda a: a.email_address() and a.email.view_allowed_email_addresses()),
    Operation("POST /v3/email/addresses", lambda a: a.email_address() and a.email.view_allowed_email_addresses()),
    Operation("DELETE /v3/email/addresses/{id}", lambda a: a.email.delete_allowed_email_address(a.email_address())),
    # The SDK has no model of this answer.
    Operation("POST /v3/uploads", lambda a: SimpleNamespace(**a.upload({"content": "aGk=", "convert": "mms"}))),
]

#: What the SDK does not have.
NOT_IN_THE_SDK = {
    "GET /connections": "Maton's",
    "POST /connections": "Maton's",
    "GET /connections/{id}": "Maton's",
    "DELETE /connections/{id}": "Maton's",
    "GET /v3/mms/receipts": "the SDK has no such operation",
}


def named(operation: Operation) -> str:
    return f"{operation.http} {operation.case}".rstrip()


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


@pytest.fixture(params=[through_maton, directly], ids=["through Maton", "directly"])
def account(server: Sandbox, request: pytest.FixtureRequest) -> Account:
    server.reset()
    server.settings(history_lag=0.0, deliver_after=0.0)
    return Account(server, request.param(server))


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_the_sdk_takes_the_answer(account: Account, operation: Operation) -> None:
    if operation.live_differs:
        account.sandbox.settings(profile="sdk")
    answer = operation.call(account)
    assert (answer.http_code, answer.response_code) == (200, "SUCCESS")
    assert operation.http in {asked.rstrip("/") for asked in account.sandbox.request_counts()}


@pytest.mark.parametrize("operation", [row for row in OPERATIONS if row.live_differs], ids=named)
def test_the_sdk_refuses_the_live_shape(account: Account, operation: Operation) -> None:
    with pytest.raises(ValidationError):
        operation.call(account)


def test_every_operation_of_the_skill_document_is_judged() -> None:
    judged = {operation.http for operation in OPERATIONS} | NOT_IN_THE_SDK.keys()
    assert {operation.http for operation in skill_operations()} <= judged


def test_a_missing_receipt_is_the_sdks_not_found(account: Account) -> None:
    from clicksend.exceptions import NotFoundException

    with pytest.raises(NotFoundException):
        account.sms.view_specific_sms_receipt(account.send(to="+61411111111"))
