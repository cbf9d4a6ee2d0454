"""Accepting a request's messages, or only pricing them."""

import uuid
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.drafts import Draft, read_drafts
from airflow_provider_clicksend.sandbox.clicksend.errors import ApiError
from airflow_provider_clicksend.sandbox.clicksend.numbers import SHARED_NUMBER, TEST_NUMBERS, country_of
from airflow_provider_clicksend.sandbox.clicksend.outcomes import OUTCOMES, TEST_NUMBER, event_row
from airflow_provider_clicksend.sandbox.clicksend.verdicts import SEEN, SUCCESS, Judge, Verdict
from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.store import Settings, now
from airflow_provider_clicksend.sandbox.data.traffic import add_other_texts


class Caller(NamedTuple):
    """Whose request it is: the Maton connection it went through and its number in the request log."""

    connection_id: str
    request_id: int


def price_messages(db: Connection, settings: Settings, channel: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that :func:`accept_messages` would store, and store none."""
    judge = Judge(db, settings)
    return [_row(draft, judge.judge(draft), settings) for draft in read_drafts(db, channel, body, settings.world)]


def accept_messages(
    db: Connection, settings: Settings, channel: str, body: dict[str, Any], caller: Caller
) -> list[dict[str, Any]]:
    """Store a request's messages with all that will become of them, and return their rows.

    :raises ApiError: 400, before anything is stored.
    """
    judge = Judge(db, settings)
    rows = [
        {**_row(draft, judge.judge(draft), settings), **caller._asdict()}
        for draft in read_drafts(db, channel, body, settings.world)
    ]
    _refuse_the_request(settings, rows)
    _delay(db, settings, rows)
    db.execute(insert(tables.messages), rows)
    add_other_texts(db, settings.world.other_texts, now())
    events = _plan(db, settings, [row for row in rows if row["status"] == SUCCESS])
    if events:
        db.execute(insert(tables.events), events)
    db.execute(update(tables.account).values(balance=judge.credit))
    _keep_refusals(db, judge)
    return rows


def _refuse_the_request(settings: Settings, rows: list[dict[str, Any]]) -> None:
    """Refuse all for one status that was never seen on a message, where the world does so."""
    statuses = [row["status"] for row in rows if row["status"] not in SEEN]
    if settings.world.refusals == "request" and statuses:
        raise ApiError(400, statuses[0], "The request was refused.")


def _delay(db: Connection, settings: Settings, rows: list[dict[str, Any]]) -> None:
    """Let some messages show in the history later than the others."""
    every = settings.world.history_late_every
    ours = tables.messages.c.by_others.is_(False)
    before = db.execute(select(func.count()).select_from(tables.messages).where(ours)).scalar_one() if every else 0
    for number, row in enumerate(rows, before + 1):
        if every and number % every == 0:
            row["visible_at"] += settings.world.history_late_by


def new_message_id() -> str:
    """Return a message id as the API gives them: a UUID in upper case."""
    return str(uuid.uuid4()).upper()


def _row(draft: Draft, verdict: Verdict, settings: Settings) -> dict[str, Any]:
    accepted_at = now()
    country = country_of(draft.recipient)
    return {
        "channel": draft.channel,
        "message_id": new_message_id(),
        "accepted_at": accepted_at,
        "visible_at": accepted_at + settings.history_lag,
        "send_at": max(float(draft.schedule or 0), accepted_at),
        "recipient": draft.recipient,
        "sender": draft.sender or SHARED_NUMBER,
        "body": draft.body,
        "custom_string": draft.custom_string,
        "status": verdict.status,
        "parts": verdict.parts,
        "price": verdict.price,
        "country": country.code,
        "carrier": f"{country.code} Mobile",
        "list_id": draft.list_id,
        "contact_id": draft.contact_id,
        "shared_number": draft.shared_number or draft.recipient in TEST_NUMBERS,
        "details": draft.details,
    }


def _plan(db: Connection, settings: Settings, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events of accepted messages: what the control API decided for the number, else for all."""
    decided = {row.recipient: row for row in db.execute(select(tables.outcomes))}
    default = decided.get("*")
    events = []
    for row in rows:
        decision = decided.get(row["recipient"], default)
        waits_for_a_hand = settings.calls_by_hand and row["channel"] == "voice"
        steps = OUTCOMES[decision.outcome if decision else "never" if waits_for_a_hand else "delivered"]
        if row["recipient"] in TEST_NUMBERS:
            steps = TEST_NUMBER
        digits = decision.digits if decision else ""
        for step in steps:
            due_at = row["send_at"] + step.after * settings.deliver_after
            is_read = settings.world.receipts_read_by_others
            events.append(event_row(step, row["message_id"], row["channel"], due_at, digits, is_read=is_read))
    return events


def _keep_refusals(db: Connection, judge: Judge) -> None:
    left = [{"recipient": to, "status": status, "times": times} for to, (status, times) in judge.refusals.items()]
    db.execute(delete(tables.refusals))
    if left:
        db.execute(insert(tables.refusals), left)
