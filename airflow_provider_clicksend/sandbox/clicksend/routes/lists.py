"""Contact lists."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page, require
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import bad_request, not_found
from airflow_provider_clicksend.sandbox.data.store import add_row
from airflow_provider_clicksend.sandbox.data.tables import CONTACT_FIELDS, contacts, lists
from airflow_provider_clicksend.sandbox.worlds import World

router = APIRouter(prefix="/lists")

_COUNT = select(func.count()).where(contacts.c.list_id == lists.c.list_id).scalar_subquery().label("count")
_LISTS = select(lists, _COUNT)


@router.get("")
async def list_lists(call: CallDep) -> JSONResponse:
    """List the lists; this index alone carries the paginator's further keys."""
    extra = {"first_page_url": "/?page=1", "last_page_url": "/?page=1", "path": "/", "links": []}
    with call.store.begin() as db:
        data = page(db, call.request, _LISTS.order_by(lists.c.list_id), _show, **extra)
    data["last_page_url"] = f"/?page={data['last_page']}"
    return ok("Here are your contact lists.", data)


@router.post("")
async def create_list(call: CallDep, body: BodyDep) -> JSONResponse:
    """Create a list; a name may come twice."""
    values = require(body, "list_name")
    with call.store.begin() as db:
        list_id = add_row(db, lists, **values)
        return ok("Your contact list has been created.", _show(find_list(db, list_id)))


@router.get("/{list_id}")
async def get_list(list_id: int, call: CallDep) -> JSONResponse:
    """Show one list."""
    with call.store.begin() as db:
        return ok("Here is your list.", _show(find_list(db, list_id)))


@router.put("/{list_id}")
async def update_list(list_id: int, call: CallDep, body: BodyDep) -> JSONResponse:
    """Rename a list."""
    values = require(body, "list_name")
    with call.store.begin() as db:
        find_list(db, list_id)
        db.execute(update(lists).where(lists.c.list_id == list_id).values(**values))
        return ok(f"List #{list_id} has been updated.", _show(find_list(db, list_id)))


@router.delete("/{list_id}")
async def delete_list(list_id: int, call: CallDep) -> JSONResponse:
    """Delete a list with its contacts."""
    with call.store.begin() as db:
        find_list(db, list_id)
        db.execute(delete(contacts).where(contacts.c.list_id == list_id))
        db.execute(delete(lists).where(lists.c.list_id == list_id))
    return ok(f"List #{list_id} has been deleted.", [])


@router.put("/{list_id}/remove-duplicates")
@router.put("/{list_id}/remove-duplicates/")
async def remove_duplicates(list_id: int, call: CallDep, body: BodyDep) -> JSONResponse:
    """Delete contacts that agree with an earlier one in the `fields` of the body, the phone number without them.

    The document shows no body and the official SDKs send the names as keys of an object: that and a list are taken.
    """
    fields = _compared_fields(body.get("fields"), call.settings.world)
    if not isinstance(fields, list | dict) or not set(map(str, fields)) <= set(CONTACT_FIELDS):
        raise bad_request("The fields field is invalid.", {"fields": "Fields field is invalid."})
    with call.store.begin() as db:
        find_list(db, list_id)
        first = select(func.min(contacts.c.contact_id)).where(contacts.c.list_id == list_id)
        kept = first.group_by(*(contacts.c[name] for name in fields))
        doubled = delete(contacts).where(contacts.c.list_id == list_id, contacts.c.contact_id.not_in(kept))
        return ok("Duplicate contacts have been removed.", {"deleted": db.execute(doubled).rowcount})


def _compared_fields(fields: Any, world: World) -> Any:
    if not fields or world.remove_duplicates == "ignored":
        return ["phone_number"]
    return list(fields.values()) if isinstance(fields, dict) and world.remove_duplicates == "values" else fields


def find_list(db: Connection, list_id: int) -> Row[Any]:
    """Return a list's row with the number of its contacts.

    :raises ApiError: 404.
    """
    row = db.execute(_LISTS.where(lists.c.list_id == list_id)).first()
    if row is None:
        raise not_found("List")
    return row


def _show(row: Row[Any]) -> dict[str, Any]:
    return {
        "list_id": row.list_id,
        "list_name": row.list_name,
        "list_email_id": None,
        "_contacts_count": row.count,
        "_import_in_progress": 0,
        "_optout_in_progress": 0,
    }
