"""What a new sandbox account holds: the skill document's examples, one ACTIVE connection and the POLL rules."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.money import UNITS
from airflow_provider_clicksend.sandbox.data import tables

USER_ID = 672721
SUBACCOUNT_ID = 589721
CONNECTION_ID = "37beee67-29f7-43b6-b0b2-5f0f7a5d6440"
OPT_OUT_LIST, EXAMPLE_LIST = 3555277, 3555278
#: Enough for a crash test that sends some hundred thousand texts.
BALANCE = 100_000 * UNITS

RECEIPT_RULE = {"rule_name": "Poll receipts", "match_type": 0, "action": "POLL", "action_address": "", "enabled": 1}
INBOUND_RULE = {
    "dedicated_number": "*",
    "rule_name": "Poll replies",
    "message_search_type": 0,
    "message_search_term": "",
    "action": "POLL",
    "action_address": "",
    "enabled": 1,
    "webhook_type": "post",
}


def utc_text() -> str:
    """Return the present as Maton writes it, ``2026-02-10T10:04:12.418030Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def connection_row(status: str, url: str, **fields: Any) -> dict[str, Any]:
    """Return a new row of the connections table."""
    row = {"connection_id": str(uuid.uuid4()), "app": "clicksend", "metadata": {}, "method": "API_KEY", **fields}
    return {**row, "status": status, "url": url, "creation_time": utc_text(), "last_updated_time": utc_text()}


def seed(db: Connection) -> None:
    """Fill an empty database."""
    db.execute(insert(tables.account).values(user_id=USER_ID, balance=BALANCE))
    active = connection_row(
        "ACTIVE", "https://connect.maton.ai/?session_token=sandbox-session", connection_id=CONNECTION_ID
    )
    db.execute(insert(tables.connections).values(**active))
    db.execute(
        insert(tables.rules),
        [
            {"kind": "sms/receipts", "document": RECEIPT_RULE},
            {"kind": "sms/inbound", "document": INBOUND_RULE},
            {"kind": "voice/receipts", "document": RECEIPT_RULE},
        ],
    )
    db.execute(
        insert(tables.lists),
        [
            {"list_id": OPT_OUT_LIST, "list_name": "Opt-Out List"},
            {"list_id": EXAMPLE_LIST, "list_name": "Example List"},
        ],
    )
    db.execute(insert(tables.contacts), [_contact(number) for number in range(10)])
    db.execute(
        insert(tables.templates).values(
            template_id=632497, template_name="Test Template", body="Hello {name}, this is a test message."
        )
    )


def _contact(number: int) -> dict[str, Any]:
    first, last = ("John", "Doe") if number == 0 else ("Contact", str(number))
    now = int(datetime.now(UTC).timestamp())
    return {
        "contact_id": 1581565666 + number,
        "list_id": EXAMPLE_LIST,
        "phone_number": f"+1801555010{number}",
        "first_name": first,
        "last_name": last,
        "email": f"{first.lower()}{number or ''}@example.com",
        "address_country": "US",
        "date_added": now,
        "date_updated": now,
    }
