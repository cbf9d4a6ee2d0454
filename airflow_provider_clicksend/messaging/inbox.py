"""What a watcher of inbound texts remembers: which texts it has judged, and which events are on their way.

A text is judged once. An event that carries commands is written down before it leaves, and ticked off once Airflow has
stored it, so that a triggerer that dies in between loses nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.messaging.commands import text_id

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.replies import Reply

#: Seconds for which a text may come late into what ClickSend shows; what shows up later starts nothing.
KEEP = 6 * 3600
#: Texts that are remembered, at most; 28 bytes each, of the 64 KiB that Airflow suggests for a value.
MOST = 2000
#: Seconds by which clocks may differ.
CLOCK_SKEW = 300

_VERSION = 1


class Inbox:
    """The memory of one watcher. It is JSON between two triggerers.

    :param floor: Unix seconds; texts from before are old.
    :param judged: the texts that are done with, by `text_id`, and when they came.
    :param looked_at: Unix seconds of the last look that saw everything.
    :param number: of the newest event.
    :param pending: the texts of each event that Airflow is not known to have stored.
    """

    def __init__(
        self,
        *,
        floor: float,
        judged: Mapping[str, float] | None = None,
        looked_at: float = 0.0,
        number: int = 0,
        pending: Mapping[int, Collection[str]] | None = None,
    ) -> None:
        self.floor = floor
        self.judged = dict(judged or {})
        self.looked_at = looked_at
        self.number = number
        self.pending = {event: frozenset(ids) for event, ids in (pending or {}).items()}

    @classmethod
    def begin(cls, there: Iterable[Reply], now: float) -> Inbox:
        """Return the memory of a watcher that starts now: what is there already starts nothing."""
        inbox = cls(floor=now - CLOCK_SKEW, looked_at=now)
        inbox.judge(there, now)
        return inbox

    @classmethod
    def read(cls, stored: Any, received: Any) -> Inbox | None:
        """Return what was written down, or None when there is nothing that can be read.

        :param received: the number of the newest event that a DAG is known to have got, or None.
        """
        try:
            inbox = cls(
                floor=float(stored["floor"]),
                judged={str(key): float(when) for key, when in stored["judged"].items()},
                looked_at=float(stored["looked_at"]),
                number=int(stored["number"]),
                pending={int(event): list(ids) for event, ids in stored["pending"].items()},
            )
            known = received if isinstance(received, int) else 0
        except (TypeError, KeyError, ValueError, AttributeError):
            return None
        inbox._settle(known)
        return inbox

    def as_json(self) -> dict[str, Any]:
        """Return it to be written down. Texts of an event on its way do not count as judged there."""
        on_their_way = frozenset[str]().union(*self.pending.values())
        return {
            "version": _VERSION,
            "floor": int(self.floor),
            "judged": {key: int(when) for key, when in self.judged.items() if key not in on_their_way},
            "looked_at": int(self.looked_at),
            "number": self.number,
            "pending": {str(event): sorted(ids) for event, ids in self.pending.items()},
        }

    def is_new(self, text: Reply) -> bool:
        """Tell whether a text has yet to be judged."""
        return text_id(text) not in self.judged and (text.timestamp is None or text.timestamp >= self.floor)

    def judge(self, texts: Iterable[Reply], now: float) -> None:
        """Remember texts as done with."""
        for text in texts:
            self.judged[text_id(text)] = now if text.timestamp is None else text.timestamp

    def send(self, texts: Collection[Reply], now: float) -> int:
        """Remember texts as on their way, and return the number of their event."""
        self.number += 1
        self.pending[self.number] = frozenset(map(text_id, texts))
        self.judge(texts, now)
        return self.number

    def take_back(self, number: int) -> None:
        """Forget an event that did not leave."""
        for key in self.pending.pop(number, frozenset()):
            self.judged.pop(key, None)

    def stored(self, number: int) -> None:
        """Note that Airflow has an event."""
        self.pending.pop(number, None)

    def looked(self, now: float) -> None:
        """Note a look that saw everything, and forget what is too old to be seen as new."""
        self.looked_at = max(self.looked_at, now)
        self.floor = max(self.floor, self.looked_at - KEEP)
        kept = sorted(((when, key) for key, when in self.judged.items() if when >= self.floor), reverse=True)
        if len(kept) > MOST:
            self.floor = max(self.floor, kept[MOST - 1][0] + 1)
            kept = [(when, key) for when, key in kept if when >= self.floor]
        self.judged = {key: when for when, key in kept}

    def _settle(self, received: int) -> None:
        """Take what is known to have arrived for stored; the rest will be sent again."""
        for event in [event for event in self.pending if event <= received]:
            for key in self.pending.pop(event):
                self.judged[key] = self.looked_at
        self.pending = {}
        self.number = max(self.number, received)
