"""What a send operator does on the worker: from its arguments to a request, from what was sent to a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendMessageRefusedError
from airflow_provider_clicksend.api.paths import as_id
from airflow_provider_clicksend.api.values import kind_of
from airflow_provider_clicksend.engine.requests import Requests, SendRequest
from airflow_provider_clicksend.engine.send_state import SendState, StateUnavailableError, TaskTry
from airflow_provider_clicksend.engine.sender import Sender, Sent
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.batch_result import BatchResult, as_xcom
from airflow_provider_clicksend.messaging.inputs import number_problem
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.reference import batch_reference
from airflow_provider_clicksend.messaging.refusals import hint_for
from airflow_provider_clicksend.operators._send_operator import Recipients
from airflow_provider_clicksend.operators._task_tries import state_store, task_key, task_try
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._send_operator import ClickSendSendOperator

#: So many messages a log line names.
_NAMED = 20
#: So many characters of a wrong value an error shows.
_SHOWN = 20


class SendTask:
    """One execution of a send operator."""

    def __init__(self, operator: ClickSendSendOperator, client: ClickSendClient, context: Context) -> None:
        self._operator = operator
        self._client = client
        self._context = context
        self._log = operator.log
        self._list_id = None if operator.list_id is None else _list_id(operator.list_id)
        self._sender: Sender | None = None

    def run(self) -> dict[str, Any]:
        """Check everything, then send, or ask the price for a dry run, and return the result."""
        this_try = task_try(self._context)
        request = self._request(is_first=this_try.number == 1)
        if self._operator.dry_run_only:
            priced = self._price(request)
            self._push(priced)
            return priced
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
            # What ended by itself, also by a time-out, is not taken back by `on_kill`: the next try continues it.
            self._sender = None

    def stop(self) -> None:
        """Let nothing more leave."""
        if self._sender is not None:
            self._sender.stop()

    def cancel_scheduled(self) -> int:
        """Cancel what is scheduled and not sent yet, and return how many messages that were."""
        return 0 if self._sender is None else self._sender.cancel_scheduled()

    def _request(self, *, is_first: bool) -> SendRequest:
        operator = self._operator
        batch = self._batch(batch_reference(*task_key(self._context)))
        # A later try may find that the time of its schedule has passed meanwhile.
        batch.check(now=self._client.clock.now() if is_first else None, sent_again=operator.resend_on_clear)
        return SendRequest(
            channel=operator.channel,
            batch=batch,
            list_id=self._list_id,
            settle=operator.settle,
            on_unknown=operator.on_unknown,
        )

    def _batch(self, reference: str) -> Batch:
        operator = self._operator
        to = operator.to.value if isinstance(operator.to, Recipients) else operator.to
        if (to is None) == (operator.list_id is None):
            both = "both are given" if to is not None else "both are empty; did the upstream task return anything?"
            raise ClickSendConfigError(f"Exactly one of `to` and `list_id` is needed: {both}", field="to")
        common = operator.common_fields()
        recipients = [to] if isinstance(to, str) else to
        if to is None:
            common["list_id"] = self._list_id
            recipients = [{}]
        if not isinstance(recipients, Sequence):
            raise ClickSendConfigError(f"to {_recipients_problem(recipients)}", field="to")
        return Batch(
            # A mapped task's output is no list: it would ask Airflow anew for each element.
            recipients=recipients if isinstance(recipients, list) else list(recipients),
            common=common,
            reference=reference,
            model=getattr(self._client, operator.channel).message_model,
            row_fields=operator.row_fields,
            refuse_braces=True,
            **operator.batch_options(self._client),
        )

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
        return as_xcom(sent.result, handle=handle)

    def _push(self, outcome: dict[str, Any]) -> None:
        if not self._operator.do_xcom_push:
            return
        self._context["ti"].xcom_push(key="return_value", value=outcome)
        # Airflow reads `send.output["message_ids"]` as the XCom of that key.
        self._context["ti"].xcom_push(key="message_ids", value=outcome["message_ids"])

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
            "ClickSend accepted %d and refused %d %s messages (%d parts, %.4f %s).",
            result.accepted,
            len(result.refused),
            self._operator.channel,
            result.parts,
            result.total_price,
            result.currency or "",
        )
        if not result.accepted and not result.refused:
            self._log.warning("ClickSend named nobody it would send to: is the contact list empty?")
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
            answer = requests.price(chunk)
            total.add_accepted(answer)
            total.add_refused(answer.refused)
        self._log.info("%d messages would cost %s %s.", total.accepted, total.total_price, total.currency or "")
        return {**as_xcom(total, handle={}), "message_ids": [], "accepted": 0, "messages": []}

    def _check_price(self, request: SendRequest) -> None:
        priced = self._price(request)
        limit = self._operator.max_price
        if limit is not None and Decimal(priced["total_price"]) > limit:
            raise ClickSendConfigError(
                f"The batch would cost {priced['total_price']} {priced['currency']} and max_price is {limit}. "
                "Nothing was sent.",
                field="max_price",
            )


def _recipients_problem(to: object) -> str:
    if isinstance(to, Mapping):
        return "is a dict; a single row stands in a list: [row]"
    if isinstance(to, Iterable):
        return f"is {kind_of(to)}; make a list of it, such as list(...), .tolist() or .to_dict('records')"
    return number_problem(to) or "is not a number"


def _list_id(value: int | str) -> int:
    text = as_id(value, name="list_id")
    if not text.isdigit():
        raise ClickSendConfigError(
            f"list_id is the text {text[:_SHOWN]!r}; it must be a whole number.", field="list_id"
        )
    return int(text)
