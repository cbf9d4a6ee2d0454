"""The account's allowed sender addresses."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import delete, select
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page, require
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import bad_request, not_found
from airflow_provider_clicksend.sandbox.data.store import add_row, now
from airflow_provider_clicksend.sandbox.data.tables import email_addresses

router = APIRouter(prefix="/email/addresses")


@router.get("")
async def list_addresses(call: CallDep) -> JSONResponse:
    """List the addresses."""
    query = select(email_addresses).order_by(email_addresses.c.email_address_id)
    with call.store.begin() as db:
        return ok("Here are your email addresses.", page(db, call.request, query, _show))


@router.post("")
async def add_address(call: CallDep, body: BodyDep) -> JSONResponse:
    """Add an address; ClickSend sends it a link, and until that is opened `verified` is 0."""
    values = require(body, "email_address")
    if "@" not in values["email_address"]:
        text = "Email address field must be a valid email address."
        raise bad_request(text, {"email_address": text})
    with call.store.begin() as db:
        values["date_added"] = str(int(now()))
        address_id = add_row(db, email_addresses, **values)
        return ok("Your email address has been added.", _show(_find(db, address_id)))


@router.get("/{email_address_id}")
async def get_address(email_address_id: int, call: CallDep) -> JSONResponse:
    """Show one address."""
    with call.store.begin() as db:
        return ok("Here is your email address.", _show(_find(db, email_address_id)))


@router.delete("/{email_address_id}")
async def delete_address(email_address_id: int, call: CallDep) -> JSONResponse:
    """Delete one address."""
    with call.store.begin() as db:
        _find(db, email_address_id)
        db.execute(delete(email_addresses).where(email_addresses.c.email_address_id == email_address_id))
    return ok("Your email address has been deleted.")


def _find(db: Connection, email_address_id: int) -> Row[Any]:
    query = select(email_addresses).where(email_addresses.c.email_address_id == email_address_id)
    row = db.execute(query).first()
    if row is None:
        raise not_found("Email address")
    return row


def _show(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)
