"""What a send operator does on the worker: from recipients to a batch, from a batch to a result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendMessageRefusedError
from airflow_provider_clicksend.engine.send_state import Ledger
from airflow_provider_clicksend.engine.sender import Policy, Sender
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.batch_result import MAX_LISTED, Tally, result
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.reference import batch_reference
from airflow_provider_clicksend.messaging.refusals import hint_for
from airflow_provider_clicksend.operators._send_operator import Recipients
from airflow_provider_clicksend.operators._task_tries import Tries
from airflow_provider_clicksend.version_compat import Context, task_state_store

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._send_operator import ClickSendSendOperator

#: So many messages a log line names.
_NAMED = 20


class Dispatch:
    """One execution of a send operator."""

    def __init__(self, operator: ClickSendSendOperator, client: ClickSendClient, context: Context) -> None:
        self._operator = operator
        self._client = client
        self._context = context
        self._log = operator.log
        self._list_id = None if operator.list_id is None else _list_id(operator.list_id)
        self._tries = Tries.of(context, retries=operator.retries or 0, resend_on_clear=operator.resend_on_clear)
        self._reference = batch_reference(*self._tries.key, generation=self._tries.generation)

    def run(self) -> dict[str, Any]:
        """Check everything, then send, or ask the price for a dry run, and return the result."""
        batch = self._batch()
        now = time.time() if self._tries.began is None else None
        batch.check(now=now, sent_again=self._operator.resend_on_clear)
        if self._operator.dry_run_only:
            priced = self._price(batch)
            self._push(priced)
            return priced
        return self._send(batch)

    def _batch(self) -> Batch:
        operator = self._operator
        to = operator.to.value if isinstance(operator.to, Recipients) else operator.to
        if (to is None) == (operator.list_id is None):
            raise ClickSendConfigError("Exactly one of `to` and `list_id` is needed.", field="to")
        common = operator.common_fields()
        recipients = [to] if isinstance(to, str) else to
        if to is None:
            common["list_id"] = self._list_id
            recipients = [{}]
        if not isinstance(recipients, Sequence):
            raise ClickSendConfigError(
                f"`to` is a {type(to).__name__}, not a number, a list of numbers or a list of rows.", field="to"
            )
        return Batch(
            # A mapped task's output is no list: it would ask Airflow anew for each element.
            recipients=recipients if isinstance(recipients, list) else list(recipients),
            common=common,
            reference=self._reference,
            model=getattr(self._client, operator.channel).message_model,
            row_fields=operator.row_fields,
            **operator.batch_options(self._client),
        )

    def _send(self, batch: Batch) -> dict[str, Any]:
        operator = self._operator
        listed = len(batch) <= MAX_LISTED
        ledger = Ledger(task_state_store(self._context), self._reference, listed=listed)
        if operator.max_price is not None and ledger.opening() is None:
            self._check_price(batch)
        sender = operator.sending = Sender(
            self._client,
            operator.channel,
            lambda: operator.requests(self._client, batch),
            list_id=self._list_id,
            ledger=ledger,
            batch=self._reference,
            policy=Policy(settle=operator.settle, on_unknown=operator.on_unknown),
            listed=listed,
        )
        try:
            sender.run(since=self._tries.began, cleared=self._tries.cleared)
        finally:
            # What ended by itself, also by a time-out, is not taken back by `on_kill`: the next try continues it.
            operator.sending = None
            handle = {"reference": self._reference, "since": sender.since, "count": sender.tally.accepted}
            outcome = result(sender.tally, handle=handle)
            # Also, and above all, when something is raised now or below: the next task must know what was accepted.
            self._push(outcome)
        self._report(sender)
        return outcome

    def _push(self, outcome: dict[str, Any]) -> None:
        self._context["ti"].xcom_push(key="return_value", value=outcome)
        # Airflow reads `send.output["message_ids"]` as the XCom of that key.
        self._context["ti"].xcom_push(key="message_ids", value=outcome["message_ids"])

    def _report(self, sender: Sender) -> None:
        tally = sender.tally
        if self._tries.cleared and not self._operator.resend_on_clear and sender.earlier.accepted:
            self._say_what_was_sent(sender)
        self._log.info(
            "ClickSend accepted %d and refused %d %s messages (%d parts, %.4f %s).",
            tally.accepted,
            len(tally.refused),
            self._operator.channel,
            tally.parts,
            tally.total_price,
            tally.currency or "",
        )
        if not tally.accepted and not tally.refused:
            self._log.warning("ClickSend named nobody it would send to: is the contact list empty?")
        if not tally.refused:
            return
        error = ClickSendMessageRefusedError(tally.refused, accepted=tally.accepted, hint=hint_for(tally.refused))
        if self._operator.on_refused == "fail":
            raise error
        self._log.warning("%s", error)

    def _say_what_was_sent(self, sender: Sender) -> None:
        rows = sender.earlier.rows
        shown = [f"{mask_number(row['to'])} ({row['message_id']})" for row in rows[:_NAMED]]
        self._log.warning(
            "This task was cleared. %d of its %s messages were sent before, from %s on; nobody is texted again. "
            "Set resend_on_clear=True to send again. Sent: %s%s",
            sender.earlier.accepted,
            self._operator.channel,
            datetime.fromtimestamp(sender.since, UTC).isoformat(),
            ", ".join(shown) or f"everything under the reference {self._reference}",
            ", ..." if len(rows) > _NAMED else "",
        )

    def _price(self, batch: Batch) -> dict[str, Any]:
        tally = Tally(listed=False)
        resource = getattr(self._client, self._operator.channel)
        for chunk in self._operator.requests(self._client, batch):
            answer = resource.price(chunk.messages, **chunk.extra)
            tally.add_accepted(answer)
            tally.add_refused(answer.refused)
        self._log.info("%d messages would cost %s %s.", tally.accepted, tally.total_price, tally.currency or "")
        priced = result(tally, handle={})
        return {**priced, "message_ids": [], "accepted": 0, "messages": []}

    def _check_price(self, batch: Batch) -> None:
        priced = self._price(batch)
        limit = Decimal(str(self._operator.max_price))
        if Decimal(priced["total_price"]) > limit:
            raise ClickSendConfigError(
                f"The batch would cost {priced['total_price']} {priced['currency']} and max_price is {limit}. "
                "Nothing was sent.",
                field="max_price",
            )


def _list_id(value: int | str) -> int:
    text = str(value)
    if not text.isdigit():
        raise ClickSendConfigError("`list_id` must be a number.", field="list_id")
    return int(text)
