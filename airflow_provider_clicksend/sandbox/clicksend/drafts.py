"""What a send request asks for: one draft for each text, MMS or call, lists unfolded."""

import dataclasses
import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.errors import bad_request
from airflow_provider_clicksend.sandbox.clicksend.numbers import SHARED_NUMBER
from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.seed import OPT_OUT_LIST
from airflow_provider_clicksend.sandbox.worlds import World, normalised

MAX_RECIPIENTS = 1000
_TEXTS = ("subject", "voice", "lang", "from_email")
_FLAGS = ("require_input", "machine_detection")


@dataclasses.dataclass
class Draft:
    """One message of a request, before anybody looked at whether it can be sent."""

    channel: str
    recipient: str
    body: str
    sender: str
    custom_string: str
    #: Unix seconds, 0 for at once, None when it is not a number.
    schedule: int | None
    list_id: int | None
    contact_id: int | None
    details: dict[str, Any]

    @property
    def shared_number(self) -> bool:
        """Whether it goes out from a number that others use too."""
        return self.sender in {"", SHARED_NUMBER}


def read_drafts(db: Connection, channel: str, body: dict[str, Any], world: World) -> list[Draft]:
    """Return the drafts of a request's body.

    :raises ApiError: 400 when there are no messages, or more than 1,000 recipients.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(item, dict) for item in messages):
        raise bad_request("The messages field is required.", {"messages": "Messages field is required."})
    shared = {"media_file": body["media_file"]} if body.get("media_file") else {}
    drafts = [
        draft for item in messages for draft in _unfold(db, _draft(channel, item, shared), item.get("list_id"), world)
    ]
    if len(drafts) > MAX_RECIPIENTS:
        raise bad_request(f"Too many recipients: {len(drafts)}. The maximum is {MAX_RECIPIENTS}.")
    return drafts


def _unfold(db: Connection, draft: Draft, wanted: Any, world: World) -> list[Draft]:
    if wanted in (None, ""):
        return [draft]
    list_id = whole_number(wanted)
    numbers = _contact_numbers(db, list_id, world)
    opted_out = set(_contact_numbers(db, OPT_OUT_LIST, world).values()) if world.list_opted_out == "left_out" else set()
    numbers = {contact_id: number for contact_id, number in numbers.items() if number not in opted_out}
    if not numbers:
        return [dataclasses.replace(draft, recipient="", list_id=list_id)]
    return [
        dataclasses.replace(draft, recipient=number, list_id=list_id, contact_id=contact_id)
        for contact_id, number in numbers.items()
    ]


def _contact_numbers(db: Connection, list_id: int | None, world: World) -> dict[int, str]:
    contacts = tables.contacts.c
    rows = db.execute(select(tables.contacts).where(contacts.list_id == list_id).order_by(contacts.contact_id))
    if world.list_numbers == "as_stored":
        return {row.contact_id: row.phone_number for row in rows}
    return {row.contact_id: normalised(row.phone_number, row.address_country) for row in rows}


def _draft(channel: str, item: dict[str, Any], shared: dict[str, Any]) -> Draft:
    schedule = item.get("schedule")
    return Draft(
        channel=channel,
        recipient=_text(item.get("to")),
        body=_text(item.get("body")),
        sender=_text(item.get("from")),
        custom_string=_text(item.get("custom_string")),
        schedule=whole_number(schedule) if schedule not in (None, "") else 0,
        list_id=None,
        contact_id=None,
        details={
            **shared,
            **{name: _text(item[name]) for name in _TEXTS if item.get(name) is not None},
            **{name: int(str(item[name]) == "1") for name in _FLAGS if name in item},
        },
    )


def whole_number(value: Any) -> int | None:
    """Return a number that came as one or as text, None for anything else."""
    return int(value) if re.fullmatch(r"\d{1,15}", str(value), re.ASCII) else None


def _text(value: Any) -> str:
    # JSON can carry half of a character pair, which no database stores.
    return "" if value is None else str(value).encode(errors="replace").decode()
