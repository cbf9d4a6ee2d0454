"""What has become of a message, in a few words for a person."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy.engine import Row

from airflow_provider_clicksend.sandbox.clicksend.verdicts import SUCCESS

#: Statuses of events that say more than their code.
_BY_STATUS = {
    "Cancelled": ("cancelled", "Cancelled"),
    "WaitApproval": ("held", "In review"),
    "CancelledAfterReview": ("failed", "Cancelled after review"),
}
_BY_CODE = {
    "200": ("sent", "Sent"),
    "201": ("delivered", "Delivered"),
    "300": ("held", "Trying again"),
    "301": ("failed", "Failed"),
}


class State(NamedTuple):
    """A message's state: `kind` for its look, words, ClickSend's code or status, and what is known beside it."""

    kind: str
    label: str
    code: str = ""
    detail: str = ""


def state_of(message: Row[Any], event: Row[Any] | None, at: float) -> State:
    """Return the state of a sent message.

    :param event: the last of its events that is due, None when none is.
    :param at: the present, Unix seconds of the sandbox's clock.
    """
    if message.status != SUCCESS:
        return State("refused", "Refused", message.status)
    if event is not None:
        return _after(event)
    if message.cancelled:
        return State("cancelled", "Cancelled")
    if message.send_at > at:
        return State("scheduled", "Scheduled", detail=f"for {clock_text(message.send_at)} UTC")
    if message.channel == "voice":
        return State("ringing", "Ringing")
    # As the API has it: accepted, then in the history, then at the carrier.
    return State("queued", "Queued") if message.visible_at > at else State("sent", "Sent")


def _after(event: Row[Any]) -> State:
    if event.status == "Completed" and event.status_code is None:
        return State("sent", "Accepted", detail="a test number never gets a receipt")
    kind, label = _BY_STATUS.get(event.status) or _BY_CODE.get(str(event.status_code), ("sent", event.status))
    if event.channel == "voice" and kind == "delivered":
        label = "Answered"
    error = f"error {event.error_code}: {event.error_text}" if event.error_code else ""
    return State(kind, label, event.status_code or "", error)


def clock_text(at: float) -> str:
    """Return the time of a day, "14:05"; with its date when that is not today's."""
    time = datetime.fromtimestamp(at, UTC)
    same_day = time.date() == datetime.now(UTC).date()
    return time.strftime("%H:%M" if same_day else "%-d %b %H:%M")
