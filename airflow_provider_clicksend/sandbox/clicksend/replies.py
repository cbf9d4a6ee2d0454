"""What comes in: a reply is attributed to the last text sent to its number and put into each POLL rule's list."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.numbers import SHARED_NUMBER, country_of
from airflow_provider_clicksend.sandbox.clicksend.sending import new_message_id
from airflow_provider_clicksend.sandbox.clicksend.verdicts import SUCCESS
from airflow_provider_clicksend.sandbox.data.store import Settings, now
from airflow_provider_clicksend.sandbox.data.tables import inbound, messages, rules
from airflow_provider_clicksend.sandbox.data.traffic import add_other_replies


def count_poll_rules(db: Connection, kind: str) -> int:
    """Return how many enabled rules of a kind ("sms/receipts", "sms/inbound", "voice/receipts") poll."""
    documents = db.execute(select(rules.c.document).where(rules.c.kind == kind)).scalars()
    return sum(document.get("action") == "POLL" and document.get("enabled") == 1 for document in documents)


def receive_reply(db: Connection, settings: Settings, sender: str, body: str) -> dict[str, Any]:
    """Store what the phone `sender` answered and return its row of the inbound table."""
    original = _text_answered_by(db, sender, settings)
    reply = {
        "message_id": new_message_id(),
        "at": now(),
        "sender": sender,
        "recipient": original.sender if original else SHARED_NUMBER,
        "body": body,
        "original_body": original.body if original else "",
        "original_message_id": original.message_id if original else "",
        "custom_string": original.custom_string if original else "",
        "is_polled": True,
        "is_read": settings.world.replies_read_by_others,
    }
    copies = count_poll_rules(db, "sms/inbound")
    db.execute(insert(inbound), [reply] * copies if copies else [{**reply, "is_polled": False}])
    db.execute(insert(messages), [_history_row(reply, settings)])
    add_other_replies(db, settings.world.other_replies, now())
    return reply


def _text_answered_by(db: Connection, number: str, settings: Settings) -> Any:
    attribution = settings.world.reply_attribution
    if attribution in {"none", "null"}:
        return None
    sent = select(messages).where(
        messages.c.channel == "sms",
        messages.c.direction == "out",
        messages.c.recipient == number,
        messages.c.status == SUCCESS,
        messages.c.cancelled.is_(False),
        messages.c.send_at <= now(),
    )
    columns = (messages.c.send_at, messages.c.id)
    order = [column if attribution == "oldest" else column.desc() for column in columns]
    return db.execute(sent.order_by(*order).limit(1)).first()


def _history_row(reply: dict[str, Any], settings: Settings) -> dict[str, Any]:
    same = {name: reply[name] for name in ("message_id", "sender", "recipient", "body", "custom_string")}
    return {
        **same,
        "channel": "sms",
        "direction": "in",
        "accepted_at": reply["at"],
        "visible_at": reply["at"] + settings.history_lag,
        "send_at": reply["at"],
        "status": SUCCESS,
        "parts": 1,
        "country": country_of(reply["sender"]).code,
    }
