"""Replies: the unread list, the first one to a sent text, and marking as read."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import select, update

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import not_found
from airflow_provider_clicksend.sandbox.clicksend.history import check_id
from airflow_provider_clicksend.sandbox.clicksend.routes.receipts import list_order, read_date_before
from airflow_provider_clicksend.sandbox.clicksend.shapes import reply
from airflow_provider_clicksend.sandbox.data.tables import inbound

router = APIRouter()

_POLLED = select(inbound).where(inbound.c.is_polled)


@router.get("/sms/inbound")
async def unread_replies(call: CallDep) -> JSONResponse:
    """List the unread replies, newest first; one that several POLL rules met comes several times."""
    world = call.settings.world
    order = list_order(world, inbound.c.at, inbound.c.id, inbound.c.message_id)
    query = _POLLED.where(inbound.c.is_read.is_(False)).order_by(*order)
    with call.store.begin() as db:
        data = page(db, call.request, query, lambda row: reply(row, world))
    return ok("Here are your inbound messages.", data)


@router.get("/sms/inbound/{original_message_id}")
async def first_reply(original_message_id: str, call: CallDep) -> JSONResponse:
    """Show the first reply to a sent text, read or not; 404 while there is none."""
    check_id(call.settings.world, original_message_id)
    query = _POLLED.where(inbound.c.original_message_id == original_message_id).order_by(inbound.c.at, inbound.c.id)
    with call.store.begin() as db:
        row = db.execute(query).first()
    if row is None:
        raise not_found("Inbound")
    return ok("Here is your inbound message.", reply(row, call.settings.world))


@router.put("/sms/inbound-read")
async def mark_replies_read(call: CallDep, body: BodyDep) -> JSONResponse:
    """Mark as read what came before ``date_before``, everything without one."""
    _mark(call, inbound.c.at < read_date_before(body))
    return ok("Inbound messages have been marked as read.")


@router.put("/sms/inbound-read/{message_id}")
async def mark_reply_read(message_id: str, call: CallDep) -> JSONResponse:
    """Mark every copy of one reply as read; `data` is their number."""
    count = _mark(call, inbound.c.message_id == message_id)
    if not count:
        raise not_found("Inbound")
    return ok("Message has been marked as read.", count)


def _mark(call: CallDep, condition: Any) -> int:
    with call.store.begin() as db:
        return int(db.execute(update(inbound).where(condition, inbound.c.is_polled).values(is_read=True)).rowcount)
