"""What earlier tries of a task wrote down, in Airflow 3.3's ``task_state_store``.

It survives retries, SIGKILL and a clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow_provider_clicksend.messaging.batch_result import Chunk, Tally
from airflow_provider_clicksend.version_compat import never_expire

#: Rows of one stored value, to stay below the 64 KiB that Airflow advises.
_ROWS_PER_VALUE = 250


@dataclass(frozen=True, slots=True)
class Opening:
    """How a batch was begun.

    :param since: when the first request of the first try may have left (Unix seconds).
    :param trusted: whether all that left since is written down. Otherwise the history is asked about every message.
    """

    since: int
    trusted: bool


@dataclass(slots=True)
class Entry:
    """What is known of a chunk.

    :param settled: what is accepted and refused.
    :param unsettled: the identities of messages of which that is not known; None stands for all.
    :param in_flight: whether the unsettled ones may have left.
    """

    settled: Tally
    unsettled: frozenset[str] | None = None
    in_flight: bool = False

    def is_unsettled(self, key: str) -> bool:
        """Tell whether the message with this identity is neither accepted nor refused, as far as is known."""
        return self.unsettled is None or key in self.unsettled


class BatchChangedError(Exception):
    """The messages are not those that an earlier try wrote down."""


class Ledger:
    """A record for each chunk, written before its request leaves and again when the answer is there.

    :param store: the task's state store; None below Airflow 3.3, where the history alone must do.
    :param batch: the batch reference; part of the keys, so that a clear with ``resend_on_clear`` starts a new page.
    :param listed: whether accepted messages are kept one by one.
    """

    def __init__(self, store: Any, batch: str, *, listed: bool) -> None:
        self._store = store
        self._prefix = f"clicksend.{batch}"
        self._listed = listed

    def opening(self) -> Opening | None:
        """Return how the batch was begun, None when nothing was written down."""
        page = None if self._store is None else self._store.get(self._prefix)
        return None if page is None else Opening(**page)

    def open(self, opening: Opening) -> None:
        """Note that requests are about to leave."""
        self._set(self._prefix, {"since": opening.since, "trusted": opening.trusted})

    def read(self, chunk: Chunk) -> Entry:
        """Return what is known of a chunk; nothing of it has left when the ledger does not know it.

        :raises BatchChangedError: when other messages stood at its place.
        """
        record = self._store.get(self._key(chunk))
        if record is None:
            return Entry(Tally(self._listed))
        if record["digest"] != chunk.digest:
            raise BatchChangedError
        pieces = [self._store.get(f"{self._key(chunk)}.{piece}") for piece in range(record["pieces"])]
        settled = Tally.from_json(record["settled"], [row for piece in pieces for row in piece], listed=self._listed)
        unsettled = record["unsettled"]
        return Entry(settled, None if unsettled is None else frozenset(unsettled), record["in_flight"])

    def write(self, chunk: Chunk, settled: Tally, unsettled: list[str] | None, *, in_flight: bool) -> None:
        """Write down, durably, what is settled and what is not.

        :param unsettled: identities; None for the whole chunk.
        """
        if self._store is None:
            return
        starts = range(0, len(settled.rows), _ROWS_PER_VALUE)
        for piece, start in enumerate(starts):
            self._set(f"{self._key(chunk)}.{piece}", settled.rows[start : start + _ROWS_PER_VALUE])
        self._set(
            self._key(chunk),
            {
                "digest": chunk.digest,
                "settled": settled.to_json(),
                "pieces": len(starts),
                "unsettled": unsettled,
                "in_flight": in_flight,
            },
        )

    def _key(self, chunk: Chunk) -> str:
        return f"{self._prefix}.{chunk.place}"

    def _set(self, key: str, value: Any) -> None:
        if self._store is not None:
            self._store.set(key, value, **never_expire())
