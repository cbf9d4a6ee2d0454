"""A call in the hand of a person: keys are pressed, it is picked up, hung up or declined."""

from typing import Any

from fastapi import HTTPException
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.outcomes import OUTCOMES, event_row
from airflow_provider_clicksend.sandbox.data.store import Settings, now
from airflow_provider_clicksend.sandbox.data.tables import events, messages

KEYS = "123456789*0#"


def press(db: Connection, settings: Settings, message_id: str, key: str) -> None:
    """Let a key be pressed during a call: it becomes the next of the `digits` of the call's receipt.

    The call ends ``deliver_after`` after its last key; the receipt comes then. One that has come already comes again,
    unread, with the key.

    :raises HTTPException: 404 for an id that no call has, 422 for something else than one key.
    """
    if len(key) != 1 or key not in KEYS:
        raise HTTPException(422)
    receipt = _receipt(db, _call(db, message_id).message_id)
    if receipt is None:
        _end(db, message_id, "delivered", now() + settings.deliver_after, key)
        return
    late = receipt.due_at <= now()
    due_at = now() if late else max(receipt.due_at, now() + settings.deliver_after)
    values = {"digits": receipt.digits + key, "due_at": due_at, "is_read": False}
    db.execute(update(events).where(events.c.id == receipt.id).values(**values))


def hang_up(db: Connection, message_id: str, outcome: str) -> None:
    """End a call that rings, "delivered" (it was heard) or "failed" (it was declined); one that is over stays as it is.

    :raises HTTPException: 404 for an id that no call has.
    """
    receipt = _receipt(db, _call(db, message_id).message_id)
    if receipt is not None and receipt.due_at <= now():
        return
    if receipt is not None:
        db.execute(delete(events).where(events.c.message_id == message_id, events.c.due_at > now()))
    _end(db, message_id, outcome, now(), receipt.digits if receipt is not None else "")


def _end(db: Connection, message_id: str, outcome: str, due_at: float, digits: str = "") -> None:
    (step,) = OUTCOMES[outcome]
    db.execute(insert(events), [event_row(step, message_id, "voice", due_at, digits)])


def _call(db: Connection, message_id: str) -> Row[Any]:
    query = select(messages).where(messages.c.message_id == message_id, messages.c.channel == "voice")
    row = db.execute(query).first()
    if row is None:
        raise HTTPException(404)
    return row


def _receipt(db: Connection, message_id: str) -> Row[Any] | None:
    """Return the receipt of a call that is there or still to come."""
    query = select(events).where(events.c.message_id == message_id, events.c.is_receipt)
    return db.execute(query.order_by(events.c.due_at.desc()).limit(1)).first()
