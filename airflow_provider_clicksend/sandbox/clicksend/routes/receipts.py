"""Delivery receipts: the unread list, one by its message, and marking as read."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import and_, select, update
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep, ChannelDep, TextOrCallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import bad_request, not_found
from airflow_provider_clicksend.sandbox.clicksend.history import check_id
from airflow_provider_clicksend.sandbox.clicksend.replies import count_poll_rules
from airflow_provider_clicksend.sandbox.clicksend.shapes import receipt
from airflow_provider_clicksend.sandbox.data.store import now
from airflow_provider_clicksend.sandbox.data.tables import events, messages
from airflow_provider_clicksend.sandbox.worlds import World

router = APIRouter()


@router.get("/{channel}/receipts")
async def unread_receipts(channel: ChannelDep, call: CallDep) -> JSONResponse:
    """List the unread receipts, newest first unless the world says otherwise; none without a POLL rule."""
    with call.store.begin() as db:
        order = list_order(call.settings.world, events.c.due_at, events.c.id, events.c.message_id)
        query = _receipts(db, channel, call.settings.world).where(events.c.is_read.is_(False))
        query = query.order_by(None).order_by(*order)
        data = page(db, call.request, query, lambda row: receipt(row, call.settings))
    return ok("Here are your delivery receipts.", data)


@router.get("/{channel}/receipts/{message_id}")
async def message_receipt(channel: TextOrCallDep, message_id: str, call: CallDep) -> JSONResponse:
    """Show the last receipt of a message, read or not; 404 while there is none."""
    check_id(call.settings.world, message_id)
    with call.store.begin() as db:
        row = db.execute(_receipts(db, channel, call.settings.world).where(events.c.message_id == message_id)).first()
    if row is None:
        raise not_found("Receipt")
    return ok("Your receipt.", receipt(row, call.settings))


@router.put("/{channel}/receipts-read")
async def mark_receipts_read(channel: TextOrCallDep, call: CallDep, body: BodyDep) -> JSONResponse:
    """Mark as read what came before ``date_before`` (body, or query for calls), everything without one."""
    before = read_date_before({**call.request.query_params, **body})
    due = and_(events.c.channel == channel, events.c.is_receipt, events.c.due_at < before)
    with call.store.begin() as db:
        db.execute(update(events).where(due).values(is_read=True))
    return ok("Receipts have been marked as read.")


def list_order(world: World, time: Any, row_id: Any, message_id: Any) -> list[Any]:
    """Return the order of an unread list in this world."""
    if world.unread_order == "shuffled":
        return [message_id, row_id]
    return [time, row_id] if world.unread_order == "oldest_first" else [time.desc(), row_id.desc()]


def read_date_before(values: dict[str, Any]) -> float:
    """Return the ``date_before`` of a request, the present without one (what is still to come stays unread)."""
    text = str(values.get("date_before") or "")
    if text and not text.isdecimal():
        raise bad_request("The date_before field must be a unix timestamp.")
    return min(float(text), now()) if text else now()


def _receipts(db: Connection, channel: str, world: World) -> Any:
    # The rules for texts also cover MMS; calls have rules of their own.
    kind = "voice/receipts" if channel == "voice" else "sms/receipts"
    query = (
        select(events, messages.c.send_at, messages.c.custom_string)
        .join(messages, messages.c.message_id == events.c.message_id)
        .where(events.c.channel == channel, events.c.is_receipt, events.c.due_at <= now())
        .order_by(events.c.due_at.desc(), events.c.id.desc())
    )
    are_there = count_poll_rules(db, kind) and (channel != "mms" or world.mms_receipts)
    return query if are_there else query.where(events.c.id.is_(None))
