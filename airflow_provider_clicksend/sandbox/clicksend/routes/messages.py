"""Send, price, history and cancel: the same for texts, MMS and calls."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import and_, delete, func, insert, select, true, update
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep, ChannelDep, TextOrCallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import not_found
from airflow_provider_clicksend.sandbox.clicksend.history import history_query, mms_row, sms_row, voice_row
from airflow_provider_clicksend.sandbox.clicksend.outcomes import CANCELLED, event_row
from airflow_provider_clicksend.sandbox.clicksend.sending import accept_messages, price_messages
from airflow_provider_clicksend.sandbox.clicksend.shapes import quote_data, send_data
from airflow_provider_clicksend.sandbox.clicksend.verdicts import SUCCESS
from airflow_provider_clicksend.sandbox.data.store import now
from airflow_provider_clicksend.sandbox.data.tables import events, messages
from airflow_provider_clicksend.sandbox.worlds import World

router = APIRouter()

_HISTORY_ROWS = {"sms": sms_row, "mms": mms_row, "voice": voice_row}


@router.post("/{channel}/send")
async def send(channel: ChannelDep, call: CallDep, body: BodyDep) -> JSONResponse:
    """Accept up to 1,000 messages; each has its own status in the answer."""
    with call.store.begin() as db:
        rows = accept_messages(db, call.settings, channel, body, call.caller)
    call.request.app.state.answers.texted(call.store, rows)
    return ok("Messages queued for delivery.", send_data(rows, call.settings))


@router.post("/{channel}/price")
async def price(channel: ChannelDep, call: CallDep, body: BodyDep) -> JSONResponse:
    """Quote what a send would cost: the answer looks like a send's, message ids included."""
    with call.store.begin() as db:
        rows = price_messages(db, call.settings, channel, body)
    return ok("Here are your data.", quote_data(rows, call.settings))


@router.get("/{channel}/history")
async def history(channel: ChannelDep, call: CallDep) -> JSONResponse:
    """List what was accepted, oldest first unless ``order_by`` says otherwise."""
    show = _HISTORY_ROWS[channel]
    with call.store.begin() as db:
        query = history_query(channel, call.request, call.settings.world)
        data = page(db, call.request, query, lambda row: show(row, call.settings))
    return ok("Here are your messages.", data)


@router.put("/{channel}/cancel-all")
async def cancel_all(channel: TextOrCallDep, call: CallDep, body: BodyDep) -> JSONResponse:
    """Cancel every scheduled message, or those with the ``custom_string`` of the body."""
    condition = _scheduled(channel)
    if body.get("custom_string"):
        condition = and_(condition, _has_reference(str(body["custom_string"]), call.settings.world))
    with call.store.begin() as db:
        count = _cancel(db, condition)
    return ok(f"{count} {channel} messages have been cancelled.", {"count": count})


@router.put("/{channel}/{message_id}/cancel")
async def cancel(channel: TextOrCallDep, message_id: str, call: CallDep) -> JSONResponse:
    """Cancel one scheduled message; 404 for one that is sent, cancelled or unknown."""
    with call.store.begin() as db:
        if not _cancel(db, and_(_scheduled(channel), messages.c.message_id == message_id)):
            raise not_found("Message")
    if channel == "voice":
        return ok("Voice have been cancelled.", [])
    return ok(f"Scheduled {channel} message has been cancelled.")


def _has_reference(text: str, world: World) -> Any:
    column = messages.c.custom_string
    if world.cancel_all_match == "ignored":
        return true()
    if world.cancel_all_match == "prefix":
        return column.startswith(text, autoescape=True)
    return func.lower(column) == text.lower() if world.cancel_all_match == "case_insensitive" else column == text


def _scheduled(channel: str) -> Any:
    return and_(
        messages.c.channel == channel,
        messages.c.status == SUCCESS,
        messages.c.by_others.is_(False),
        messages.c.send_at > now(),
        messages.c.cancelled.is_(False),
    )


def _cancel(db: Connection, condition: Any) -> int:
    """Cancel the messages that meet `condition`, take back their future, and return how many there were."""
    chosen = select(messages.c.message_id, messages.c.channel).where(condition)
    ids = select(messages.c.message_id).where(condition)
    rows = [event_row(CANCELLED, row.message_id, row.channel, now()) for row in db.execute(chosen)]
    if rows:
        db.execute(delete(events).where(events.c.message_id.in_(ids)))
        db.execute(insert(events), rows)
        db.execute(update(messages).where(condition).values(cancelled=True))
    return len(rows)
