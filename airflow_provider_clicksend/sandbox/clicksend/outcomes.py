"""What becomes of an accepted message: the events that its outcome puts into the future."""

from typing import Any, NamedTuple


class Step(NamedTuple):
    """One event: its place on the way (in units of ``deliver_after``) and what it says."""

    after: int
    status: str
    status_code: str | None
    status_text: str | None
    error_code: str | None = None
    error_text: str | None = None
    is_receipt: bool = True


_DELIVERED = Step(1, "Completed", "201", "Success: Message received on handset.")
_WAITING = Step(0, "WaitApproval", "200", "Success: Message is waiting for approval.", is_receipt=False)

#: The outcomes by their names in the control API.
OUTCOMES: dict[str, tuple[Step, ...]] = {
    "delivered": (_DELIVERED,),
    "failed": (Step(1, "Failed", "301", "Error: Delivery failed.", "8", "Unknown subscriber"),),
    "pending": (Step(1, "Sent", "200", "Success: Message sent."),),
    "temporary": (
        Step(1, "Sent", "300", "Temporary error: Delivery will be tried again.", "16", "Temporary failure"),
        _DELIVERED._replace(after=2),
    ),
    "never": (),
    "review": (_WAITING, Step(1, "CancelledAfterReview", None, None, is_receipt=False)),
}
#: A free test number: the history says Completed at once, no receipt ever comes.
TEST_NUMBER = (Step(0, "Completed", None, None, is_receipt=False),)
CANCELLED = Step(0, "Cancelled", "301", "Error: Message cancelled.", "5", "Cancelled", is_receipt=False)


def event_row(
    step: Step, message_id: str, channel: str, due_at: float, digits: str = "", *, is_read: bool = False
) -> dict[str, Any]:
    """Return the row of the events table for one step of a message."""
    fields = step._asdict()
    del fields["after"]
    return {
        "message_id": message_id,
        "channel": channel,
        "due_at": due_at,
        "digits": digits,
        "is_read": is_read,
        **fields,
    }
