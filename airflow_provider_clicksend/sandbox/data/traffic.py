"""What others do with the same account: their texts, receipts and replies, inserted in bulk."""

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from airflow_provider_clicksend.sandbox.clicksend.numbers import SHARED_NUMBER
from airflow_provider_clicksend.sandbox.data.tables import inbound, messages

_COUNTED = "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :count)"
_ID = "printf('0F0F0F0F-0000-4000-8000-%012d', :base + n)"
_AT = ":at + :spread * n / :count"
# The numbers are of an area whose numbers no test uses: +1 303.
_NUMBER = "printf('+1303%07d', (:base + n) % 10000000)"

_MESSAGES = f"""
INSERT INTO messages (channel, direction, message_id, accepted_at, visible_at, send_at, recipient, sender, body,
    custom_string, status, parts, price, country, carrier, shared_number, cancelled, by_others, details)
{_COUNTED}
SELECT 'sms', :direction, {_ID}, {_AT}, {_AT}, {_AT}, :our_number, :our_number, 'Somebody else ' || n,
    '', 'SUCCESS', 1, 154, 'US', 'US Mobile', 1, 0, 1, '{{}}' FROM counted
"""  # noqa: S608 - constants only
_TEXTS = _MESSAGES.replace(":our_number, :our_number", f"{_NUMBER}, :our_number")
_REPLIES = _MESSAGES.replace(":our_number, :our_number", f":our_number, {_NUMBER}")
_RECEIPTS = f"""
INSERT INTO events (message_id, channel, due_at, status, status_code, status_text, digits, is_receipt, is_read)
{_COUNTED}
SELECT {_ID}, 'sms', {_AT}, 'Completed', '201', 'Success: Message received on handset.', '', 1, 0 FROM counted
"""  # noqa: S608 - constants only
_INBOUND = f"""
INSERT INTO inbound (message_id, at, sender, recipient, body, original_body, original_message_id, custom_string,
    is_polled, is_read)
{_COUNTED}
SELECT {_ID}, {_AT}, {_NUMBER}, :our_number, 'Somebody else ' || n, '', '', '', 1, 0 FROM counted
"""  # noqa: S608 - constants only


def add_other_texts(db: Connection, count: int, at: float, spread: float = 0.0, *, receipts: bool = False) -> None:
    """Store `count` accepted texts of others.

    :param at: when the first one was accepted, Unix seconds; it shows in the history from then on.
    :param spread: seconds from the first to the last.
    :param receipts: each has an unread receipt too.
    """
    values = _values(db, count, at, spread)
    if count:
        db.execute(text(_TEXTS), {**values, "direction": "out"})
    if count and receipts:
        db.execute(text(_RECEIPTS), _without(values, "our_number"))


def add_other_replies(db: Connection, count: int, at: float, spread: float = 0.0) -> None:
    """Store `count` unread replies to others, in the history too; the arguments as for :func:`add_other_texts`."""
    values = _values(db, count, at, spread)
    if count:
        db.execute(text(_REPLIES), {**values, "direction": "in"})
        db.execute(text(_INBOUND), values)


def age(db: Connection, seconds: float) -> None:
    """Let everything in the account be `seconds` older than it is."""
    for statement in (
        "UPDATE messages SET accepted_at = accepted_at - :s, visible_at = visible_at - :s, send_at = send_at - :s",
        "UPDATE events SET due_at = due_at - :s",
        "UPDATE inbound SET at = at - :s",
    ):
        db.execute(text(statement), {"s": seconds})


def _values(db: Connection, count: int, at: float, spread: float) -> dict[str, float | str]:
    highest = max(db.execute(select(func.max(table.c.id))).scalar() or 0 for table in (messages, inbound))
    return {"count": count, "at": at, "spread": spread, "base": highest, "our_number": SHARED_NUMBER}


def _without(values: dict[str, float | str], name: str) -> dict[str, float | str]:
    return {key: value for key, value in values.items() if key != name}
