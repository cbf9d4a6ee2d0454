"""The sandbox's switches under ``/sandbox``: replying as a phone, deciding receipts, faults, settings."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.calls import Call, CallDep
from airflow_provider_clicksend.sandbox.clicksend.money import UNITS, price_text
from airflow_provider_clicksend.sandbox.clicksend.outcomes import OUTCOMES, event_row
from airflow_provider_clicksend.sandbox.clicksend.replies import receive_reply
from airflow_provider_clicksend.sandbox.clicksend.shapes import Shape
from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.seed import utc_text
from airflow_provider_clicksend.sandbox.data.store import now
from airflow_provider_clicksend.sandbox.data.traffic import add_other_replies, add_other_texts, age
from airflow_provider_clicksend.sandbox.maton.faults import Fault, Faults

router = APIRouter(prefix="/sandbox")


async def _faults(request: Request) -> Faults:
    faults: Faults = request.app.state.faults
    return faults


FaultsDep = Annotated[Faults, Depends(_faults)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Reply(_Strict):
    """What a phone answers; `from` is its number."""

    sender: str = Field(alias="from")
    body: str


class Answer(_Strict):
    """What the phone `from` answers to the next text that it gets, `after` seconds later."""

    sender: str = Field(alias="from")
    body: str
    after: float = Field(0.5, ge=0)


class ReceiptDecision(_Strict):
    """What becomes of one accepted message (`message_id`), of the next ones to a number (`to`), or of all next ones."""

    outcome: Literal["delivered", "failed", "pending", "temporary", "never", "review"]
    message_id: str | None = None
    to: str | None = None
    digits: str = ""


class Refusal(_Strict):
    """The status that the next messages to a number get, `times` of them (None: all)."""

    to: str
    status: str
    times: int | None = Field(1, ge=1)


class Traffic(_Strict):
    """Texts (with an unread receipt each, or without) and unread replies of others.

    The first is `ago` seconds old, the others follow it within `spread` seconds.
    """

    texts: int = Field(0, ge=0, le=1_000_000)
    replies: int = Field(0, ge=0, le=1_000_000)
    receipts: bool = False
    ago: float = 0.0
    spread: float = Field(0.0, ge=0)


class Aging(_Strict):
    """By how many seconds everything in the account becomes older."""

    seconds: float = Field(gt=0)


class ConnectionStatus(_Strict):
    """The state that a Maton connection is put in."""

    status: Literal["ACTIVE", "PENDING", "FAILED"]


@router.post("/reply")
async def reply(call: CallDep, body: Reply) -> Shape:
    """Answer as a phone: the reply goes to the last text that was sent to it."""
    with call.store.begin() as db:
        row = receive_reply(db, call.settings, body.sender, body.body)
    return {name: row[name] for name in ("message_id", "original_message_id", "custom_string")}


@router.post("/answers")
async def plan_answer(call: CallDep, body: Answer) -> Shape:
    """Let a phone answer by itself: one answer for one text, in the order in which they were planned."""
    call.request.app.state.answers.plan(body.sender, body.body, body.after)
    return body.model_dump(by_alias=True)


@router.post("/receipts")
async def decide_receipts(call: CallDep, decision: ReceiptDecision) -> Shape:
    """Decide what becomes of messages; without `message_id` it is for those that are sent from now on."""
    with call.store.begin() as db:
        if decision.message_id is not None:
            _decide_now(db, call, decision, decision.message_id)
        else:
            recipient = decision.to or "*"
            db.execute(delete(tables.outcomes).where(tables.outcomes.c.recipient == recipient))
            db.execute(
                insert(tables.outcomes).values(recipient=recipient, outcome=decision.outcome, digits=decision.digits)
            )
    return decision.model_dump()


def _decide_now(db: Connection, call: Call, decision: ReceiptDecision, message_id: str) -> None:
    """Replace the future of an accepted message: the first step is due at once, a second after ``deliver_after``."""
    row = db.execute(select(tables.messages).where(tables.messages.c.message_id == message_id)).first()
    if row is None:
        raise HTTPException(404)
    events = tables.events
    db.execute(delete(events).where(events.c.message_id == message_id, events.c.due_at > now()))
    steps = OUTCOMES[decision.outcome]
    rows = [
        event_row(step, message_id, row.channel, now() + number * call.settings.deliver_after, decision.digits)
        for number, step in enumerate(steps)
    ]
    if rows:
        db.execute(insert(events), rows)


@router.post("/refusals")
async def refuse(call: CallDep, refusal: Refusal) -> Shape:
    """Refuse the next messages to a number with a status of ClickSend's, such as THROTTLED."""
    table = tables.refusals
    with call.store.begin() as db:
        db.execute(delete(table).where(table.c.recipient == refusal.to))
        db.execute(insert(table).values(recipient=refusal.to, status=refusal.status, times=refusal.times))
    return refusal.model_dump()


@router.post("/traffic")
async def add_traffic(call: CallDep, traffic: Traffic) -> Shape:
    """Let others use the same account."""
    with call.store.begin() as db:
        at = now() - traffic.ago
        add_other_texts(db, traffic.texts, at, traffic.spread, receipts=traffic.receipts)
        add_other_replies(db, traffic.replies, at, traffic.spread)
    return traffic.model_dump()


@router.post("/age")
async def make_older(call: CallDep, aging: Aging) -> Shape:
    """Let everything that the account holds be older than it is."""
    with call.store.begin() as db:
        age(db, aging.seconds)
    return aging.model_dump()


@router.get("/faults")
async def list_faults(faults: FaultsDep) -> Shape:
    """List the faults that still wait for a request."""
    return {"faults": [fault.model_dump() for fault in faults.waiting]}


@router.post("/faults")
async def add_fault(fault: Fault, faults: FaultsDep) -> Shape:
    """Put a fault in the way of requests."""
    faults.waiting.append(fault)
    return await list_faults(faults)


@router.delete("/faults")
async def clear_faults(faults: FaultsDep) -> Shape:
    """Take all faults away."""
    faults.waiting.clear()
    return await list_faults(faults)


@router.get("/settings")
async def get_settings(call: CallDep) -> Shape:
    """Show the settings and the balance."""
    with call.store.begin() as db:
        balance = db.execute(select(tables.account.c.balance)).scalar_one()
    return {**call.settings.model_dump(exclude={"api_key"}), "balance": price_text(balance)}


@router.post("/settings")
async def change_settings(call: CallDep, changes: dict[str, Any]) -> Shape:
    """Change the named settings; `balance` is the account's credit in US dollars."""
    balance = changes.pop("balance", None)
    try:
        call.store.change_settings(changes)
    except ValidationError as error:
        raise HTTPException(422, str(error)) from None
    if balance is not None:
        with call.store.begin() as db:
            db.execute(update(tables.account).values(balance=int(Decimal(str(balance)) * UNITS)))
    return await get_settings(call)


@router.post("/connections/{connection_id}")
async def set_connection(connection_id: str, call: CallDep, change: ConnectionStatus) -> Shape:
    """Put a Maton connection in a state."""
    table = tables.connections
    query = update(table).where(table.c.connection_id == connection_id)
    with call.store.begin() as db:
        if not db.execute(query.values(status=change.status, last_updated_time=utc_text())).rowcount:
            raise HTTPException(404)
    return {"connection_id": connection_id, "status": change.status}


@router.post("/reset")
async def reset(call: CallDep, faults: FaultsDep) -> Shape:
    """Return to a new account: no messages, requests, faults, answers to come, the settings of the start."""
    faults.waiting.clear()
    call.request.app.state.exchanges.kept.clear()
    call.request.app.state.answers.clear()
    call.store.reset()
    return await get_settings(call)
