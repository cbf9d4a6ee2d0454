"""Sending a batch so that every message is accepted exactly once, whatever happens between two lines or on the wire.

The order of things is what makes it so: write down what is about to leave, send, write down the answer. What may have
left without an answer is looked up in the history, and only a history that stayed silent for `settle` seconds lets the
policy decide.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendNotFoundError
from airflow_provider_clicksend.api.retry import may_have_been_accepted
from airflow_provider_clicksend.hooks.ledger import BatchChangedError, Entry, Ledger
from airflow_provider_clicksend.hooks.lookup import look_up, unknown_error
from airflow_provider_clicksend.messaging.outbox import Chunk, Evidence, Message, Tally, retried, unanswered
from airflow_provider_clicksend.messaging.reference import belongs_to

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

log = logging.getLogger(__name__)

#: How often a chunk leaves at most within one try of the task.
MAX_SENDS = 3

Chunks = Callable[[], Iterable[Chunk]]


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do about doubt.

    :param settle: seconds within which the history shows an accepted message.
    :param on_unknown: ``"resend"`` (nothing is lost) or ``"fail"`` (nothing is doubled) when it stays silent.
    """

    settle: float = 60.0
    on_unknown: str = "resend"


class Sender:
    """Sends one batch.

    :param client: the client. :param channel: ``"sms"``, ``"mms"`` or ``"voice"``.
    :param ledger: what earlier tries wrote down. :param batch: the batch reference.
    :param listed: whether accepted messages are kept one by one.
    """

    def __init__(
        self, client: ClickSendClient, channel: str, *, ledger: Ledger, batch: str, policy: Policy, listed: bool
    ) -> None:
        self._client = client
        self._resource: Any = getattr(client, channel)
        self._ledger = ledger
        self._batch = batch
        self._policy = policy
        self._listed = listed
        #: When the first request of the first try may have left (Unix seconds).
        self.since = 0
        #: How many messages earlier tries had got accepted.
        self.earlier = 0
        self.tally = Tally(listed)

    def run(self, chunks: Chunks, *, since: int | None, cleared: bool = False) -> None:
        """Send what no earlier try got accepted. `tally` tells what is settled, also after an error.

        :param chunks: gives the chunks, anew at each call.
        :param since: when an earlier try may have begun to send (Unix seconds); None on a first try.
        :param cleared: a person cleared the task: what was refused is tried again.
        """
        opened = self._ledger.since()
        begun = opened if opened is not None else since
        self.since = int(time.time()) if begun is None else begun
        entries = {} if begun is None else self._entries(chunks, trusted=opened is not None)
        evidence = self._evidence(chunks, entries)
        if opened is None:
            self._ledger.open(self.since)
        for chunk in chunks():
            entry = entries.pop(chunk.place, None) or Entry(Tally(self._listed))
            try:
                pending, doubted = self._pending(chunk, entry, evidence, cleared=cleared)
                self.earlier += entry.settled.accepted
                self._deliver(chunk, entry.settled, pending, doubted)
            finally:
                self.tally.merge(entry.settled)

    def cancel_scheduled(self) -> int:
        """Cancel what was accepted and is not sent yet, and return how many that were."""
        if self.tally.rows:
            ids = [row["message_id"] for row in self.tally.rows]
        else:
            rows = self._client.iterate(self._resource.history, date_from=self.since, order_by="date:asc")
            ids = [row.message_id for row in rows if belongs_to(self._batch, row.custom_string)]
        cancelled = 0
        for message_id in ids:
            try:
                self._resource.cancel(message_id)
            except ClickSendNotFoundError:
                continue  # it was sent
            cancelled += 1
        return cancelled

    def _entries(self, chunks: Chunks, *, trusted: bool) -> dict[int, Entry]:
        """Return what is known of each chunk. Without a ledger, or with one of other messages, all are in doubt."""
        if trusted:
            try:
                return {chunk.place: self._ledger.read(chunk) for chunk in chunks()}
            except BatchChangedError:
                log.warning("The messages are not those of the earlier try: the history tells who was texted.")
        entries = {}
        for chunk in chunks():
            entries[chunk.place] = Entry(Tally(self._listed), in_flight=True)
            # From here on the ledger may be trusted: a try after this one finds every chunk in it.
            self._ledger.write(chunk, Tally(self._listed), chunk.messages, in_flight=True)
        return entries

    def _evidence(self, chunks: Chunks, entries: dict[int, Entry]) -> Evidence:
        """Look up everything that an earlier try left in doubt, in one go."""
        doubtful: list[Message] = []
        all_in_doubt = bool(entries)
        current: set[str] = set()
        for chunk in chunks() if entries else ():
            found = [m for m in chunk.messages if _in_doubt(m, entries[chunk.place])]
            all_in_doubt &= len(found) == len(chunk.messages)
            current.update(m["custom_string"] for m in chunk.messages)
            doubtful += found
        evidence = Evidence(doubtful, batch=self._batch, current=frozenset(current) if all_in_doubt else None)
        if doubtful:
            log.info("An earlier try left %d messages in doubt; looking them up in the history.", len(doubtful))
            self._look_up(evidence)
            log.info("The history shows %d of them.", len(doubtful) - evidence.missing_count)
        return evidence

    def _pending(
        self, chunk: Chunk, entry: Entry, evidence: Evidence, *, cleared: bool
    ) -> tuple[list[Message], set[str]]:
        """Return the messages to send now, and the custom strings of those that may have been sent before."""
        if entry.unsettled is None and not entry.in_flight:
            return chunk.messages, set()
        again = {r["custom_string"] for r in entry.settled.refused if retried(r, cleared=cleared)}
        entry.settled.refused = [r for r in entry.settled.refused if r["custom_string"] not in again]
        pending, unknown = [], []
        for message in chunk.messages:
            unsettled = entry.is_unsettled(message)
            if not unsettled and message["custom_string"] not in again:
                continue
            rows = evidence.take(message)
            if rows:
                entry.settled.add_found(rows)
            elif unsettled and entry.in_flight:
                unknown.append(message)
            else:
                pending.append(message)
        self._decide(unknown, "an earlier try ended without an answer")
        return pending + unknown, {message["custom_string"] for message in unknown}

    def _deliver(self, chunk: Chunk, settled: Tally, pending: list[Message], doubted: set[str]) -> None:
        if not pending:
            return
        for _ in range(MAX_SENDS):
            self._ledger.write(chunk, settled, pending, in_flight=True)
            missing = self._post(chunk, settled, pending, doubted)
            pending = self._resolve(missing, settled) if missing else []
            if not pending:
                self._ledger.write(chunk, settled, [], in_flight=False)
                return
            doubted |= {message["custom_string"] for message in pending}
        raise unknown_error(pending, f"sent {MAX_SENDS} times without an answer")

    def _post(self, chunk: Chunk, settled: Tally, pending: list[Message], doubted: set[str]) -> list[Message]:
        """Send, count the answers, and return the messages that are in doubt now."""
        try:
            answer = self._resource.send(pending, **chunk.extra)
        except ClickSendError as error:
            if may_have_been_accepted(error):
                log.warning("%d messages may have been sent: %s Looking in the history.", len(pending), error)
                return pending
            self._ledger.write(chunk, settled, pending, in_flight=False)
            raise
        throttled = {m.custom_string for m in answer.messages if m.status == "THROTTLED"} & doubted
        settled.add_answer((m for m in answer.messages if m.custom_string not in throttled), answer.currency)
        if throttled:
            self._resolve_throttled([m for m in pending if m["custom_string"] in throttled], settled)
        return unanswered(pending, answer.messages)

    def _resolve_throttled(self, messages: list[Message], settled: Tally) -> None:
        """Look again: an equal text that went to this number just now is most likely the one in doubt."""
        evidence = Evidence(messages, batch=self._batch)
        self._look_up(evidence)
        for message in messages:
            rows = evidence.take(message)
            settled.add_found(rows)
            if not rows:
                refusal = {key: message.get(key) for key in ("to", "custom_string")}
                settled.refused.append({**refusal, "status": "THROTTLED"})

    def _resolve(self, doubtful: list[Message], settled: Tally) -> list[Message]:
        """Count what the history shows and return the rest, if the policy lets it be sent again."""
        evidence = Evidence(doubtful, batch=self._batch)
        self._look_up(evidence)
        unknown = []
        for message in doubtful:
            rows = evidence.take(message)
            settled.add_found(rows)
            if not rows:
                unknown.append(message)
        self._decide(unknown, "a request ended without an answer")
        return unknown

    def _decide(self, unknown: list[Message], reason: str) -> None:
        if not unknown:
            return
        if self._policy.on_unknown == "fail":
            raise unknown_error(unknown, reason)
        log.warning(
            "The history shows nothing of %d messages for %g s (%s); sending them again: %s",
            len(unknown),
            self._policy.settle,
            reason,
            ", ".join(message["custom_string"] for message in unknown[:20]) + (" ..." if len(unknown) > 20 else ""),  # noqa: PLR2004
        )

    def _look_up(self, evidence: Evidence) -> None:
        settled_at = time.time() + self._policy.settle
        look_up(self._client, self._resource, evidence, since=self.since, settled_at=settled_at)


def _in_doubt(message: Message, entry: Entry) -> bool:
    """Tell whether only the history knows. THROTTLED means that an equal text went out: maybe this one."""
    if entry.is_unsettled(message):
        return entry.in_flight
    return any(
        refused["status"] == "THROTTLED" and refused["custom_string"] == message["custom_string"]
        for refused in entry.settled.refused
    )
