"""SMS templates."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page, require
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import not_found
from airflow_provider_clicksend.sandbox.data.store import add_row
from airflow_provider_clicksend.sandbox.data.tables import templates

router = APIRouter(prefix="/sms/templates")


@router.get("")
async def list_templates(call: CallDep) -> JSONResponse:
    """List the templates."""
    with call.store.begin() as db:
        data = page(db, call.request, select(templates).order_by(templates.c.template_id), _show)
    return ok("Here are your templates.", data)


@router.post("")
async def create_template(call: CallDep, body: BodyDep) -> JSONResponse:
    """Create a template."""
    values = require(body, "template_name", "body")
    with call.store.begin() as db:
        template_id = add_row(db, templates, **values)
        return ok("Your template has been created.", _show(_find(db, template_id)))


@router.get("/{template_id}")
async def get_template(template_id: int, call: CallDep) -> JSONResponse:
    """Show one template."""
    with call.store.begin() as db:
        return ok("Here is your template.", _show(_find(db, template_id)))


@router.put("/{template_id}")
async def update_template(template_id: int, call: CallDep, body: BodyDep) -> JSONResponse:
    """Replace a template's name and text."""
    values = require(body, "template_name", "body")
    with call.store.begin() as db:
        _find(db, template_id)
        db.execute(update(templates).where(templates.c.template_id == template_id).values(**values))
        return ok("Your template has been updated.", _show(_find(db, template_id)))


@router.delete("/{template_id}")
async def delete_template(template_id: int, call: CallDep) -> JSONResponse:
    """Delete one template."""
    with call.store.begin() as db:
        _find(db, template_id)
        db.execute(delete(templates).where(templates.c.template_id == template_id))
    return ok("Your template has been deleted.", [])


def _find(db: Connection, template_id: int) -> Row[Any]:
    row = db.execute(select(templates).where(templates.c.template_id == template_id)).first()
    if row is None:
        raise not_found("Template")
    return row


def _show(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)
