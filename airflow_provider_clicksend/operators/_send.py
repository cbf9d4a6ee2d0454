"""What a send operator does on the worker: from its arguments to a request, from what was sent to a result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendMessageRefusedError
from airflow_provider_clicksend.engine.requests import Requests, SendRequest
from airflow_provider_clicksend.engine.send_state import SendState, StateUnavailableError, TaskTry
from airflow_provider_clicksend.engine.sender import Sender, Sent
from airflow_provider_clicksend.links.clicksend import push_link, push_messages_link
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.batch_result import BatchResult, as_xcom
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.recipients import Chosen
from airflow_provider_clicksend.messaging.reference import batch_reference
from airflow_provider_clicksend.messaging.refusals import hint_for
from airflow_provider_clicksend.operators import _who
from airflow_provider_clicksend.operators._send_operator import ToRecipients
from airflow_provider_clicksend.operators._task_tries import state_store, task_key, task_try
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, AirflowSkipException, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._send_operator import SendOperator

#: So many messages a log line names.
_NAMED = 20
#: So many texts a dry run shows.
_SAMPLE = 3


class SendTask:
    """One execution of a send operator."""

    def __init__(self, operator: SendOperator, client: ClickSendClient, context: Context) -> None:
        self._operator = operator
        self._client = client
        self._context = context
        self._log = operator.log
        list_id = operator.list_id if isinstance(operator, ToRecipients) else None
        self._list_id = None if list_id is None else _who.checked_list_id("list_id", list_id)
        self._chosen = Chosen([])
        self._sender: Sender | None = None

    def run(self) -> dict[str, Any]:
        """Check everything, then send, or ask the price for a dry run, and return the result."""
        this_try = task_try(self._context)
        request = self._request(_who.gather(self._operator, self._client), is_first=this_try.number == 1)
        if request is None:
            return self._nobody()
        if self._operator.dry_run_only:
            priced = self._price(request)
            self._push(priced)
            return priced
        return self._run(request, this_try)

    def _run(self, request: SendRequest, this_try: TaskTry) -> dict[str, Any]:
        state = SendState(state_store(self._context), listed=request.is_listed)
        clock = self._client.clock
        is_first = state.begin(
            this_try,
            now=clock.now(),
            is_server_time=clock.is_known,
            resend_on_clear=self._operator.resend_on_clear,
        )
        if state.opening.generation:
            reference = batch_reference(*task_key(self._context), generation=state.opening.generation)
            request = replace(request, batch=request.batch.with_reference(reference))
        if self._operator.max_price is not None and is_first:
            self._check_price(request)
        self._sender = Sender(self._client, request, state)
        try:
            outcome = self._send(self._sender, request, this_try, is_first=is_first)
            if not self._operator.resend_on_clear and not outcome["refused"]:
                state.forget()
            return outcome
        finally:
            # What ended by itself, also by a timeout, is not taken back by `on_kill`: the next try continues it.
            self._sender = None

    def stop(self) -> None:
        """Let nothing more leave."""
        if self._sender is not None:
            self._sender.stop()

    def cancel_scheduled(self) -> int:
        """Cancel what is scheduled and not sent yet, and return how many messages that were."""
        return 0 if self._sender is None else self._sender.cancel_scheduled()

    def _request(self, gathered: _who.Gathered, *, is_first: bool) -> SendRequest | None:
        """Return what to send, all of it checked; None when there is nobody to send to."""
        operator, clock = self._operator, self._client.clock
        batch = self._batch(gathered)
        if not len(batch):
            return None
        # A later try may find that the time of its schedule has passed meanwhile.
        batch.check(now=clock.now() if is_first else None, sent_again=operator.resend_on_clear)
        self._chosen = _who.chosen_of(operator, self._client, batch, gathered)
        if not len(self._chosen.recipients):
            return None
        batch = _who.only(batch, self._chosen)
        return SendRequest(
            channel=operator.channel,
            batch=batch,
            list_id=self._list_id,
            settle=operator.settle,
            on_unknown=operator.on_unknown,
            quiet=_who.quiet_times(operator, batch, clock.now()),
        )

    def _batch(self, gathered: _who.Gathered) -> Batch:
        operator = self._operator
        common = operator.common_fields()
        if gathered is None:
            common["list_id"] = self._list_id
            gathered = [{}]
        options = {
            "row_fields": operator.row_fields,
            "one_each": operator.on_duplicates in {"first", "fail"},
            "zoned": operator.quiet_hours is not None,
            "refuse_braces": True,
            **operator.batch_options(self._client),
        }
        return Batch(
            recipients=gathered,
            common=common,
            reference=batch_reference(*task_key(self._context)),
            model=channel_named(operator.channel).resource(self._client).message_model,
            **options,
        )

    def _nobody(self) -> dict[str, Any]:
        """Do what `on_empty` says."""
        excluded = self._chosen.excluded
        reason = (
            f"all {excluded} recipients are in the list that is left out" if excluded else "there are no recipients"
        )
        if self._operator.on_empty == "skip":
            raise AirflowSkipException(f"Nobody to send to: {reason}.")
        if self._operator.on_empty == "fail":
            raise ClickSendConfigError(
                f"{self._operator.empty}: there is nobody to send to ({reason}). on_empty='skip' skips the task, "
                "'send' lets it succeed.",
                field="to",
            )
        self._log.info("Nobody to send to: %s.", reason)
        outcome = self._as_xcom(BatchResult(listed=True), {})
        self._push(outcome)
        return outcome

    def _send(self, sender: Sender, request: SendRequest, this_try: TaskTry, *, is_first: bool) -> dict[str, Any]:
        try:
            sender.run(this_try, is_first=is_first)
        except StateUnavailableError:
            # Whoever cannot write may be an old try: it changes nothing, its XComs included.
            raise
        except BaseException:
            # What was accepted must be known to the tasks that follow, whatever ends this one.
            self._push_quietly(self._outcome(sender.sent, request))
            raise
        outcome = self._outcome(sender.sent, request)
        error = self._report(sender.sent)
        if error is not None:
            self._push_quietly(outcome)
            raise error
        self._push(outcome)
        return outcome

    def _outcome(self, sent: Sent, request: SendRequest) -> dict[str, Any]:
        handle = {"reference": request.batch.reference, "since": sent.since, "count": sent.result.accepted}
        return self._as_xcom(sent.result, handle)

    def _as_xcom(self, result: BatchResult, handle: dict[str, Any]) -> dict[str, Any]:
        left_out = {"excluded": self._chosen.excluded, "duplicates": self._chosen.dropped}
        return {"channel": self._operator.channel, **as_xcom(result, handle=handle), **left_out}

    def _push(self, outcome: dict[str, Any]) -> None:
        if not self._operator.do_xcom_push:
            return
        self._context["ti"].xcom_push(key="return_value", value=outcome)
        # Airflow reads `send.output["message_ids"]` as the XCom of that key.
        self._context["ti"].xcom_push(key="message_ids", value=outcome["message_ids"])
        push_link(self._context, self._client.base_url)
        push_messages_link(self._context)

    def _push_quietly(self, outcome: dict[str, Any]) -> None:
        """Push beside an error, which is what a person must read, whatever becomes of the push."""
        try:
            self._push(outcome)
        except AIRFLOW_CALL_ERRORS as error:
            self._log.warning("What was accepted could not be pushed to XCom: %s", error)

    def _report(self, sent: Sent) -> ClickSendMessageRefusedError | None:
        """Log what came out, and return the error for what was refused, if it is one."""
        result = sent.result
        if sent.was_cleared and sent.earlier.accepted:
            self._say_what_was_sent(sent)
        self._log.info(
            "ClickSend accepted %d (%d of them scheduled) and refused %d %s messages (%d parts, %.4f %s).",
            result.accepted,
            result.scheduled,
            len(result.refused),
            self._operator.channel,
            result.parts,
            result.total_price,
            result.currency or "",
        )
        if not result.accepted and not result.refused:
            self._log.warning("ClickSend named no recipients: is the contact list empty?")
        if not result.refused:
            return None
        error = ClickSendMessageRefusedError(result.refused, accepted=result.accepted, hint=hint_for(result.refused))
        if self._operator.on_refused == "fail":
            return error
        self._log.warning("%s", error)
        return None

    def _say_what_was_sent(self, sent: Sent) -> None:
        rows = sent.earlier.rows
        shown = [f"{mask_number(row['to'])} ({row['message_id']})" for row in rows[:_NAMED]]
        self._log.warning(
            "This task was cleared. %d of its %s messages were sent before, from %s on; nobody is texted again. "
            "Set resend_on_clear=True to send again. Sent: %s%s",
            sent.earlier.accepted,
            self._operator.channel,
            datetime.fromtimestamp(sent.since, UTC).isoformat(),
            ", ".join(shown) or "all that the history shows under this task's reference",
            ", ..." if len(rows) > _NAMED else "",
        )

    def _price(self, request: SendRequest) -> dict[str, Any]:
        total = BatchResult(listed=False)
        requests = Requests(self._client, request)
        for chunk in requests:
            outgoing = requests.outgoing(chunk.messages)
            answer = requests.price(outgoing, chunk.extra)
            total.add_accepted(answer, outgoing)
            total.add_refused(answer.refused)
        self._log.info(
            "%d messages would cost %s %s, %d of them scheduled.",
            total.accepted,
            total.total_price,
            total.currency or "",
            total.scheduled,
        )
        sample = [
            {"to": mask_number(message["to"]) if "to" in message else f"list {self._list_id}", "body": message["body"]}
            for message in request.batch.messages(0, _SAMPLE)
        ]
        return {**self._as_xcom(total, {}), "message_ids": [], "accepted": 0, "messages": [], "sample": sample}

    def _check_price(self, request: SendRequest) -> None:
        priced = self._price(request)
        limit = self._operator.max_price
        if limit is not None and Decimal(priced["total_price"]) > limit:
            raise ClickSendConfigError(
                f"The batch would cost {priced['total_price']} {priced['currency']} and max_price is {limit}. "
                "Nothing was sent.",
                field="max_price",
            )
