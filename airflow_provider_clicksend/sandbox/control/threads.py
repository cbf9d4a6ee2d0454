"""The phones that were texted or texted back, and what is on the screen of one of them."""

import dataclasses
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Connection, Row

from airflow_provider_clicksend.sandbox.clicksend.money import UNITS
from airflow_provider_clicksend.sandbox.clicksend.numbers import country_of, is_gsm
from airflow_provider_clicksend.sandbox.control.states import State, clock_text, state_of
from airflow_provider_clicksend.sandbox.data.store import now
from airflow_provider_clicksend.sandbox.data.tables import events, inbound, messages

#: Newest messages of the account that are looked at for phones, phones that are listed, and messages of one of them.
#: A page that is open asks every second: what it costs may not grow with what was sent.
LOOKED_AT, MAX_PHONES, MAX_BUBBLES = 1000, 60, 100
#: Pictures at these addresses are shown at once: asking for them leaves no trace outside of this machine.
_LOCAL_HOSTS = {"127.0.0.1", "localhost"}
_UPLOADS = "https://media.example.com/_media/"


@dataclasses.dataclass
class Phone:
    """A phone in the list: its number, its newest message and how many there were lately."""

    number: str
    country: str
    time: str
    preview: str
    from_phone: bool
    state: State | None
    count: int

    @property
    def hue(self) -> int:
        """A number from 0 to 7 that gives the phone its colour."""
        return sum(map(ord, self.number)) % 8


@dataclasses.dataclass
class Picture:
    """The picture of an MMS: `source` is what can be shown without leaving this machine, "" when there is nothing."""

    url: str
    host: str
    source: str


@dataclasses.dataclass
class Bubble:
    """A text, a picture, a call or a reply on the screen of a phone."""

    id: str
    channel: str
    from_phone: bool
    body: str
    day: str
    time: str
    clock: str
    state: State | None
    row: Row[Any]
    parts: int
    price: str
    encoding: str
    picture: Picture | None
    digits: str
    #: Whether the call asks for keys, and whether it waits to be picked up.
    keypad: bool
    ringing: bool
    #: What the reader of the account's replies makes of a reply.
    reading: str

    @property
    def details(self) -> dict[str, Any]:
        """What only some channels have: subject, voice, language, picture."""
        found: dict[str, Any] = self.row.details or {}
        return found


def phones(db: Connection, search: str) -> list[Phone]:
    """Return the phones with the newest messages, newest first.

    :param search: only messages with this in their number or text.
    """
    query = select(messages).where(messages.c.by_others.is_(False))
    if search:
        columns = (messages.c.recipient, messages.c.sender, messages.c.body)
        query = query.where(or_(*(column.contains(search, autoescape=True) for column in columns)))
    newest: dict[str, Row[Any]] = {}
    counts: dict[str, int] = {}
    for row in db.execute(query.order_by(messages.c.id.desc()).limit(LOOKED_AT)):
        number = row.sender if row.direction == "in" else row.recipient
        newest.setdefault(number, row)
        counts[number] = counts.get(number, 0) + 1
    shown = list(newest.items())[:MAX_PHONES]
    last = _last_events(db, [row.message_id for _, row in shown])
    return [_phone(number, row, last.get(row.message_id), counts[number]) for number, row in shown]


def _phone(number: str, row: Row[Any], event: Row[Any] | None, count: int) -> Phone:
    from_phone = row.direction == "in"
    state = None if from_phone else state_of(row, event, now())
    preview = {"voice": "Call: ", "mms": "Picture: "}.get(row.channel, "") + row.body
    return Phone(number, country_of(number).code, clock_text(row.accepted_at), preview[:120], from_phone, state, count)


def bubbles(db: Connection, number: str) -> list[Bubble]:
    """Return what is on the screen of a phone, oldest first."""
    theirs = or_(
        and_(messages.c.direction == "out", messages.c.recipient == number),
        and_(messages.c.direction == "in", messages.c.sender == number),
    )
    query = select(messages).where(theirs, messages.c.by_others.is_(False)).order_by(messages.c.id.desc())
    rows = db.execute(query.limit(MAX_BUBBLES)).all()[::-1]
    ids = [row.message_id for row in rows]
    last, readings = _last_events(db, ids), _readings(db, ids)
    return [_bubble(row, last.get(row.message_id), readings.get(row.message_id, "")) for row in rows]


def _bubble(row: Row[Any], event: Row[Any] | None, reading: str) -> Bubble:
    from_phone, is_call = row.direction == "in", row.channel == "voice"
    state = None if from_phone else state_of(row, event, now())
    time = datetime.fromtimestamp(row.accepted_at, UTC)
    media = str((row.details or {}).get("media_file", ""))
    return Bubble(
        id=row.message_id,
        channel=row.channel,
        from_phone=from_phone,
        body=row.body,
        day=time.strftime("%A, %-d %B"),
        time=time.strftime("%H:%M"),
        clock=time.strftime("%Y-%m-%d %H:%M:%S UTC"),
        state=state,
        row=row,
        parts=row.parts,
        price=f"${row.price / UNITS:.4f}",
        encoding="GSM-7" if is_gsm(row.body) else "Unicode",
        picture=_picture(media) if media else None,
        digits=event.digits if event is not None else "",
        keypad=is_call and bool((row.details or {}).get("require_input")),
        ringing=state is not None and state.kind == "ringing",
        reading=reading,
    )


def _picture(url: str) -> Picture:
    if url.startswith(_UPLOADS):
        number = url.removeprefix(_UPLOADS).split("/")[0]
        return Picture(url, "", f"/sandbox/page/media/{number}" if number.isdecimal() else "")
    host = urlsplit(url).hostname or ""
    return Picture(url, host, url if host in _LOCAL_HOSTS else "")


def _last_events(db: Connection, ids: list[str]) -> dict[str, Row[Any]]:
    """Return the last event that is due of each message that has one."""
    due = select(events).where(events.c.message_id.in_(ids), events.c.due_at <= now())
    return {row.message_id: row for row in db.execute(due.order_by(events.c.due_at, events.c.id))}


def _readings(db: Connection, ids: list[str]) -> dict[str, str]:
    """Return what became of replies: whether a rule polls them, and whether they were marked as read."""
    found = {}
    for row in db.execute(select(inbound).where(inbound.c.message_id.in_(ids))):
        found[row.message_id] = "no POLL rule: nobody can read it" if not row.is_polled else "unread"
        if row.is_polled and row.is_read:
            found[row.message_id] = "marked as read"
    return found
