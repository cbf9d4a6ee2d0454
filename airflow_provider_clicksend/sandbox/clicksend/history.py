"""The history of texts, MMS and calls: what was accepted at least ``history_lag`` seconds ago, and what came in."""

from typing import Any

from fastapi import Request
from sqlalchemy import and_, case, false, func, or_, select, true
from sqlalchemy.engine import Row

from airflow_provider_clicksend.sandbox.clicksend.answers import read_integer
from airflow_provider_clicksend.sandbox.clicksend.errors import ApiError, bad_request
from airflow_provider_clicksend.sandbox.clicksend.money import price_text
from airflow_provider_clicksend.sandbox.clicksend.verdicts import SUCCESS
from airflow_provider_clicksend.sandbox.data.seed import SUBACCOUNT_ID, USER_ID
from airflow_provider_clicksend.sandbox.data.store import Settings, now
from airflow_provider_clicksend.sandbox.data.tables import events, messages
from airflow_provider_clicksend.sandbox.worlds import World, body_text, echoed, number_text, numbers_written


def history_query(channel: str, request: Request, world: World) -> Any:
    """Return the rows that the request's `q`, `operator`, `date_from`, `date_to` and `order_by` ask for.

    :raises ApiError: 400 for a field that cannot be searched or ordered by, and what the world says of an id.
    """
    columns = _columns()
    query = (
        select(messages, *columns.values())
        .select_from(messages.outerjoin(events, events.c.id == _last_event()))
        .where(messages.c.channel == channel, messages.c.visible_at <= now(), *_dates(request, world))
    )
    if not world.history_refused:
        query = query.where(messages.c.status == SUCCESS)
    terms = _terms(request.query_params.get("q", ""), columns, world)
    if terms:
        is_or = request.query_params.get("operator", "").upper() == "OR" and world.q_operator == "works"
        query = query.where((or_ if is_or else and_)(*terms))
    return query.order_by(*_order(request.query_params.get("order_by", "date:asc"), columns, world))


def _dates(request: Request, world: World) -> list[Any]:
    if world.date_filter == "ignored":
        return []
    dated = messages.c.accepted_at + world.date_filter_offset
    date_from, date_to = read_integer(request, "date_from"), read_integer(request, "date_to")
    edge = 1 if world.date_filter == "exclusive" else 0
    conditions = [dated >= date_from + edge] if date_from is not None else []
    return [*conditions, dated < date_to + 1 - edge] if date_to is not None else conditions


def _last_event() -> Any:
    due = events.alias("due")
    query = select(due.c.id).where(due.c.message_id == messages.c.message_id, due.c.due_at <= now())
    return query.order_by(due.c.due_at.desc(), due.c.id.desc()).limit(1).correlate(messages).scalar_subquery()


def _columns() -> dict[str, Any]:
    """Return what the state of a message is made of, by the API's names."""
    at_first = case(
        (messages.c.status != SUCCESS, messages.c.status),
        (messages.c.direction == "in", "Received"),
        (messages.c.send_at > now(), "Scheduled"),
        else_="Sent",
    )
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


def _terms(text: str, columns: dict[str, Any], world: World) -> list[Any]:
    fields = _fields(columns)
    terms = []
    for term in filter(None, text.split(",")):
        name, _, value = term.partition(":")
        if name not in fields:
            raise bad_request(f"Unknown search field: {name}.")
        if name == "message_id":
            check_id(world, value)
        terms.append(_term(name, fields[name], value, world))
    return terms


def _term(name: str, field: Any, value: str, world: World) -> Any:
    mode = {"to": world.q_to, "message_id": world.q_message_id}.get(name, world.q_other)
    if mode == "error":
        raise bad_request(f"Unknown search field: {name}.")
    if mode in {"nothing", "ignored"}:
        return false() if mode == "nothing" else true()
    if mode == "partial":
        return func.lower(field).contains(value.lower(), autoescape=True)
    # Numbers and ids are compared as they are stored: an index finds them among any number of others.
    if name == "to" or (name == "from" and world.number_form != "e164"):
        return field.in_(numbers_written(world.number_form, value))
    if name == "message_id":
        return field == value.upper()
    return func.lower(field) == value.lower()


def check_id(world: World, message_id: str) -> None:
    """Raise what the world says of reading one message id.

    :raises ApiError: with the status of :attr:`World.id_errors`.
    """
    status = world.id_errors.get(message_id, world.id_errors.get("*"))
    if status is not None:
        raise ApiError(status, "ERROR", "This message cannot be shown.")


def _order(text: str, columns: dict[str, Any], world: World) -> list[Any]:
    if world.history_order == "shuffled":
        return [messages.c.message_id]
    if world.history_order != "asked":
        text = "date:desc" if world.history_order == "newest_first" else "date:asc"
    name, _, direction = text.partition(":")
    fields = {"date": messages.c.accepted_at, **_fields(columns)}
    if name not in fields:
        raise bad_request(f"Unknown order field: {name}.")
    return [field.desc() if direction == "desc" else field for field in (fields[name], messages.c.id)]


def sms_row(row: Row[Any], settings: Settings) -> dict[str, Any]:
    """Return a text's row: numbers where the live answer has numbers, text where it has text."""
    return {**_common(row, settings), "date": int(row.accepted_at), "message_parts": row.parts}


def mms_row(row: Row[Any], settings: Settings) -> dict[str, Any]:
    """Return an MMS's row."""
    return {
        **_common(row, settings),
        "date": str(int(row.send_at)),
        "date_added": int(row.accepted_at),
        "message_parts": f"{row.parts}.00",
        "subject": row.details.get("subject", ""),
        "priority": 2,
        "contact_id": row.contact_id,
        "_media_file_url": row.details.get("media_file", ""),
    }


def voice_row(row: Row[Any], settings: Settings) -> dict[str, Any]:
    """Return a call's row, with the digits that were pressed."""
    return {
        **_common(row, settings),
        "date": str(int(row.send_at)) if settings.profile == "sdk" else int(row.send_at),
        "date_added": int(row.accepted_at),
        "message_parts": f"{row.parts}.00",
        "voice": row.details.get("voice", "female"),
        "lang": row.details.get("lang", "en-us"),
        "require_input": row.details.get("require_input", 0),
        "machine_detection": row.details.get("machine_detection", 0),
        "digits": row.digits,
        "machine_detected": 0,
    }


def _common(row: Row[Any], settings: Settings) -> dict[str, Any]:
    contact = row.contact_id
    world = settings.world
    return {
        "direction": row.direction,
        "to": number_text(world.number_form, row.recipient),
        "body": body_text(world.history_body, row.body),
        "status": row.state,
        "from": number_text(world.number_form, row.sender),
        "schedule": str(int(row.send_at)),
        "status_code": row.status_code if world.history_status_code == "code" else None,
        "status_text": row.status_text,
        "error_code": row.error_code,
        "error_text": row.error_text,
        "message_id": row.message_id,
        "message_price": price_text(row.price, digits=6),
        "from_email": row.details.get("from_email"),
        "list_id": str(row.list_id) if row.list_id and settings.profile == "sdk" else row.list_id,
        "custom_string": _reference(row, world),
        "contact_id": str(contact) if contact else None,
        "user_id": USER_ID,
        "subaccount_id": SUBACCOUNT_ID,
        "country": row.country,
        "carrier": row.carrier,
        "first_name": None,
        "last_name": None,
        "_api_username": "user@example.com",
    }


def _reference(row: Row[Any], world: World) -> str | None:
    text = echoed(world.history_echo, row.custom_string)
    return echoed(world.reply_echo, text) if row.direction == "in" and text is not None else text
