"""What the send operators share: from recipients to a batch, from a batch to a result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendMessageRefusedError
from airflow_provider_clicksend.messaging.batch import Batch, chunks
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.outbox import MAX_LISTED, Chunk, Tally, result
from airflow_provider_clicksend.messaging.reference import batch_reference
from airflow_provider_clicksend.messaging.refusals import hint_for
from airflow_provider_clicksend.operators.base import ClickSendBaseOperator
from airflow_provider_clicksend.operators.tries import Tries
from airflow_provider_clicksend.version_compat import Context, task_state_store

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.hooks.sending import Sender

#: Messages of one request.
CHUNK = 1000


class Recipients:
    """Rendered recipients. Airflow's page prints an object by its ``str``: how many there are, none of them whole."""

    template_fields = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        rows = [self.value] if isinstance(self.value, str) else list(self.value or ())
        shown = [mask_number(row if isinstance(row, str) else row.get("to")) for row in rows[:3]]
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
    :param resend_on_clear: whether clearing the task texts everybody again.
    :param max_price: in the account's currency; the price is asked first, and a batch above it sends nothing.
    :param dry_run: ask the price and send nothing.
    """

    template_fields: Sequence[str] = ("to", "body", "sender", "custom_string", "list_id")

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
        one_of("on_refused", on_refused, ("fail", "warn"))
        one_of("on_unknown", on_unknown, ("resend", "fail"))
        self._to = to
        self.body = body
        self.list_id = list_id
        self.sender = sender
        self.custom_string = custom_string
        self.schedule = schedule
        self.on_refused = on_refused
        self.on_unknown = on_unknown
        self.settle = settle
        self.resend_on_clear = resend_on_clear
        self.max_price = max_price
        self.dry_run_only = dry_run
        self._sender: Sender | None = None
        self._batch_reference = ""

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

    def batch_options(self, client: ClickSendClient) -> dict[str, Any]:
        """Return further arguments of the batch; channels add theirs."""
        return {}

    def requests(self, client: ClickSendClient, batch: Batch) -> Iterator[Chunk]:
        """Yield the requests of the batch."""
        for place, messages in chunks(batch, CHUNK):
            yield Chunk(place, messages)

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        """Send and return the result."""
        tries = Tries.of(context, retries=self.retries or 0, resend_on_clear=self.resend_on_clear)
        self._batch_reference = batch_reference(*tries.key, generation=tries.generation)
        batch = self._batch(client)
        batch.check(now=time.time() if tries.began is None else None)
        if self.dry_run_only:
            return self._price(client, batch)
        return self._send(client, context, batch, tries)

    def _batch(self, client: ClickSendClient) -> Batch:
        to = self._to.value if isinstance(self._to, Recipients) else self._to
        if (to is None) == (self.list_id is None):
            raise ClickSendConfigError("Exactly one of `to` and `list_id` is needed.", field="to")
        common = self.common_fields()
        recipients = [to] if isinstance(to, str) else to
        if to is None:
            common["list_id"] = _list_id(self.list_id)
            recipients = [{}]
        if not isinstance(recipients, list | tuple):
            raise ClickSendConfigError(
                f"`to` is a {type(to).__name__}, not a number, a list of numbers or a list of rows.", field="to"
            )
        return Batch(
            recipients=recipients,
            common=common,
            reference=self._batch_reference,
            row_fields=self.row_fields,
            **self.batch_options(client),
        )

    def _send(self, client: ClickSendClient, context: Context, batch: Batch, tries: Tries) -> dict[str, Any]:
        from airflow_provider_clicksend.hooks.ledger import Ledger
        from airflow_provider_clicksend.hooks.sending import Policy, Sender

        listed = len(batch) <= MAX_LISTED
        ledger = Ledger(task_state_store(context), self._batch_reference, listed=listed)
        if self.max_price is not None and ledger.since() is None:
            self._check_price(client, batch)
        policy = Policy(settle=self.settle, on_unknown=self.on_unknown)
        sender = self._sender = Sender(
            client, self.channel, ledger=ledger, batch=self._batch_reference, policy=policy, listed=listed
        )
        try:
            sender.run(lambda: self.requests(client, batch), since=tries.began, cleared=tries.cleared)
        finally:
            handle = {"reference": self._batch_reference, "since": sender.since, "count": sender.tally.accepted}
            outcome = result(sender.tally, handle=handle)
            # Also, and above all, when something is raised now or below: the next task must know what was accepted.
            context["ti"].xcom_push(key="return_value", value=outcome)
            # Airflow reads `send.output["message_ids"]` as the XCom of that key.
            context["ti"].xcom_push(key="message_ids", value=outcome["message_ids"])
        self._report(sender, tries)
        return outcome

    def _report(self, sender: Sender, tries: Tries) -> None:
        tally = sender.tally
        if tries.cleared and sender.earlier:
            self.log.warning(
                "This task was cleared. %d of its %s messages were sent before, from %s on; nobody is texted again. "
                "Set resend_on_clear=True to send again.",
                sender.earlier,
                self.channel,
                datetime.fromtimestamp(sender.since, UTC).isoformat(),
            )
        self.log.info(
            "ClickSend accepted %d and refused %d %s messages (%d parts, %.4f %s).",
            tally.accepted,
            len(tally.refused),
            self.channel,
            tally.parts,
            tally.total_price,
            tally.currency or "",
        )
        if not tally.refused:
            return
        error = ClickSendMessageRefusedError(tally.refused, accepted=tally.accepted, hint=hint_for(tally.refused))
        if self.on_refused == "fail":
            raise error
        self.log.warning("%s", error)

    def _price(self, client: ClickSendClient, batch: Batch) -> dict[str, Any]:
        tally = Tally(listed=False)
        resource = getattr(client, self.channel)
        for chunk in self.requests(client, batch):
            answer = resource.price(chunk.messages, **chunk.extra)
            tally.add_answer(answer.messages, answer.currency)
        self.log.info("%d messages would cost %s %s.", tally.accepted, tally.total_price, tally.currency or "")
        priced = result(tally, handle={})
        return {**priced, "message_ids": [], "accepted": 0, "messages": []}

    def _check_price(self, client: ClickSendClient, batch: Batch) -> None:
        priced = self._price(client, batch)
        limit = Decimal(str(self.max_price))
        if Decimal(priced["total_price"]) > limit:
            raise ClickSendConfigError(
                f"The batch would cost {priced['total_price']} {priced['currency']} and max_price is {limit}. "
                "Nothing was sent.",
                field="max_price",
            )


class ClickSendScheduledSendOperator(ClickSendSendOperator):
    """A send that can be taken back while it is scheduled.

    :param cancel_on_kill: when the task is killed, cancel what is scheduled and not sent yet.
    """

    def __init__(self, *, cancel_on_kill: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cancel_on_kill = cancel_on_kill

    def on_kill(self) -> None:
        """Cancel what is scheduled, if `cancel_on_kill` says so."""
        if not self.cancel_on_kill or self._sender is None:
            return
        cancelled = self._sender.cancel_scheduled()
        self.log.info("Killed: cancelled %d scheduled messages.", cancelled)


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Check a word that an argument may be, when the DAG is parsed.

    :raises ClickSendConfigError: names the argument and the words.
    """
    if value not in allowed:
        raise ClickSendConfigError(f"{name}={value!r}: it must be one of {', '.join(allowed)}.", field=name)


def _list_id(value: int | str | None) -> int:
    text = str(value)
    if not text.isdigit():
        raise ClickSendConfigError("`list_id` must be a number.", field="list_id")
    return int(text)
