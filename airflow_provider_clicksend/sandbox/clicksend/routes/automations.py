"""Automation rules: without one that polls, no receipt and no reply can be read."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.answers import ok, page, require
from airflow_provider_clicksend.sandbox.clicksend.calls import BodyDep, CallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import not_found
from airflow_provider_clicksend.sandbox.data.seed import INBOUND_RULE, RECEIPT_RULE
from airflow_provider_clicksend.sandbox.data.store import add_row
from airflow_provider_clicksend.sandbox.data.tables import rules

router = APIRouter(prefix="/automations")

#: The fields of each kind, with what a new rule has when the request does not say.
_KINDS: dict[str, dict[str, Any]] = {
    "sms/receipts": RECEIPT_RULE,
    "voice/receipts": RECEIPT_RULE,
    "sms/inbound": INBOUND_RULE | {"body": None},
}


@router.get("/{channel}/{what}")
async def list_rules(channel: str, what: str, call: CallDep) -> JSONResponse:
    """List the rules of a kind."""
    kind = _kind(channel, what)
    query = select(rules).where(rules.c.kind == kind).order_by(rules.c.rule_id)
    with call.store.begin() as db:
        return ok("Here are your automation rules.", page(db, call.request, query, _show))


@router.post("/{channel}/{what}")
async def create_rule(channel: str, what: str, call: CallDep, body: BodyDep) -> JSONResponse:
    """Create a rule; name and action are required."""
    kind = _kind(channel, what)
    require(body, "rule_name", "action")
    document = _KINDS[kind] | _known(kind, body)
    with call.store.begin() as db:
        rule_id = add_row(db, rules, kind=kind, document=document)
        return ok("Automation rule has been created.", _show(_find(db, kind, rule_id)))


@router.get("/{channel}/{what}/{rule_id}")
async def get_rule(channel: str, what: str, rule_id: int, call: CallDep) -> JSONResponse:
    """Show one rule."""
    with call.store.begin() as db:
        return ok("Here is your automation rule.", _show(_find(db, _kind(channel, what), rule_id)))


@router.put("/{channel}/{what}/{rule_id}")
async def update_rule(channel: str, what: str, rule_id: int, call: CallDep, body: BodyDep) -> JSONResponse:
    """Change the fields that the request names."""
    kind = _kind(channel, what)
    with call.store.begin() as db:
        document = _find(db, kind, rule_id).document | _known(kind, body)
        db.execute(update(rules).where(rules.c.rule_id == rule_id).values(document=document))
        return ok("Automation rule has been updated.", _show(_find(db, kind, rule_id)))


@router.delete("/{channel}/{what}/{rule_id}")
async def delete_rule(channel: str, what: str, rule_id: int, call: CallDep) -> JSONResponse:
    """Delete one rule."""
    with call.store.begin() as db:
        _find(db, _kind(channel, what), rule_id)
        db.execute(delete(rules).where(rules.c.rule_id == rule_id))
    return ok("Automation rule has been deleted.", [])


def _kind(channel: str, what: str) -> str:
    kind = f"{channel}/{what}"
    if kind not in _KINDS:
        raise not_found("Automation")
    return kind


def _known(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name in _KINDS[kind]}


def _find(db: Connection, kind: str, rule_id: int) -> Row[Any]:
    row = db.execute(select(rules).where(rules.c.kind == kind, rules.c.rule_id == rule_id)).first()
    if row is None:
        raise not_found("Automation rule")
    return row


def _show(row: Row[Any]) -> dict[str, Any]:
    name = "inbound_rule_id" if row.kind == "sms/inbound" else "receipt_rule_id"
    return {name: row.rule_id, **row.document}
