"""ClickSend's envelope and its pages."""

import math
import re
from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.errors import bad_request

MIN_LIMIT, MAX_LIMIT = 15, 100


def ok(message: str, data: Any = None) -> JSONResponse:
    """Return the 200 of a call that worked."""
    return envelope(200, "SUCCESS", message, data)


def envelope(status: int, code: str | int, message: str, data: Any = None, **options: Any) -> JSONResponse:
    """Return an answer in ClickSend's envelope."""
    body = {"http_code": status, "response_code": code, "response_msg": message, "data": data}
    return JSONResponse(body, status_code=status, **options)


async def json_body(request: Request) -> dict[str, Any]:
    """Return the request's JSON object, an empty one without a body (a FastAPI dependency).

    :raises ApiError: 400 for anything else.
    """
    if not await request.body():
        return {}
    try:
        body = await request.json()
    except ValueError:
        raise bad_request("Invalid JSON.") from None
    if not isinstance(body, dict):
        raise bad_request("A JSON object is required.")
    return body


def require(body: dict[str, Any], *names: str) -> dict[str, str]:
    """Return the named fields of a body as text.

    :raises ApiError: 400 when one is missing; `data` says so for each missing field.
    """
    missing = [name for name in names if not str(body.get(name) or "").strip()]
    if missing:
        texts = {name: f"{name.replace('_', ' ').capitalize()} field is required." for name in missing}
        raise bad_request(texts[missing[0]], texts)
    return {name: str(body[name]) for name in names}


def read_integer(request: Request, name: str, default: int | None = None) -> int | None:
    """Return an integer of the query, `default` when it is missing or not a number."""
    text = request.query_params.get(name, "")
    return int(text) if re.fullmatch(r"\d{1,12}", text, re.ASCII) else default


def page(
    db: Connection, request: Request, query: Any, show: Callable[[Row[Any]], dict[str, Any]], **extra: Any
) -> dict[str, Any]:
    """Return the page of `query` that the request asks for, in the live API's envelope.

    The limit is kept within 15 to 100. An empty list has ``last_page`` 0, and ``next_page_url`` is the useless
    "/?page=2" of the live API: it names neither the path nor the limit.
    """
    limit = min(max(read_integer(request, "limit") or MIN_LIMIT, MIN_LIMIT), MAX_LIMIT)
    number = max(read_integer(request, "page") or 1, 1)
    total = db.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
    rows = db.execute(query.limit(limit).offset((number - 1) * limit)).all()
    last = math.ceil(total / limit)
    first_row = (number - 1) * limit + 1 if rows else None
    return {
        "total": total,
        "per_page": limit,
        "current_page": number,
        "last_page": last,
        "next_page_url": f"/?page={number + 1}" if number < last else None,
        "prev_page_url": f"/?page={number - 1}" if number > 1 else None,
        "from": first_row,
        "to": first_row + len(rows) - 1 if first_row is not None else None,
        **extra,
        "data": [show(row) for row in rows],
    }
