"""Sending a batch so that every message is accepted exactly once, whatever happens between two lines or on the network.

The order of things is what makes it so: write down what is about to leave, send, write down the answer. What may have
left without an answer is looked up in the history; when that stays silent, the policy decides whether it leaves once
more. Nothing leaves more than twice over all tries of a task: then the error says what is not known.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.api.retry import may_have_been_accepted
from airflow_provider_clicksend.engine.cancelling import cancel_scheduled
from airflow_provider_clicksend.engine.history import outcome_unknown
from airflow_provider_clicksend.engine.recovery import Recovery
from airflow_provider_clicksend.engine.requests import Requests, SendRequest
from airflow_provider_clicksend.engine.send_state import (
    MAX_LEAVES,
    BatchChangedError,
    Entry,
    SendState,
    TaskTry,
)
from airflow_provider_clicksend.engine.send_work import Work, doubtful, record_key, record_keys
from airflow_provider_clicksend.messaging.batch_result import BatchResult, Chunk, retried, unanswered
from airflow_provider_clicksend.messaging.history_match import HistoryMatch, Message, message_key

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.messages import SentMessage

log = logging.getLogger(__name__)

#: So many messages a warning names.
_NAMED = 20
#: Seconds between two lines of the log that say how far a long send is.
PROGRESS_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What a send came to, also one that raised.

    :param result: what is settled. :param earlier: what of it earlier tries had got accepted.
    :param since: when the first request may have left (Unix seconds). :param was_cleared: whether a person cleared the
        task and nobody was texted again for it.
    """

    result: BatchResult
    earlier: BatchResult
    since: int
    was_cleared: bool


class SendStoppedError(ClickSendError):
    """The task was killed while it sent."""


class Sender:
    """Sends what a request describes. `run` does it; `sent` tells what is settled, also after an error.

    :param client: the client. :param request: what to send. :param state: what the tries of this task write down.
    """

    def __init__(self, client: ClickSendClient, request: SendRequest, state: SendState) -> None:
        self._client = client
        self._requests = Requests(client, request)
        self._request = request
        self._state = state
        self._stopped = False
        self._earlier = BatchResult(request.is_listed)
        self._result = BatchResult(request.is_listed)
        self._unknown: list[Message] = []
        self._recovery = Recovery(client, request, state, self._requests.resource)

    @property
    def sent(self) -> Sent:
        """What is settled so far."""
        return Sent(self._result, self._earlier, int(self._state.opening.since), self._state.cleared)

    def run(self, task_try: TaskTry, *, is_first: bool) -> Sent:
        """Send what no earlier try got accepted.

        :param is_first: what `SendState.begin` said.
        :raises ClickSendOutcomeUnknownError: for messages of which nobody can say whether they were sent.
        """
        if is_first and self._state.opening.generation:
            self._recovery.keep_apart()
        self._recovery.begin(is_first=is_first)
        self._state.open()
        entries = {} if is_first else self._entries()
        match = self._match_earlier(entries)
        for chunk in self._with_progress():
            entry = entries.pop(chunk.place, None) or Entry(BatchResult(self._request.is_listed))
            try:
                work = self._work(chunk, entry, match)
                self._earlier.merge(entry.settled)
                self._deliver(chunk, entry.settled, work)
                self._unknown += work.stuck
            finally:
                self._result.merge(entry.settled)
        # Also the fence of the result: a try that is not the newest cannot write, and so does not get to push.
        self._recovery.since()
        self._state.write_opening(replace(self._state.opening, max_tries=task_try.max_tries, trusted=True))
        if self._unknown:
            raise outcome_unknown(self._unknown, leaves=self._state.opening.leaves)
        return self.sent

    def stop(self) -> None:
        """Let nothing more leave."""
        self._stopped = True

    def cancel_scheduled(self) -> int:
        """Cancel what the history shows as scheduled, and return how many messages that were."""
        return cancel_scheduled(self._client, self._requests, self._recovery.accepted_ids, since=self._recovery.since())

    def _with_progress(self) -> Iterator[Chunk]:
        """Yield the requests, and say now and then how far they are."""
        total, done, said = len(self._request.batch), 0, time.monotonic()
        for chunk in self._requests:
            if done and time.monotonic() - said >= PROGRESS_EVERY:
                said = time.monotonic()
                result = self._result
                log.info(
                    "%d of %d messages: %d accepted, %d refused.", done, total, result.accepted, len(result.refused)
                )
            yield chunk
            done += len(chunk.messages)

    def _entries(self) -> dict[int, Entry]:
        """Return what is known of each chunk; where nothing can be trusted, all of it may have left."""
        opening = self._state.opening
        if opening.trusted:
            try:
                return {chunk.place: self._state.read(chunk) for chunk in self._requests}
            except BatchChangedError:
                log.warning("The messages are not those of the earlier try: the history tells who was texted.")
                self._state.write_opening(replace(opening, trusted=False, leaves=max(1, opening.leaves)))
        leaves = max(1, self._state.opening.leaves)
        return {chunk.place: Entry(BatchResult(self._request.is_listed), leaves=leaves) for chunk in self._requests}

    def _match_earlier(self, entries: Mapping[int, Entry]) -> HistoryMatch:
        """Look up everything that an earlier try left in doubt, in one go."""
        in_doubt: list[Message] = []
        for chunk in self._requests if entries else ():
            in_doubt += doubtful(chunk.messages, entries[chunk.place])
            self._recovery.know(entries[chunk.place].settled)
        match = self._recovery.new_match(in_doubt)
        if in_doubt:
            log.info("An earlier try left %d messages in doubt; looking them up in the history.", len(in_doubt))
            # Nothing of this try has left, so all that the history shows now and later is older than this moment.
            self._recovery.look_up(match, learn=False)
            log.info("The history shows %d of them.", len(in_doubt) - len(match.missing))
        return match

    def _work(self, chunk: Chunk, entry: Entry, match: HistoryMatch) -> Work:
        """Settle what the history shows, and return what is left to do."""
        if entry.unsettled is None and not entry.leaves:
            return Work(chunk.messages)
        settled = entry.settled
        again = set() if self._request.list_id else self._refused_again(settled)
        settled.refused = [refused for refused in settled.refused if record_key(refused) not in again]
        pending: list[Message] = []
        unknown: list[Message] = []
        for message in chunk.messages:
            key = record_key(message)
            if not entry.is_unsettled(key) and key not in again:
                continue
            if rows := match.rows(message):
                for row in rows:
                    settled.add_found(row)
                self._recovery.know(settled)
            elif entry.leaves and entry.is_unsettled(key):
                unknown.append(message)
            else:
                pending.append(message)
        resent = self._resendable(unknown, match, entry.leaves, "an earlier try ended without an answer")
        stuck = [message for message in unknown if message not in resent]
        return Work(pending + resent, entry.leaves if resent else 0, stuck, entry.leaves)

    def _refused_again(self, settled: BatchResult) -> set[str]:
        return {record_key(refused) for refused in settled.refused if retried(refused, cleared=self._state.cleared)}

    def _resendable(self, unknown: list[Message], match: HistoryMatch, leaves: int, reason: str) -> list[Message]:
        """Return those of which the policy lets one more copy leave."""
        resent = [message for message in unknown if not match.is_uncertain(message)]
        # Where nothing outlives a try, the next one must be able to count on it that this one sent once only.
        sent_here = self._recovery.is_first and not self._state.remembers
        if self._request.on_unknown == "fail" or leaves >= MAX_LEAVES or sent_here:
            return []
        if resent:
            log.warning(
                "The history shows nothing of %d messages for %g s (%s); sending them once more: %s",
                len(resent),
                self._recovery.settle(),
                reason,
                ", ".join(message["custom_string"] for message in resent[:_NAMED])
                + (" ..." if len(resent) > _NAMED else ""),
            )
        return resent

    def _deliver(self, chunk: Chunk, settled: BatchResult, work: Work) -> None:
        while work.pending:
            if self._stopped:
                raise SendStoppedError(f"Killed: {len(work.pending)} messages of this request were not sent.")
            self._note(chunk, settled, work, leaves=work.leaves + 1)
            missing = self._post(chunk, settled, work)
            work.leaves += 1
            match = self._match_now(missing, settled)
            work.pending = match.missing
            resent = self._resendable(work.pending, match, work.leaves, "a request ended without an answer")
            if len(resent) < len(work.pending):
                self._note(chunk, settled, work, leaves=work.leaves)
                raise outcome_unknown(work.pending, leaves=work.leaves)
        self._state.write(chunk, settled, record_keys(work.stuck), leaves=work.stuck_leaves if work.stuck else 0)

    def _post(self, chunk: Chunk, settled: BatchResult, work: Work) -> list[Message]:
        """Send, count the answers, and return the messages that are in doubt now."""
        sent = self._requests.outgoing(work.pending)
        try:
            answer = self._requests.send(sent, chunk.extra)
        except ClickSendError as error:
            if may_have_been_accepted(error):
                log.warning("%d messages may have been sent: %s Looking in the history.", len(work.pending), error)
                return work.pending
            # What was in doubt before stays so: this request did not leave, an earlier one may have.
            self._note(chunk, settled, work, leaves=work.leaves)
            raise
        settled.add_accepted(answer, sent)
        self._recovery.know(settled)
        throttled = [sent for sent in answer.refused if sent.status == "THROTTLED"] if work.leaves else []
        settled.add_refused(sent for sent in answer.refused if sent not in throttled)
        self._resolve_throttled(throttled, work.pending, settled)
        return unanswered(work.pending, answer)

    def _resolve_throttled(self, throttled: list[SentMessage], pending: list[Message], settled: BatchResult) -> None:
        """Look again: an equal text that went to this number just now is most likely the one in doubt."""
        if not throttled:
            return  # the key of each pending message would be most of what a text costs
        keys = {message_key({"custom_string": sent.custom_string, "to": sent.to}) for sent in throttled}
        match = self._match_now([message for message in pending if message_key(message) in keys], settled)
        for message in match.missing:
            settled.refused.append(
                {"to": message.get("to"), "status": "THROTTLED", "custom_string": message["custom_string"]}
            )

    def _match_now(self, doubtful: list[Message], settled: BatchResult) -> HistoryMatch:
        """Count what the history shows of messages that this try has sent."""
        match = self._recovery.new_match(doubtful)
        if doubtful:
            self._recovery.look_up(match, learn=True)
        for message in doubtful:
            for row in match.rows(message):
                settled.add_found(row)
        self._recovery.know(settled)
        return match

    def _note(self, chunk: Chunk, settled: BatchResult, work: Work, *, leaves: int) -> None:
        """Write down what is settled, and that the rest may have left so often."""
        unsettled = None if work.pending == chunk.messages else record_keys(work.pending + work.stuck)
        self._state.write(chunk, settled, unsettled, leaves=max(leaves, work.stuck_leaves if work.stuck else 0))
