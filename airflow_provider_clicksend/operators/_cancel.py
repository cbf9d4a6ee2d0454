"""Cancelling what is scheduled, and finding out why it cannot be cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.errors import (
    ClickSendConfigError,
    ClickSendNotCancelledError,
    ClickSendNotFoundError,
)
from airflow_provider_clicksend.arguments import as_flag
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.resources.base import ScheduledResource

#: Rows to look at, newest first, where the history is not searched by id (voice does not promise to be).
_MAX_ROWS = 1000


class ClickSendCancelOperator(ClickSendBaseOperator):
    """Cancel a scheduled message and return ``{"message_id", "outcome"}``.

    The outcome is ``"cancelled"``, ``"already cancelled"`` (by an earlier try, or by somebody else), or, with
    `missing_ok`, ``"sent"`` or ``"unknown"``. ClickSend answers all but the first alike; the history tells them apart.

    :param message_id: which message.
    :param missing_ok: a message that was sent, or that nobody knows, is not a failure.
    """

    template_fields: Sequence[str] = ("message_id",)
    channel: ClassVar[str]

    def __init__(self, *, message_id: str, missing_ok: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.message_id = message_id
        self.missing_ok = as_flag("missing_ok", missing_ok)

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        """Cancel it, or find out why not."""
        from airflow_provider_clicksend.api.channels import channel_named

        channel: ScheduledResource = channel_named(self.channel).resource(client)
        outcome = "cancelled"
        try:
            channel.cancel(self.message_id)
        except ClickSendNotFoundError as error:
            status = _status(client, channel, self.message_id)
            outcome = _outcome(status)
            if outcome != "already cancelled" and not self.missing_ok:
                raise _not_cancelled(self.message_id, outcome, status, error) from None
        self.log.info("Message %s: %s.", self.message_id, outcome)
        return {"message_id": self.message_id, "outcome": outcome}


class ClickSendCancelSmsOperator(ClickSendCancelOperator):
    """Cancel a scheduled text and return ``{"message_id", "outcome"}``."""

    channel = "sms"


class ClickSendCancelVoiceOperator(ClickSendCancelOperator):
    """Cancel a scheduled call and return ``{"message_id", "outcome"}``."""

    channel = "voice"


class ClickSendCancelAllSmsOperator(ClickSendBaseOperator):
    """Cancel scheduled texts and return how many.

    :param custom_string: only those that were sent with this one (how ClickSend matches it is not documented).
    :param everything: True, instead of a `custom_string`, cancels the schedule of the **whole account**, also what
        other programs and people have scheduled.
    """

    template_fields: Sequence[str] = ("custom_string",)
    optional_fields = frozenset({"custom_string"})

    def __init__(self, *, custom_string: str | None = None, everything: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.custom_string = custom_string
        # The word "False" of a configuration file must not cancel everything.
        self.everything = as_flag("everything", everything)

    def call(self, client: ClickSendClient, context: Context) -> int:
        if bool(self.custom_string) == self.everything:
            raise ClickSendConfigError(
                "Give either a custom_string or everything=True, which cancels the whole account's schedule.",
                field="custom_string",
            )
        return client.sms.cancel_all(custom_string=self.custom_string or None)


def _status(client: ClickSendClient, channel: ScheduledResource, message_id: str) -> str | None:
    """Return the message's status in the history, or None when it is not there."""
    from airflow_provider_clicksend.engine.history_filter import found_by

    read = partial(channel.history, order_by="date:desc")
    by_id = found_by(client, partial(read, q=f"message_id:{message_id}"), _MAX_ROWS) or []
    # A search that finds nothing may be one that does not work.
    for row in chain(by_id, islice(client.iterate(read), _MAX_ROWS)):
        if row.message_id == message_id and row.direction != "in":
            return row.status or ""
    return None


def _outcome(status: str | None) -> str:
    from airflow_provider_clicksend.messaging.statuses import status_of

    known = status_of(status)
    if known.cancelled:
        return "already cancelled"
    # A 404 beside a message that has not gone out: the history is behind.
    return "unknown" if status is None or known.cancellable else "sent"


def _not_cancelled(
    message_id: str, outcome: str, status: str | None, error: ClickSendNotFoundError
) -> ClickSendNotCancelledError:
    if outcome == "sent":
        text = f"Message {message_id} cannot be cancelled any more: the history says {status!r}."
    elif status is None:
        text = f"Message {message_id} cannot be cancelled: it is not in the history. Is the id right?"
    else:
        text = f"Message {message_id} cannot be cancelled, though the history (it lags) still says {status!r}."
    return ClickSendNotCancelledError(
        text,
        outcome=outcome,
        status=error.status,
        response_code=error.response_code,
        source=error.source,
        request_id=error.request_id,
    )
