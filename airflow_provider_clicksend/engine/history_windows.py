"""Which spans of time of the history to read for messages whose dates are known. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

#: Seconds between two messages up to which they are read in one window, and the most messages of a window.
GAP, WINDOW = 60, 500


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
