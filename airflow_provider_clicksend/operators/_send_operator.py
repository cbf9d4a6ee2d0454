"""What the send operators share. The work itself is in :mod:`._send`, which only a worker imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.arguments import as_flag, as_number, check_choice
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._send import SendTask


class Recipients:
    """Rendered recipients. Airflow's page prints an object by its ``str``: how many there are, none of them whole."""

    template_fields = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        from airflow_provider_clicksend.messaging.numbers import mask_number

        # Whatever it is: that it cannot be sent to is for the batch to say.
        rows = self.value if isinstance(self.value, list | tuple) else [self.value]
        shown = [mask_number(row.get("to") if isinstance(row, Mapping) else row) for row in rows[:3]]
        return f"{len(rows):,} recipient(s): {', '.join(shown)}{', ...' if len(rows) > len(shown) else ''}"


class ClickSendSendOperator(ClickSendBaseOperator):
    """Send messages so that each is accepted exactly once, however often the task is tried.

    :param to: a number in E.164, a list of numbers, or a list of rows: dicts with ``to`` and whatever differs from the
        arguments below. Exactly one of `to` and `list_id` is needed.
    :param body: the text.
    :param list_id: a contact list of ClickSend instead of `to`; one message to each contact.
    :param sender: the ``from``: a number, or a name of 3 to 11 letters and digits (it cannot be answered).
    :param custom_string: your own reference, at most 50 characters, instead of ours. It must differ between runs, and
        between two messages to one number, because it is what recognises a message after a crash.
    :param schedule: when to send: a datetime with a time zone, or Unix seconds; at most four months ahead.
    :param on_refused: ``"fail"`` or ``"warn"`` when ClickSend refuses messages. The result is pushed before.
    :param on_unknown: what to do about messages that may have been sent while the history stays silent for `settle`
        seconds: ``"resend"`` (nothing is lost) or ``"fail"`` (nothing is doubled).
    :param settle: seconds within which ClickSend's history shows an accepted message.
    :param resend_on_clear: whether clearing the task texts everybody again. Not with a `custom_string` of your own.
    :param max_price: in the account's currency; the price is asked first, and a batch above it sends nothing.
    :param dry_run: ask the price and send nothing.
    """

    template_fields: Sequence[str] = ("to", "body", "sender", "custom_string", "list_id")
    native_fields: ClassVar[frozenset[str]] = frozenset({"to"})

    channel: ClassVar[str]
    #: What a row may hold.
    row_fields: ClassVar[frozenset[str]] = frozenset({"to", "body", "sender", "custom_string", "schedule", "country"})

    def __init__(
        self,
        *,
        to: Any = None,
        body: str | None = None,
        list_id: int | str | None = None,
        sender: str | None = None,
        custom_string: str | None = None,
        schedule: datetime | int | None = None,
        on_refused: str = "fail",
        on_unknown: str = "resend",
        settle: float = 60.0,
        resend_on_clear: bool = False,
        max_price: float | Decimal | str | None = None,
        dry_run: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_choice("on_refused", on_refused, ("fail", "warn"))
        check_choice("on_unknown", on_unknown, ("resend", "fail"))
        self._to = to
        self.body = body
        self.list_id = list_id
        self.sender = sender
        self.custom_string = custom_string
        self.schedule = schedule
        self.on_refused = on_refused
        self.on_unknown = on_unknown
        self.settle = float(as_number("settle", settle))
        self.resend_on_clear = as_flag("resend_on_clear", resend_on_clear)
        self.max_price = None if max_price is None else as_number("max_price", max_price)
        self.dry_run_only = as_flag("dry_run", dry_run)
        #: What sends right now, for `on_kill`.
        self._running: SendTask | None = None

    @property
    def to(self) -> Any:
        """The recipients; once rendered, wrapped so that Airflow's page does not print a thousand numbers."""
        return self._to

    @to.setter
    def to(self, value: Any) -> None:
        self._to = value if value is None or isinstance(value, Recipients) else Recipients(value)

    def common_fields(self) -> dict[str, Any]:
        """Return what all messages have in common; channels add theirs."""
        return {
            "body": self.body,
            "from": self.sender,
            "custom_string": self.custom_string,
            "schedule": self.schedule,
        }

    def check_rendered(self) -> None:
        """Leave it to the batch, which also knows the rows."""

    def batch_options(self, client: ClickSendClient) -> dict[str, Any]:
        """Return further arguments of the batch; channels add theirs."""
        return {}

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        """Send and return the result."""
        from airflow_provider_clicksend.operators._send import SendTask

        self._running = SendTask(self, client, context)
        try:
            return self._running.run()
        finally:
            self._running = None

    def on_kill(self) -> None:
        """Stop sending: Airflow 3 lets a killed task run on for some seconds."""
        if self._running is not None:
            self._running.stop()


class ClickSendScheduledSendOperator(ClickSendSendOperator):
    """A send that can be taken back while it is scheduled.

    :param cancel_on_kill: when a person or a shutdown ends the task while it sends, cancel what is scheduled and not
        sent yet. What is cancelled counts as accepted: a later try does not send it again.
    """

    def __init__(self, *, cancel_on_kill: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cancel_on_kill = as_flag("cancel_on_kill", cancel_on_kill)

    def on_kill(self) -> None:
        """Stop sending, and cancel what is scheduled if `cancel_on_kill` says so."""
        running = self._running
        super().on_kill()
        if running is not None and self.cancel_on_kill:
            self.log.info("Killed: cancelled %d scheduled messages.", running.cancel_scheduled())
