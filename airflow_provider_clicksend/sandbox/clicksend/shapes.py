"""Message objects as the API writes them.

The live shapes are those of captured answers; the profile "sdk" differs where the official Python SDK refuses them.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Row

from airflow_provider_clicksend.sandbox.clicksend.money import CURRENCY, price_number, price_text
from airflow_provider_clicksend.sandbox.clicksend.verdicts import BLOCKED, SUCCESS
from airflow_provider_clicksend.sandbox.data.seed import SUBACCOUNT_ID, USER_ID
from airflow_provider_clicksend.sandbox.data.store import Settings
from airflow_provider_clicksend.sandbox.worlds import World, echoed, in_order, number_text

Shape = dict[str, Any]


def send_data(rows: list[Shape], settings: Settings) -> Shape:
    """Return the `data` of a send's answer for rows of the messages table."""
    accepted = [row for row in rows if row["status"] == SUCCESS]
    messages = in_order(settings.world.answer_order, rows, lambda row: row["message_id"])
    return {
        "total_price": price_number(sum(row["price"] for row in accepted)),
        "total_count": len(rows),
        "queued_count": len(accepted),
        "messages": [_answer(row, settings) for row in messages],
        "_currency": CURRENCY,
        "blocked_count": sum(row["status"] in BLOCKED for row in rows),
    }


def _answer(row: Shape, settings: Settings) -> Shape:
    show = _ACCEPTED[row["channel"]] if row["status"] == SUCCESS else _refused
    world = settings.world
    return {
        **show(row, settings.profile),
        "to": number_text(world.answer_number_form, row["recipient"]),
        "custom_string": echoed(world.answer_echo, row["custom_string"]),
    }


def quote_data(rows: list[Shape], settings: Settings) -> Shape:
    """Return the `data` of a quote's answer: like a send's, dates as text and without the account's ids."""
    data = send_data(rows, settings)
    for message in data["messages"]:
        message.pop("user_id", None)
        message.pop("subaccount_id", None)
        message |= {name: str(message[name]) for name in ("date", "schedule") if name in message}
    return data


def _accepted_sms(row: Shape, profile: str) -> Shape:
    return {
        "direction": "out",
        "date": int(row["accepted_at"]),
        "to": row["recipient"],
        "body": row["body"],
        "from": row["sender"],
        "schedule": int(row["send_at"]),
        "message_id": row["message_id"],
        "message_parts": row["parts"],
        "message_price": price_text(row["price"]),
        "from_email": row["details"].get("from_email"),
        "list_id": _identifier(row["list_id"], profile),
        "custom_string": row["custom_string"],
        "contact_id": _identifier(row["contact_id"], profile),
        "user_id": USER_ID,
        "subaccount_id": SUBACCOUNT_ID,
        "is_shared_system_number": row["shared_number"],
        "country": row["country"],
        "carrier": row["carrier"],
        "status": row["status"],
    }


def _accepted_mms(row: Shape, profile: str) -> Shape:
    return {
        "list_id": _identifier(row["list_id"], profile),
        "contact_id": row["contact_id"],
        "message_id": row["message_id"],
        "to": row["recipient"],
        "subject": row["details"].get("subject", ""),
        "from": row["sender"],
        "body": row["body"],
        "country": row["country"],
        "custom_string": row["custom_string"],
        "schedule": str(int(row["send_at"])) if row["send_at"] > row["accepted_at"] else "",
        "message_parts": row["parts"],
        "message_price": price_text(row["price"]),
        "_media_file_url": row["details"].get("media_file", ""),
        "status": row["status"],
    }


def _accepted_voice(row: Shape, profile: str) -> Shape:
    details = row["details"]
    return {
        "date": str(int(row["accepted_at"])) if profile == "sdk" else int(row["accepted_at"]),
        "to": row["recipient"],
        "to_type": "mobile",
        "body": row["body"],
        "from": None,
        "lang": details.get("lang", "en-us"),
        "voice": details.get("voice", "female"),
        "schedule": int(row["send_at"]),
        "message_id": row["message_id"],
        "message_parts": row["parts"],
        "message_price": price_text(row["price"]),
        "custom_string": row["custom_string"],
        "list_id": _identifier(row["list_id"], profile),
        "user_id": USER_ID,
        "subaccount_id": SUBACCOUNT_ID,
        "country": row["country"],
        "carrier": row["carrier"],
        "require_input": details.get("require_input", 0),
        "machine_detection": details.get("machine_detection", 0),
        "status": row["status"],
    }


_ACCEPTED: dict[str, Callable[[Shape, str], Shape]] = {
    "sms": _accepted_sms,
    "mms": _accepted_mms,
    "voice": _accepted_voice,
}


def _refused(row: Shape, profile: str) -> Shape:
    """Return the few fields of a message that was not sent; one that was blocked keeps some more."""
    shape = {"to": row["recipient"], "body": row["body"], "from": row["sender"]}
    if profile != "sdk":
        shape["schedule"] = ""
    shape["message_id"] = row["message_id"]
    if row["status"] in BLOCKED:
        shape |= {"message_parts": 0, "message_price": price_text(0)}
    shape |= {"custom_string": row["custom_string"], "is_shared_system_number": row["shared_number"]}
    if row["status"] in BLOCKED:
        shape |= {"country": row["country"], "carrier": row["carrier"]}
    return {**shape, "status": row["status"]}


def _identifier(value: int | None, profile: str) -> int | str | None:
    """Return a list's or contact's id: the SDK accepts only text here."""
    return str(value) if profile == "sdk" and value is not None else value


def receipt(row: Row[Any], settings: Settings) -> Shape:
    """Return a delivery receipt: every published one has its numbers as text, the SDK wants a text's as numbers."""
    form = settings.world.receipt_form
    is_number = form == "numbers" or (settings.profile == "sdk" and row.channel != "voice")
    number: Callable[[Any], Any] = int if is_number else str
    shape = {
        "timestamp_send": number(int(row.send_at)),
        "timestamp": number(int(row.due_at)),
        "message_id": row.message_id,
        "status_code": number(row.status_code),
        "status_text": row.status_text,
        "error_code": row.error_code and number(row.error_code),
        "error_text": row.error_text,
        "custom_string": echoed(settings.world.receipt_echo, row.custom_string),
        "subaccount_id": number(SUBACCOUNT_ID),
        "message_type": row.channel,
    }
    if form == "sparse":
        return {name: shape[name] for name in ("message_id", "status_code", "timestamp")}
    return shape | {"digits": row.digits} if row.channel == "voice" else shape


def reply(row: Row[Any], world: World) -> Shape:
    """Return an inbound message."""
    none = None if world.reply_attribution == "null" else ""
    shape = {
        "timestamp": int(row.at),
        "from": number_text(world.number_form, row.sender),
        "body": row.body,
        "original_body": row.original_body or none,
        "original_message_id": row.original_message_id or none,
        "to": number_text(world.number_form, row.recipient),
        "custom_string": echoed(world.reply_echo, row.custom_string) if row.original_message_id else none,
        "message_id": row.message_id,
        "_keyword": row.body.split()[0].lower() if row.body.split() else "",
    }
    names = ("timestamp", "from", "body", "message_id") if world.reply_form == "sparse" else tuple(shape)
    return {name: shape[name] for name in names}
