"""What the send operators share. The work itself is in :mod:`._send`, which only a worker imports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.arguments import as_count, as_flag, as_number, check_choice
from airflow_provider_clicksend.links.clicksend import MESSAGES_LINKS, ClickSendLink
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator, Recipients
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._send import SendTask


class SendOperator(ClickSendBaseOperator):
    """Send messages so that each is accepted exactly once, however often the task is tried.

    :param body: the text.
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
    :param max_recipients: a batch of more messages than this sends nothing.
    :param dry_run: ask the price and send nothing. The result has a `sample` of three texts.
    :param on_empty: when there is nobody to send to: ``"fail"``, ``"skip"`` (the task is skipped) or ``"send"`` (to
        nobody: the task succeeds).
    :param on_duplicates: when a number comes again, whatever its words: ``"warn"`` and ``"send"`` send all of it,
        ``"first"`` only the first, ``"fail"`` nothing at all.
    :param quiet_hours: when nobody is texted, such as ``("21:00", "08:00")``, in the time zones that the recipient's
        number may be in, or in the ``timezone`` of a row. What falls into them is scheduled for when they end in all
        of these. Needs the extra ``phonenumbers``.
    :param exclude_list_id: a contact list of ClickSend; nobody in it is sent to.
    """

    template_fields: Sequence[str] = ("body", "sender", "custom_string", "exclude_list_id")
    operator_extra_links = (ClickSendLink(), *MESSAGES_LINKS)

    channel: ClassVar[str]
    #: What is wrong when there is nobody to send to.
    empty: ClassVar[str] = "`to` is empty"
    #: What a row may hold.
    row_fields: ClassVar[frozenset[str]] = frozenset(
        {"to", "body", "sender", "custom_string", "schedule", "country", "timezone"}
    )

    def __init__(
        self,
        *,
        body: str | None = None,
        sender: str | None = None,
        custom_string: str | None = None,
        schedule: datetime | int | None = None,
        on_refused: str = "fail",
        on_unknown: str = "resend",
        settle: float = 60.0,
        resend_on_clear: bool = False,
        max_price: float | Decimal | str | None = None,
        max_recipients: int | None = None,
        dry_run: bool = False,
        on_empty: str = "fail",
        on_duplicates: str = "warn",
        quiet_hours: tuple[Any, Any] | None = None,
        exclude_list_id: int | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_choice("on_refused", on_refused, ("fail", "warn"))
        check_choice("on_unknown", on_unknown, ("resend", "fail"))
        check_choice("on_empty", on_empty, ("fail", "skip", "send"))
        check_choice("on_duplicates", on_duplicates, ("warn", "send", "first", "fail"))
        if quiet_hours is not None:
            from airflow_provider_clicksend.messaging.quiet_hours import QuietHours

            QuietHours.read(quiet_hours)
        self.body = body
        self.sender = sender
        self.custom_string = custom_string
        self.schedule = schedule
        self.on_refused = on_refused
        self.on_unknown = on_unknown
        self.settle = float(as_number("settle", settle))
        self.resend_on_clear = as_flag("resend_on_clear", resend_on_clear)
        self.max_price = None if max_price is None else as_number("max_price", max_price)
        self.max_recipients = None if max_recipients is None else as_count("max_recipients", max_recipients)
        self.dry_run_only = as_flag("dry_run", dry_run)
        self.on_empty = on_empty
        self.on_duplicates = on_duplicates
        self.quiet_hours = quiet_hours
        self.exclude_list_id = exclude_list_id
        #: What sends right now, for `on_kill`.
        self._running: SendTask | None = None

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

    def rows(self, client: ClickSendClient) -> list[dict[str, Any]]:
        """Return who is sent to, where that is not an argument."""
        raise NotImplementedError

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


class ToRecipients(SendOperator):
    """Send to those that an argument names.

    :param to: a number in E.164, a list of numbers, or a list of rows: dicts with ``to`` and whatever differs from the
        other arguments. Exactly one of `to` and `list_id` is needed.
    :param list_id: a contact list of ClickSend instead of `to`; one message to each contact.
    """

    template_fields: Sequence[str] = ("to", "list_id", *SendOperator.template_fields)
    native_fields: ClassVar[frozenset[str]] = frozenset({"to"})

    def __init__(self, *, to: Any = None, list_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._to = to
        self.list_id = list_id

    @property
    def to(self) -> Any:
        """The recipients; once rendered, wrapped so that the Airflow UI does not print a thousand numbers."""
        return self._to

    @to.setter
    def to(self, value: Any) -> None:
        self._to = value if value is None or isinstance(value, Recipients) else Recipients(value)


class CancelOnKill(SendOperator):
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
