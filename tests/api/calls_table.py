"""Every call of the client, and what the document says that it sends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from airflow_provider_clicksend.api import ClickSendClient

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
