"""What a look reads first: the order in which ids are asked for, and spans of time of the history. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest

#: Seconds between two messages up to which they are read in one window, and the most messages of a window.
GAP, WINDOW = 60, 500
#: Ids that could not be read in the last look, of which a look asks for so many, and last: each may cost seconds.
TROUBLED = 3


def in_turn(
    ids: Iterable[str], asked: Mapping[str, int], places: Mapping[str, int], troubled: Collection[str], count: int
) -> list[str]:
    """Return whom to ask for, who has waited longest first; the few that could not be read come last.

    :param asked: the number of the look that last asked for an id.
    :param places: the place of an id in its wait.
    :param troubled: the ids that could not be read.
    :param count: how many to return, at most.
    """

    def key(message_id: str) -> tuple[int, int, str]:
        return asked.get(message_id, 0), places.get(message_id, 0), message_id

    calm: list[str] = []
    unreadable: list[str] = []
    for message_id in ids:
        (unreadable if message_id in troubled else calm).append(message_id)
    unreadable = nsmallest(min(TROUBLED, count), unreadable, key=key)
    return nsmallest(max(0, count - len(unreadable)), calm, key=key) + unreadable


def windows_of(dated: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Split sorted dates where nothing of ours was sent for a while."""
    window: list[tuple[int, str]] = []
    for date, message_id in dated:
        if window and (date - window[-1][0] > GAP or len(window) >= WINDOW):
            yield window
            window = []
        window.append((date, message_id))
    if window:
        yield window
