"""What a question sends: texts and calls in several small batches of one task, each message once over all tries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.engine.ask_state import NamedStore
from airflow_provider_clicksend.engine.requests import SendRequest
from airflow_provider_clicksend.engine.send_state import SendState, TaskTry
from airflow_provider_clicksend.engine.sender import Sender, Sent
from airflow_provider_clicksend.messaging.batch import Batch
from airflow_provider_clicksend.messaging.reference import message_reference, words_mark

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.engine.send_state import StateStore

#: People of one batch; what is remembered of a question must stay below the 64 KiB that Airflow advises.
MAX_PEOPLE = 100


class Talk:
    """Sends batches under names.

    :param store: None where nothing outlives a try.
    :param this_try: what Airflow tells of it. :param is_known: whether what earlier tries sent is written down.
    :param sender: the ``from`` of texts. :param settle: seconds within which the history shows a message.
    :param on_unknown: ``"resend"`` or ``"fail"``.
    """

    def __init__(
        self,
        client: ClickSendClient,
        store: StateStore | None,
        this_try: TaskTry,
        *,
        is_known: bool,
        sender: str | None,
        settle: float,
        on_unknown: str,
    ) -> None:
        self._client = client
        self._store = store
        # A batch of which nothing is written has not begun, whichever try this is.
        self._try = TaskTry(began=this_try.began) if store is not None and is_known else this_try
        self._sender = sender
        self._settle = settle
        self._on_unknown = on_unknown
        self._running: Sender | None = None
        self._stopped = False

    def say(
        self,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        reference: str,
        channel: str = "sms",
        common: Mapping[str, Any] | None = None,
        number: int = 0,
    ) -> Sent:
        """Send what no earlier try got accepted, and return what is settled, also what earlier tries sent.

        :param name: of the batch, within the task. :param rows: ``{"to", "body"}``.
        :param reference: the batch reference. :param number: tells equal words of several batches apart.
        :raises ClickSendError: as :class:`Sender` does; what ClickSend refuses is in the result.
        """
        request = SendRequest(
            channel=channel,
            batch=self._batch(rows, reference, channel, common or {}, number),
            settle=self._settle,
            on_unknown=self._on_unknown,
        )
        state = SendState(None if self._store is None else NamedStore(self._store, name))
        clock = self._client.clock
        is_first = state.begin(self._try, now=clock.now(), is_server_time=clock.is_known)
        self._running = Sender(self._client, request, state)
        if self._stopped:
            self._running.stop()
        try:
            return self._running.run(self._try, is_first=is_first)
        finally:
            self._running = None

    def stop(self) -> None:
        """Let nothing more leave."""
        self._stopped = True
        if self._running is not None:
            self._running.stop()

    def _batch(
        self, rows: Sequence[Mapping[str, Any]], reference: str, channel: str, common: Mapping[str, Any], number: int
    ) -> Batch:
        if len(rows) > MAX_PEOPLE:
            raise ClickSendConfigError(f"A question goes to at most {MAX_PEOPLE} people, not {len(rows)}.", field="to")
        named = [{**row, "custom_string": message_reference(reference, words_mark(row), number)} for row in rows]
        batch = Batch(
            recipients=named,
            common={"from": self._sender_for(channel), **common},
            reference=reference,
            model=channel_named(channel).resource(self._client).message_model,
            row_fields=frozenset({"to", "body", "custom_string"}),
        )
        batch.check(now=None)
        return batch

    def _sender_for(self, channel: str) -> str | None:
        if not channel_named(channel).has_replies:
            return None
        effective = self._sender or self._client.sender
        if effective and any(char.isalpha() for char in effective):
            raise ClickSendConfigError(
                f"sender {effective!r} is a name, which nobody can reply to: ask from a number.", field="sender"
            )
        return self._sender
