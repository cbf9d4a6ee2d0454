"""Maton's control plane: the connections through which the gateway reaches ClickSend."""

import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row

from airflow_provider_clicksend.sandbox.clicksend.answers import json_body
from airflow_provider_clicksend.sandbox.clicksend.calls import CallDep
from airflow_provider_clicksend.sandbox.data.seed import connection_row, utc_text
from airflow_provider_clicksend.sandbox.data.tables import connections

router = APIRouter()


@router.get("/connections")
async def list_connections(call: CallDep, request: Request) -> JSONResponse:
    """List the connections, oldest first; ``app``, ``status`` and ``method`` narrow the list."""
    query = select(connections).order_by(connections.c.creation_time)
    for name in ("app", "status", "method"):
        if name in request.query_params:
            query = query.where(connections.c[name] == request.query_params[name])
    with call.store.begin() as db:
        return JSONResponse({"connections": [_show(row) for row in db.execute(query)]})


@router.post("/connections")
async def create_connection(call: CallDep, request: Request) -> JSONResponse:
    """Create a connection: PENDING until somebody opens its ``url`` and authorises it."""
    body = await json_body(request)
    if not isinstance(body.get("app"), str):
        return JSONResponse({"detail": [{"loc": ["body", "app"], "msg": "field required"}]}, status_code=422)
    url = f"{str(request.base_url).rstrip('/')}/connect/?session_token={secrets.token_urlsafe(24)}"
    row = connection_row("PENDING", url, app=body["app"], method=body.get("method", "API_KEY"))
    with call.store.begin() as db:
        db.execute(insert(connections).values(**row))
    return JSONResponse({"connection": row})


@router.get("/connections/{connection_id}")
async def get_connection(connection_id: str, call: CallDep) -> JSONResponse:
    """Show one connection."""
    with call.store.begin() as db:
        row = db.execute(select(connections).where(connections.c.connection_id == connection_id)).first()
    return JSONResponse({"connection": _show(row)}) if row else _missing()


@router.delete("/connections/{connection_id}")
async def delete_connection(connection_id: str, call: CallDep) -> JSONResponse:
    """Delete one connection."""
    with call.store.begin() as db:
        gone = db.execute(delete(connections).where(connections.c.connection_id == connection_id)).rowcount
    return JSONResponse({"success": True}) if gone else _missing()


@router.get("/connect/")
async def authorise(call: CallDep, request: Request) -> HTMLResponse:
    """Authorise the connection whose link was opened, as signing in to ClickSend would."""
    with call.store.begin() as db:
        query = update(connections).where(connections.c.url == str(request.url))
        found = db.execute(query.values(status="ACTIVE", last_updated_time=utc_text())).rowcount
    text = "ClickSend is connected. You can close this page." if found else "This link is not valid any more."
    return HTMLResponse(f"<!doctype html><title>Connect</title><p>{text}</p>", status_code=200 if found else 404)


def _show(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)


def _missing() -> JSONResponse:
    return JSONResponse({"message": "Connection not found"}, status_code=404)
