"""What the tries of a task write down for those that follow: a versioned record in a store that outlives a try.

Airflow 3.3's ``task_state_store`` is such a store: it survives retries, SIGKILL and a clear, and refuses a write of a
try that is no longer the newest, so that the write before each request is a fence as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.messaging.batch_result import BatchResult, Chunk

log = logging.getLogger(__name__)

#: The version of what is written. Every later version must read it; what is newer is not trusted.
VERSION = 1
#: A message leaves at most so many times over all tries of its task.
MAX_LEAVES = 2
#: Rows of one stored value, to stay below the 64 KiB that Airflow advises.
_ROWS_PER_VALUE = 250
#: Under which the opening stands; those of the chunks begin with it.
OPENING_KEY = "clicksend.send"


class StateStore(Protocol):
    """Keeps JSON values over the tries of one task instance."""

    def get(self, key: str) -> Any:
        """Return what was set, None when nothing was. Raises `StateUnavailableError`."""

    def set(self, key: str, value: Any) -> None:
        """Write durably, or raise `StateUnavailableError`."""

    def forget(self) -> None:
        """Delete everything, where it would otherwise stay for good."""


class StateUnavailableError(ClickSendError):
    """The state of the task cannot be read or written, so nothing may leave or change.

    Either Airflow cannot be reached, or a newer try of the task has taken over.
    """


class BatchChangedError(Exception):
    """The messages are not those that an earlier try wrote down."""


@dataclass(frozen=True, slots=True)
class TaskTry:
    """What Airflow tells a try of itself.

    :param number: of the try, from 1. :param max_tries: Airflow's count for this task instance; a clear raises it,
        and nothing else changes it.
    :param began: Unix seconds of the worker's or scheduler's clock at or before the first try.
    """

    number: int = 1
    max_tries: int = 0
    began: float = 0.0


@dataclass(frozen=True, slots=True)
class Opening:
    """How a batch was begun.

    :param since: when the first request may have left (Unix seconds).
    :param is_server_time: whether `since` is on ClickSend's clock; else it is the worker's, which may be wrong.
    :param max_tries: what Airflow counted for the task when this was written; a larger count later means a clear.
    :param generation: how often the task was cleared in order to send again.
    :param trusted: whether all that left since is written down. Otherwise the history is asked about every message.
    :param leaves: how often a message of the batch has left at most.
    :param lag: seconds by which the history was seen to be late.
    """

    since: float
    is_server_time: bool = False
    max_tries: int = 0
    generation: int = 0
    trusted: bool = True
    leaves: int = 0
    lag: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the record."""
        return {"v": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, record: Any) -> Opening | None:
        """Read a record; None when it cannot be trusted: another version, or something else."""
        if not _is_readable(record):
            return None
        try:
            return cls(
                since=float(record["since"]),
                is_server_time=bool(record["is_server_time"]),
                max_tries=int(record["max_tries"]),
                generation=int(record["generation"]),
                trusted=bool(record["trusted"]),
                leaves=int(record["leaves"]),
                lag=float(record["lag"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(slots=True)
class Entry:
    """What is known of a chunk.

    :param settled: what is accepted and refused.
    :param unsettled: the keys of messages of which that is not known; None stands for all.
    :param leaves: how often the unsettled ones may have left.
    """

    settled: BatchResult
    unsettled: frozenset[str] | None = None
    leaves: int = 0

    def is_unsettled(self, key: str) -> bool:
        """Tell whether the message with this key is neither accepted nor refused, as far as is known."""
        return self.unsettled is None or key in self.unsettled


class SendState:
    """A record for the batch and one for each chunk, written before a request leaves and again when it was answered.

    :param store: None where nothing outlives a try.
    :param listed: whether accepted messages are kept one by one.
    """

    def __init__(self, store: StateStore | None, *, listed: bool = True) -> None:
        self._store = store
        self._listed = listed
        self.opening = Opening(0.0)
        #: Whether a person has cleared the task since the last try that ended.
        self.cleared = False

    @property
    def remembers(self) -> bool:
        """Whether anything outlives this try."""
        return self._store is not None

    def begin(self, task_try: TaskTry, *, now: float, is_server_time: bool, resend_on_clear: bool = False) -> bool:
        """Read how the batch was begun, and tell whether it is only beginning. Nothing is written before `open`.

        What was written down decides what is a retry and what a clear, never today's arguments.
        """
        record = self._get(OPENING_KEY)
        fresh = Opening(now, is_server_time=is_server_time, max_tries=task_try.max_tries)
        if record is None and task_try.number <= 1:
            self.opening = fresh
            return True
        opening = Opening.from_json(record) if record is not None else None
        if opening is None:
            self.opening = self._untrusted(task_try, is_written=record is not None)
            return False
        self.opening = opening
        self.cleared = task_try.max_tries > opening.max_tries
        if self.cleared and resend_on_clear:
            self.opening = replace(fresh, generation=opening.generation + 1, lag=opening.lag)
            self.cleared = False
            return True
        return False

    def open(self) -> None:
        """Write down that requests are about to leave, before any does."""
        self.write_opening(self.opening)

    def _untrusted(self, task_try: TaskTry, *, is_written: bool) -> Opening:
        """Return an opening for a batch of which nothing is known but that there were tries before.

        Where there is a store, a try that writes nothing has sent nothing: the record is missing because each was
        killed before it began, or because somebody has wiped it, so that one copy at most is assumed.
        """
        if is_written:
            log.warning("What earlier tries wrote down cannot be read (another version?): the history is searched.")
        unwritten = 1 if self.remembers else min(MAX_LEAVES, task_try.number - 1)
        leaves = MAX_LEAVES if is_written else unwritten
        return Opening(task_try.began, max_tries=task_try.max_tries, trusted=False, leaves=leaves)

    def write_opening(self, opening: Opening) -> None:
        """Note what is known of the batch as a whole."""
        self.opening = opening
        self._set(OPENING_KEY, opening.to_json())

    def read(self, chunk: Chunk) -> Entry:
        """Return what is known of a chunk; nothing of it has left when the record does not know it.

        :raises BatchChangedError: when other messages stood at its place, or the record cannot be read.
        """
        record = self._get(self._key(chunk))
        if record is None:
            return Entry(BatchResult(self._listed))
        if not _is_readable(record) or record.get("digest") != chunk.digest:
            raise BatchChangedError
        pieces = [self._get(f"{self._key(chunk)}.{piece}") or [] for piece in range(record["pieces"])]
        rows = [row for piece in pieces for row in piece]
        settled = BatchResult.from_json(record["settled"], rows, listed=self._listed)
        unsettled = record["unsettled"]
        return Entry(settled, None if unsettled is None else frozenset(unsettled), record["leaves"])

    def write(self, chunk: Chunk, settled: BatchResult, unsettled: list[str] | None, *, leaves: int) -> None:
        """Write down, durably, what is settled and what is not.

        :param unsettled: keys; None for the whole chunk.
        :raises StateUnavailableError: nothing may leave.
        """
        if leaves > self.opening.leaves:
            self.write_opening(replace(self.opening, leaves=leaves))
        starts = range(0, len(settled.rows), _ROWS_PER_VALUE)
        for piece, start in enumerate(starts):
            self._set(f"{self._key(chunk)}.{piece}", settled.rows[start : start + _ROWS_PER_VALUE])
        record: Mapping[str, Any] = {
            "v": VERSION,
            "digest": chunk.digest,
            "settled": settled.to_json(),
            "pieces": len(starts),
            "unsettled": unsettled,
            "leaves": leaves,
        }
        self._set(self._key(chunk), record)

    def forget(self) -> None:
        """Drop what was written where the store keeps it for good, and the history says as much."""
        if self._store is not None and self.opening.leaves < MAX_LEAVES:
            self._store.forget()

    def _key(self, chunk: Chunk) -> str:
        return f"{OPENING_KEY}.{self.opening.generation}.{chunk.place}"

    def _get(self, key: str) -> Any:
        return None if self._store is None else self._store.get(key)

    def _set(self, key: str, value: Any) -> None:
        if self._store is not None:
            self._store.set(key, value)


class GuardedStore:
    """A store whose errors mean that nothing may leave or change.

    :param store: has ``get`` and ``set``. :param failures: what these may raise.
    :param options: further arguments of every ``set``.
    """

    def __init__(self, store: Any, failures: tuple[type[Exception], ...], options: Mapping[str, Any]) -> None:
        self._store = store
        self._failures = failures
        self._options = options

    def get(self, key: str) -> Any:
        """Return what was set."""
        return self._guarded(lambda: self._store.get(key))

    def set(self, key: str, value: Any) -> None:
        """Write durably."""
        self._guarded(lambda: self._store.set(key, value, **self._options))

    def forget(self) -> None:
        """Delete everything where the store does not do so by itself."""
        if hasattr(self._store, "forget"):
            self._guarded(self._store.forget)

    def _guarded(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except self._failures as error:
            raise StateUnavailableError(
                f"The task's state cannot be read or written ({type(error).__name__}): Airflow cannot be reached, or a "
                "newer try of this task has taken over. Nothing more is sent by this try."
            ) from error


def _is_readable(record: Any) -> bool:
    return isinstance(record, Mapping) and record.get("v") == VERSION
