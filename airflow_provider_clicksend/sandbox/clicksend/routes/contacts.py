"""The contacts of a list."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page, read_integer, require
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import ApiError, forbidden, not_found
from airflow_provider_clicksend.sandbox.clicksend.routes.lists import find_list
from airflow_provider_clicksend.sandbox.data.store import add_row, now
from airflow_provider_clicksend.sandbox.data.tables import CONTACT_FIELDS, contacts, lists

router = APIRouter(prefix="/lists/{list_id}/contacts")

_CONTACTS = select(contacts, lists.c.list_name.label("_list_name")).join(lists, lists.c.list_id == contacts.c.list_id)


@router.get("")
async def list_contacts(list_id: int, call: CallDep) -> JSONResponse:
    """List the contacts, those that changed after ``updated_after`` (Unix seconds) when it is given."""
    query = _CONTACTS.where(contacts.c.list_id == list_id).order_by(contacts.c.contact_id)
    updated_after = read_integer(call.request, "updated_after")
    if updated_after is not None:
        query = query.where(contacts.c.date_updated > updated_after)
    with call.store.begin() as db:
        find_list(db, list_id)
        return ok("Here are your contacts.", page(db, call.request, query, _show))


@router.post("")
async def create_contact(list_id: int, call: CallDep, body: BodyDep) -> JSONResponse:
    """Create a contact; a list that does not exist is a 403, as at the live API."""
    values = _fields(body)
    if not any(values.get(name) for name in ("phone_number", "email", "fax_number")):
        require(body, "phone_number")
    added = int(now())
    with call.store.begin() as db:
        _check_target(db, list_id)
        contact_id = add_row(db, contacts, **values, list_id=list_id, date_added=added, date_updated=added)
        return ok("New contact has been created.", _show(_find(db, list_id, contact_id)))


@router.get("/{contact_id}")
async def get_contact(list_id: int, contact_id: int, call: CallDep) -> JSONResponse:
    """Show one contact."""
    with call.store.begin() as db:
        return ok("Here is your contact.", _show(_find(db, list_id, contact_id)))


@router.put("/{contact_id}")
async def update_contact(list_id: int, contact_id: int, call: CallDep, body: BodyDep) -> JSONResponse:
    """Change the fields that the request names; 404 for a wrong list or contact alike."""
    values = _fields(body) | {"date_updated": int(now())}
    with call.store.begin() as db:
        _find(db, list_id, contact_id)
        db.execute(update(contacts).where(contacts.c.contact_id == contact_id).values(**values))
        changed = _show(_find(db, list_id, contact_id))
    return ok(f"Contact #{contact_id} has been updated successfully.", changed)


@router.delete("/{contact_id}")
async def delete_contact(list_id: int, contact_id: int, call: CallDep) -> JSONResponse:
    """Delete one contact."""
    with call.store.begin() as db:
        _find(db, list_id, contact_id)
        db.execute(delete(contacts).where(contacts.c.contact_id == contact_id))
    return ok(f"Contact #{contact_id} has been deleted.", [])


@router.put("/{contact_id}/copy/{to_list_id}")
async def copy_contact(list_id: int, contact_id: int, to_list_id: int, call: CallDep) -> JSONResponse:
    """Copy a contact into another list, where it gets an id of its own."""
    with call.store.begin() as db:
        row = dict(_find(db, list_id, contact_id)._mapping)
        _check_target(db, to_list_id)
        copied = {name: row[name] for name in (*CONTACT_FIELDS, "date_added", "date_updated")}
        new_id = add_row(db, contacts, **copied, list_id=to_list_id)
        return ok("Contact has been copied.", _show(_find(db, to_list_id, new_id)))


@router.put("/{contact_id}/transfer/{to_list_id}")
async def transfer_contact(list_id: int, contact_id: int, to_list_id: int, call: CallDep) -> JSONResponse:
    """Move a contact into another list; it keeps its id."""
    with call.store.begin() as db:
        _find(db, list_id, contact_id)
        _check_target(db, to_list_id)
        db.execute(update(contacts).where(contacts.c.contact_id == contact_id).values(list_id=to_list_id))
        return ok("Contact has been transferred.", _show(_find(db, to_list_id, contact_id)))


def _fields(body: dict[str, Any]) -> dict[str, str]:
    values = {name: body[name] for name in CONTACT_FIELDS if name in body}
    if any(isinstance(value, dict | list) for value in values.values()):
        # The live API hands such a value to a PHP function and shows that function's error, its code a number.
        raise ApiError(
            400, 400, "preg_replace(): Parameter mismatch, pattern is a string while replacement is an array"
        )
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _check_target(db: Connection, list_id: int) -> None:
    if db.execute(select(lists).where(lists.c.list_id == list_id)).first() is None:
        raise forbidden()


def _find(db: Connection, list_id: int, contact_id: int) -> Row[Any]:
    row = db.execute(_CONTACTS.where(contacts.c.list_id == list_id, contacts.c.contact_id == contact_id)).first()
    if row is None:
        raise not_found("Contact")
    return row


def _show(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)
