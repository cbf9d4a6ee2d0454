"""The sandbox's records under ``/sandbox``: what was sent, and every request that came."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Row

from airflow_provider_clicksend.sandbox.clicksend.calls import CallDep
from airflow_provider_clicksend.sandbox.clicksend.money import price_text
from airflow_provider_clicksend.sandbox.clicksend.verdicts import SUCCESS
from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.tables import messages, requests

router = APIRouter(prefix="/sandbox")


class MessageFilter(BaseModel):
    """Which messages: by channel, number, status, reference (`custom_string`) or its beginning, or after an `id`."""

    model_config = ConfigDict(extra="forbid")

    channel: str | None = None
    to: str | None = None
    status: str | None = None
    custom_string: str | None = None
    starts_with: str | None = None
    after: int = 0

    def conditions(self) -> list[Any]:
        """Return what a row of the messages table must meet."""
        wanted: dict[Any, str | None] = {
            messages.c.channel: self.channel,
            messages.c.recipient: self.to,
            messages.c.status: self.status,
            messages.c.custom_string: self.custom_string,
        }
        found = [column == value for column, value in wanted.items() if value is not None]
        if self.starts_with is not None:
            found.append(messages.c.custom_string.startswith(self.starts_with, autoescape=True))
        return [messages.c.direction == "out", messages.c.by_others.is_(False), messages.c.id > self.after, *found]


class CountFilter(MessageFilter):
    """Which messages to count, and what should come only once."""

    by: Literal["custom_string", "to", "body"] = "custom_string"


@router.get("/messages")
async def list_messages(call: CallDep, wanted: Annotated[MessageFilter, Query()]) -> dict[str, Any]:
    """List what was sent, oldest first, refused messages with their status."""
    query = select(messages).where(*wanted.conditions()).order_by(messages.c.id)
    with call.store.begin() as db:
        return {"messages": [_show(row) for row in db.execute(query)]}


@router.get("/messages/count")
async def count_messages(call: CallDep, wanted: Annotated[CountFilter, Query()]) -> dict[str, Any]:
    """Count accepted messages without listing them, and find those whose `by` came more than once."""
    column = messages.c["recipient" if wanted.by == "to" else wanted.by]
    success = func.count().filter(messages.c.status == SUCCESS)
    query = select(column, func.count(), success).where(*wanted.conditions()).group_by(column)
    with call.store.begin() as db:
        groups = [(value, count, accepted) for value, count, accepted in db.execute(query)]
    doubled = [value for value, _, accepted in groups if accepted > 1]
    accepted_count = sum(accepted for _, _, accepted in groups)
    return {
        "accepted": accepted_count,
        "refused": sum(count for _, count, _ in groups) - accepted_count,
        "distinct": sum(accepted > 0 for _, _, accepted in groups),
        "doubled": len(doubled),
        "doubled_values": doubled[:20],
    }


@router.get("/messages/copies")
async def list_copies(call: CallDep, wanted: Annotated[MessageFilter, Query()]) -> dict[str, Any]:
    """Count the accepted messages of each recipient, body and channel: how often a person got the same words."""
    columns = (messages.c.recipient, messages.c.body, messages.c.channel)
    conditions = [*wanted.conditions(), messages.c.status == SUCCESS]
    query = select(*columns, func.count().label("copies")).where(*conditions).group_by(*columns)
    with call.store.begin() as db:
        rows = db.execute(query).all()
    return {"copies": [{"to": row[0], "body": row[1], "channel": row[2], "copies": row[3]} for row in rows]}


@router.get("/requests")
async def list_requests(call: CallDep, operation: str | None = None, after: int = 0) -> dict[str, Any]:
    """List the requests that came, oldest first, and their number for each operation ("POST /v3/sms/send")."""
    query = select(requests).where(requests.c.id > after).order_by(requests.c.id)
    if operation is not None:
        query = query.where(requests.c.operation == operation)
    with call.store.begin() as db:
        rows = [dict(row._mapping) for row in db.execute(query)]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["operation"]] = counts.get(row["operation"], 0) + 1
    return {"requests": rows, "counts": counts}


@router.delete("/requests")
async def forget_requests(call: CallDep) -> dict[str, Any]:
    """Empty the request log."""
    with call.store.begin() as db:
        db.execute(delete(tables.requests))
    call.request.app.state.exchanges.kept.clear()
    return {"requests": [], "counts": {}}


def _show(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": row.channel,
        "message_id": row.message_id,
        "accepted_at": row.accepted_at,
        "schedule": int(row.send_at),
        "to": row.recipient,
        "from": row.sender,
        "body": row.body,
        "custom_string": row.custom_string,
        "status": row.status,
        "parts": row.parts,
        "price": price_text(row.price),
        "list_id": row.list_id,
        "cancelled": row.cancelled,
        "details": row.details,
        "connection_id": row.connection_id,
        "request_id": row.request_id,
    }
