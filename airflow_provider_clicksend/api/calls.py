"""The names of all calls of the client: a table, so that a name can be checked without the client's dependencies."""

from __future__ import annotations

_METHODS = {
    "account": "get countries",
    "automations": "receipt_rules inbound_rules",
    "connections": "list create get delete",
    "contacts": "list get create update delete copy transfer",
    "email_addresses": "list create delete",
    "lists": "list get create update delete remove_duplicates",
    "mms": "send price upload history receipts",
    "sms": ("send price history inbound reply receipts receipt mark_receipts_read mark_inbound_read cancel cancel_all"),
    "templates": "list create update delete",
    "voice": "send price history languages receipts receipt cancel cancel_all",
}

#: Every ``resource.method`` of :class:`~airflow_provider_clicksend.api.ClickSendClient`.
CALLS = frozenset(f"{resource}.{method}" for resource, methods in _METHODS.items() for method in methods.split())

#: Those that reach people and cost money.
SENDING_CALLS = frozenset({"mms.send", "sms.send", "voice.send"})

#: Those that give a page, and can be read to the end.
PAGED_CALLS = frozenset(
    {
        "automations.inbound_rules",
        "automations.receipt_rules",
        "contacts.list",
        "email_addresses.list",
        "lists.list",
        "mms.history",
        "mms.receipts",
        "sms.history",
        "sms.inbound",
        "sms.receipts",
        "templates.list",
        "voice.history",
        "voice.receipts",
    }
)
