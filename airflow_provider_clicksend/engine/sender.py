"""Sending a batch so that every message is accepted exactly once, whatever happens between two lines or on the wire.

The order of things is what makes it so: write down what is about to leave, send, write down the answer. What may have
left without an answer is looked up in the history, and only a history that stayed silent for `settle` seconds lets the
policy decide.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendError, ClickSendNotFoundError
from airflow_provider_clicksend.api.retry import may_have_been_accepted
from airflow_provider_clicksend.engine.history import CLOCK_MARGIN, look_up, messages_to_contacts, outcome_unknown
from airflow_provider_clicksend.engine.send_state import BatchChangedError, Entry, Ledger, Opening
from airflow_provider_clicksend.messaging.batch_result import (
    Chunk,
    Evidence,
    Message,
    Tally,
    identity,
    retried,
    unanswered,
)

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.messages import SentMessage

log = logging.getLogger(__name__)

#: How often a chunk leaves at most within one try of the task.
MAX_SENDS = 3
#: So many messages a warning names.
_NAMED = 20

Chunks = Callable[[], Iterable[Chunk]]


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do about doubt.

    :param settle: seconds within which the history shows an accepted message.
    :param on_unknown: ``"resend"`` (nothing is lost) or ``"fail"`` (nothing is doubled) when it stays silent.
    """

    settle: float = 60.0
    on_unknown: str = "resend"


class SendStoppedError(ClickSendError):
    """The task was killed while it sent."""


class Sender:
    """Sends one batch.

    :param client: the client. :param channel: ``"sms"``, ``"mms"`` or ``"voice"``.
    :param chunks: gives the requests of the batch, anew at each call.
    :param list_id: the contact list when the batch is one; its contacts are the messages then.
    :param ledger: what earlier tries wrote down. :param batch: the batch reference.
    :param listed: whether accepted messages are kept one by one.
    """

    def __init__(
        self,
        client: ClickSendClient,
        channel: str,
        chunks: Chunks,
        *,
        list_id: int | None = None,
        ledger: Ledger,
        batch: str,
        policy: Policy,
        listed: bool,
    ) -> None:
        self._client = client
        self._resource: Any = getattr(client, channel)
        self._chunks = chunks
        self._list_id = list_id
        self._ledger = ledger
        self._batch = batch
        self._policy = policy
        self._listed = listed
        self._stopped = False
        #: When the first request of the first try may have left (Unix seconds).
        self.since = 0
        #: What earlier tries had got accepted.
        self.earlier = Tally(listed)
        self.tally = Tally(listed)

    def run(self, *, since: int | None, cleared: bool = False) -> None:
        """Send what no earlier try got accepted. `tally` tells what is settled, also after an error.

        :param since: when an earlier try may have begun to send (Unix seconds); None on a first try.
        :param cleared: a person cleared the task: what was refused is tried again.
        """
        entries, trusted = self._begin(since, cleared=cleared)
        evidence = self._evidence(entries, trusted=trusted)
        for chunk in self._chunks():
            entry = entries.pop(chunk.place, None) or Entry(Tally(self._listed))
            try:
                pending, doubted = self._pending(chunk, entry, evidence, cleared=cleared)
                self.earlier.merge(entry.settled)
                self._deliver(chunk, entry.settled, pending, doubted)
            finally:
                self.tally.merge(entry.settled)
        if not trusted:
            self._ledger.open(Opening(self.since, trusted=True))

    def stop(self) -> None:
        """Let nothing more leave."""
        self._stopped = True

    def cancel_scheduled(self) -> int:
        """Cancel what the history shows as scheduled, and return how many messages that were."""
        ours = {self._key(message) for chunk in self._chunks() for message in self._unfolded(chunk.messages)}
        rows = self._client.iterate(self._resource.history, date_from=self.since - CLOCK_MARGIN, order_by="date:desc")
        now = time.time()
        scheduled = [
            row.message_id
            for row in rows
            if (row.schedule or 0) > now and identity(self._key_batch, row.custom_string, row.to) in ours
        ]
        return sum(self._cancels(message_id) for message_id in scheduled)

    def _cancels(self, message_id: str | None) -> bool:
        try:
            self._resource.cancel(message_id)
        except ClickSendNotFoundError:
            return False  # it was sent meanwhile, or cancelled before
        return True

    def _begin(self, since: int | None, *, cleared: bool) -> tuple[dict[int, Entry], bool]:
        """Return what is known of each chunk, and whether the ledger tells; where it does not, all are in doubt."""
        opening = self._ledger.opening()
        is_first = opening is None and since is None
        if opening is None:
            opening = Opening(int(time.time()) if since is None else since, trusted=is_first)
            self._ledger.open(opening)
        self.since = opening.since
        if is_first:
            return {}, True
        if opening.trusted:
            try:
                return {chunk.place: self._entry(chunk, cleared=cleared) for chunk in self._chunks()}, True
            except BatchChangedError:
                log.warning("The messages are not those of the earlier try: the history tells who was texted.")
                self._ledger.open(Opening(self.since, trusted=False))
        return {chunk.place: Entry(Tally(self._listed), in_flight=True) for chunk in self._chunks()}, False

    def _entry(self, chunk: Chunk, *, cleared: bool) -> Entry:
        entry = self._ledger.read(chunk)
        open_again = entry.unsettled or any(retried(refused, cleared=cleared) for refused in entry.settled.refused)
        if self._list_id is not None and open_again:
            # Sent again as a list, it would reach all its contacts: each is looked for instead.
            return Entry(Tally(self._listed), in_flight=True)
        return entry

    def _evidence(self, entries: dict[int, Entry], *, trusted: bool) -> Evidence:
        """Look up everything that an earlier try left in doubt, in one go."""
        doubtful: list[Message] = []
        current: set[str] = set()
        for chunk in self._chunks() if entries else ():
            entry = entries[chunk.place]
            messages = self._unfolded(chunk.messages) if entry.in_flight else chunk.messages
            doubtful += self._doubtful(messages, entry)
            if not trusted:
                current.update(message["custom_string"] for message in messages)
        evidence = Evidence(doubtful, batch=self._key_batch, current=None if trusted else frozenset(current))
        if doubtful:
            log.info("An earlier try left %d messages in doubt; looking them up in the history.", len(doubtful))
            self._look_up(evidence, since=self.since)
            log.info("The history shows %d of them.", len(doubtful) - len(evidence.missing))
        return evidence

    def _doubtful(self, messages: list[Message], entry: Entry) -> list[Message]:
        """Return what only the history knows. THROTTLED means that an equal text went out: maybe this one."""
        throttled = {self._key(refused) for refused in entry.settled.refused if refused["status"] == "THROTTLED"}
        return [
            message
            for message in messages
            if (entry.in_flight if entry.is_unsettled(key := self._key(message)) else key in throttled)
        ]

    def _pending(
        self, chunk: Chunk, entry: Entry, evidence: Evidence, *, cleared: bool
    ) -> tuple[list[Message], set[str]]:
        """Return the messages to send now, and the identities of those that may have been sent before."""
        if entry.unsettled is None and not entry.in_flight:
            return chunk.messages, set()
        settled = entry.settled
        again = {self._key(refused) for refused in settled.refused if retried(refused, cleared=cleared)}
        settled.refused = [refused for refused in settled.refused if self._key(refused) not in again]
        pending: list[Message] = []
        unknown: list[Message] = []
        for message in self._unfolded(chunk.messages) if entry.in_flight else chunk.messages:
            key = self._key(message)
            in_doubt = entry.in_flight and entry.is_unsettled(key)
            if not entry.is_unsettled(key) and key not in again:
                continue
            if row := evidence.take(message):
                settled.add_found(row)
            else:
                (unknown if in_doubt else pending).append(message)
        self._decide(unknown, "an earlier try ended without an answer")
        return pending + unknown, {self._key(message) for message in unknown}

    def _deliver(self, chunk: Chunk, settled: Tally, pending: list[Message], doubted: set[str]) -> None:
        begun = int(time.time())
        for _ in range(MAX_SENDS):
            if not pending:
                break
            if self._stopped:
                raise SendStoppedError(f"Killed: {len(pending)} messages of this request were not sent.")
            self._note(chunk, settled, pending, in_flight=True)
            missing = self._post(chunk, settled, pending, doubted)
            pending = self._resolve(missing, settled, since=begun) if missing else []
            doubted |= {self._key(message) for message in pending}
        if pending:
            raise outcome_unknown(pending, f"sent {MAX_SENDS} times without an answer")
        self._ledger.write(chunk, settled, [], in_flight=False)

    def _post(self, chunk: Chunk, settled: Tally, pending: list[Message], doubted: set[str]) -> list[Message]:
        """Send, count the answers, and return the messages that are in doubt now."""
        try:
            answer = self._resource.send(pending, **chunk.extra)
        except ClickSendError as error:
            if may_have_been_accepted(error):
                log.warning("%d messages may have been sent: %s Looking in the history.", len(pending), error)
                return pending
            # What was in doubt before stays so: this request did not leave, an earlier one may have.
            self._note(chunk, settled, pending, in_flight=bool(doubted))
            raise
        throttled = {self._key_of(sent) for sent in answer.refused if sent.status == "THROTTLED"} & doubted
        settled.add_accepted(answer)
        settled.add_refused(sent for sent in answer.refused if self._key_of(sent) not in throttled)
        if throttled:
            self._resolve_throttled([message for message in pending if self._key(message) in throttled], settled)
        return unanswered(pending, answer)

    def _resolve_throttled(self, messages: list[Message], settled: Tally) -> None:
        """Look again: an equal text that went to this number just now is most likely the one in doubt."""
        for message in self._unfound(messages, settled, since=self.since):
            refusal = {key: message.get(key) for key in ("to", "custom_string")}
            settled.refused.append({**refusal, "status": "THROTTLED"})

    def _resolve(self, doubtful: list[Message], settled: Tally, *, since: int) -> list[Message]:
        """Count what the history shows and return the rest, if the policy lets it be sent again."""
        unknown = self._unfound(self._unfolded(doubtful), settled, since=since)
        self._decide(unknown, "a request ended without an answer")
        return unknown

    def _unfound(self, messages: list[Message], settled: Tally, *, since: int) -> list[Message]:
        """Count what the history shows and return the rest."""
        evidence = Evidence(messages, batch=self._key_batch)
        self._look_up(evidence, since=since)
        for message in messages:
            if row := evidence.take(message):
                settled.add_found(row)
        return evidence.missing

    def _decide(self, unknown: list[Message], reason: str) -> None:
        if not unknown:
            return
        if self._policy.on_unknown == "fail":
            raise outcome_unknown(unknown, reason)
        log.warning(
            "The history shows nothing of %d messages for %g s (%s); sending them again: %s",
            len(unknown),
            self._policy.settle,
            reason,
            ", ".join(message["custom_string"] for message in unknown[:_NAMED])
            + (" ..." if len(unknown) > _NAMED else ""),
        )

    def _look_up(self, evidence: Evidence, *, since: int) -> None:
        settled_at = time.time() + self._policy.settle
        look_up(self._client, self._resource, evidence, since=since, settled_at=settled_at)

    def _note(self, chunk: Chunk, settled: Tally, pending: list[Message], *, in_flight: bool) -> None:
        keys = None if pending == chunk.messages else [self._key(message) for message in pending]
        self._ledger.write(chunk, settled, keys, in_flight=in_flight)

    def _unfolded(self, messages: list[Message]) -> list[Message]:
        """Return the message to a list as those to its contacts: in doubt, each of them is looked for."""
        if self._list_id is None or "list_id" not in messages[0]:
            return messages
        return messages_to_contacts(self._client, messages[0])

    @property
    def _key_batch(self) -> str:
        return self._batch if self._list_id is None else ""

    def _key(self, message: Mapping[str, Any]) -> str:
        return identity(self._key_batch, message["custom_string"], message.get("to"))

    def _key_of(self, sent: SentMessage) -> str:
        return identity(self._key_batch, sent.custom_string, sent.to)
