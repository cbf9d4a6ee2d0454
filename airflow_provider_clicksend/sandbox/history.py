"""The history of texts, MMS and calls: what was accepted at least ``history_lag`` seconds ago, and what came in."""

from typing import Any

from fastapi import Request
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.engine import Row

from airflow_provider_clicksend.sandbox.answers import read_integer
from airflow_provider_clicksend.sandbox.errors import bad_request
from airflow_provider_clicksend.sandbox.money import price_text
from airflow_provider_clicksend.sandbox.seed import SUBACCOUNT_ID, USER_ID
from airflow_provider_clicksend.sandbox.store import now
from airflow_provider_clicksend.sandbox.tables import events, messages
from airflow_provider_clicksend.sandbox.verdicts import SUCCESS


def history_query(channel: str, request: Request) -> Any:
    """Return the rows that the request's `q`, `operator`, `date_from`, `date_to` and `order_by` ask for.

    :raises ApiError: 400 for a field that cannot be searched or ordered by.
    """
    columns = _columns()
    query = (
        select(messages, *columns.values())
        .select_from(messages.outerjoin(events, events.c.id == _last_event()))
        .where(messages.c.channel == channel, messages.c.status == SUCCESS, messages.c.visible_at <= now())
    )
    date_from, date_to = read_integer(request, "date_from"), read_integer(request, "date_to")
    if date_from is not None:
        query = query.where(messages.c.accepted_at >= date_from)
    if date_to is not None:
        query = query.where(messages.c.accepted_at < date_to + 1)
    terms = _terms(request.query_params.get("q", ""), columns)
    if terms:
        join = or_ if request.query_params.get("operator", "").upper() == "OR" else and_
        query = query.where(join(*terms))
    return query.order_by(*_order(request.query_params.get("order_by", "date:asc"), columns))


def _last_event() -> Any:
    due = events.alias("due")
    query = select(due.c.id).where(due.c.message_id == messages.c.message_id, due.c.due_at <= now())
    return query.order_by(due.c.due_at.desc(), due.c.id.desc()).limit(1).correlate(messages).scalar_subquery()


def _columns() -> dict[str, Any]:
    """Return what the state of a message is made of, by the API's names."""
    at_first = case((messages.c.direction == "in", "Received"), (messages.c.send_at > now(), "Scheduled"), else_="Sent")
    code = case((and_(events.c.id.is_(None), messages.c.direction == "out"), "200"), else_=events.c.status_code)
    return {
        "state": func.coalesce(events.c.status, at_first).label("state"),
        "status_code": code.label("status_code"),
        "status_text": events.c.status_text.label("status_text"),
        "error_code": events.c.error_code.label("error_code"),
        "error_text": events.c.error_text.label("error_text"),
        "digits": func.coalesce(events.c.digits, "").label("digits"),
    }


def _fields(columns: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that can be searched; the reference (custom_string) is not among them, as at ClickSend."""
    return {
        "status": columns["state"].element,
        "status_code": columns["status_code"].element,
        "to": messages.c.recipient,
        "from": messages.c.sender,
        "message_id": messages.c.message_id,
        "body": messages.c.body,
    }


def _terms(text: str, columns: dict[str, Any]) -> list[Any]:
    fields = _fields(columns)
    terms = []
    for term in filter(None, text.split(",")):
        name, _, value = term.partition(":")
        if name not in fields:
            raise bad_request(f"Unknown search field: {name}.")
        terms.append(func.lower(fields[name]) == value.lower())
    return terms


def _order(text: str, columns: dict[str, Any]) -> list[Any]:
    name, _, direction = text.partition(":")
    fields = {"date": messages.c.accepted_at, **_fields(columns)}
    if name not in fields:
        raise bad_request(f"Unknown order field: {name}.")
    return [field.desc() if direction == "desc" else field for field in (fields[name], messages.c.id)]


def sms_row(row: Row[Any], profile: str) -> dict[str, Any]:
    """Return a text's row: numbers where the live answer has numbers, text where it has text."""
    return {**_common(row, profile), "date": int(row.accepted_at), "message_parts": row.parts}


def mms_row(row: Row[Any], profile: str) -> dict[str, Any]:
    """Return an MMS's row."""
    return {
        **_common(row, profile),
        "date": str(int(row.send_at)),
        "date_added": int(row.accepted_at),
        "message_parts": f"{row.parts}.00",
        "subject": row.details.get("subject", ""),
        "priority": 2,
        "contact_id": row.contact_id,
        "_media_file_url": row.details.get("media_file", ""),
    }


def voice_row(row: Row[Any], profile: str) -> dict[str, Any]:
    """Return a call's row, with the digits that were pressed."""
    return {
        **_common(row, profile),
        "date": str(int(row.send_at)) if profile == "sdk" else int(row.send_at),
        "date_added": int(row.accepted_at),
        "message_parts": f"{row.parts}.00",
        "voice": row.details.get("voice", "female"),
        "lang": row.details.get("lang", "en-us"),
        "require_input": row.details.get("require_input", 0),
        "machine_detection": row.details.get("machine_detection", 0),
        "digits": row.digits,
        "machine_detected": 0,
    }


def _common(row: Row[Any], profile: str) -> dict[str, Any]:
    contact = row.contact_id
    return {
        "direction": row.direction,
        "to": row.recipient,
        "body": row.body,
        "status": row.state,
        "from": row.sender,
        "schedule": str(int(row.send_at)),
        "status_code": row.status_code,
        "status_text": row.status_text,
        "error_code": row.error_code,
        "error_text": row.error_text,
        "message_id": row.message_id,
        "message_price": price_text(row.price, digits=6),
        "from_email": row.details.get("from_email"),
        "list_id": str(row.list_id) if row.list_id and profile == "sdk" else row.list_id,
        "custom_string": row.custom_string,
        "contact_id": str(contact) if contact else None,
        "user_id": USER_ID,
        "subaccount_id": SUBACCOUNT_ID,
        "country": row.country,
        "carrier": row.carrier,
        "first_name": None,
        "last_name": None,
        "_api_username": "user@example.com",
    }
