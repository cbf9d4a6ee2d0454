"""Reading a batch from the history: from where it was sent on, in parts, and no further than it reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import HistoryRow
    from airflow_provider_clicksend.messaging.awaited import Awaited
    from airflow_provider_clicksend.messaging.delivery import Outcome

PAGE = 100
#: Seconds by which ClickSend's clock may be behind the one that wrote the handle, tried one after the other.
MARGINS = (300, 3_600, 86_400)
#: Seconds around dates that ClickSend itself has given: whether its bounds are inclusive is not documented.
EDGE = 2
#: Pages without a message of the batch after which the batch is taken to have ended.
END_AFTER = 10
#: Looks that a batch of which nothing new can be seen is left out, at most.
MAX_PAUSED = 9

Read = Callable[[int, int | None, int], "Page[HistoryRow] | None"]  # date_from, date_to, page
Take = Callable[[Iterable["HistoryRow"]], "list[tuple[HistoryRow, Outcome]]"]


class BatchReader:
    """What was seen of one batch, and where to read on. It lives as long as the looks do."""

    def __init__(self, batch: Awaited) -> None:
        self.batch = batch
        self.asked = 0  # the number of the look that last read it
        self._open: dict[str, int] = {}  # id -> when it was sent
        self._final: set[str] = set()
        self._page = 1
        self._found = 0  # in this sweep
        self._empty_pages = 0
        self._news = False
        self._margin = 0
        self._paused = self._skip = 0

    def includes(self, row: HistoryRow) -> bool:
        """Tell whether this row is one of the batch."""
        return self.batch.includes(row.message_id, row.custom_string)

    @property
    def has_seen_all(self) -> bool:
        """Whether every message of the batch was seen."""
        return len(self._open) + len(self._final) >= self.batch.count

    def pages(self) -> int:
        """Return how many pages one look reads, which depends on the size of the batch only."""
        return 2 * ceil(self.batch.count / PAGE) + 5

    def read(self, read: Read, take: Take, *, pages: int, last: bool) -> None:
        """Read on for so many pages."""
        if self._skip > 0 and not last:
            self._skip -= 1
            return
        date_from, date_to = self._window()
        for _ in range(pages):
            page = read(date_from, date_to, self._page)
            if page is None:
                return
            self._note(take(page.rows))
            if self._is_swept(page.last_page):
                self._begin_again()
                return
            self._page += 1

    def _window(self) -> tuple[int, int | None]:
        if self._open and self.has_seen_all:
            return min(self._open.values()) - EDGE, max(self._open.values()) + EDGE
        return self.batch.since - MARGINS[self._margin], None

    def _note(self, rows: Iterable[tuple[HistoryRow, Outcome]]) -> None:
        found = 0
        for row, outcome in rows:
            if not self.includes(row):
                continue
            found += 1
            message_id = outcome.message_id
            if message_id in self._final:
                continue
            self._news = self._news or outcome.final or message_id not in self._open
            if outcome.final:
                self._open.pop(message_id, None)
                self._final.add(message_id)
            else:
                self._open[message_id] = row.date or self.batch.since
        self._found += found
        self._empty_pages = 0 if found else self._empty_pages + 1

    def _is_swept(self, last_page: int) -> bool:
        if self._page >= last_page or self._found >= self.batch.count:
            return True
        return bool(self._found) and self._empty_pages >= END_AFTER

    def _begin_again(self) -> None:
        """Start from the beginning; one row that never shows does not cost a full read each time."""
        if not self._found and not self._final and not self._open:
            self._margin = min(self._margin + 1, len(MARGINS) - 1)
        nothing_can_change = self._found and not self._open and not self._news
        self._paused = min(2 * self._paused + 1, MAX_PAUSED) if nothing_can_change else 0
        self._skip = self._paused
        self._page, self._found, self._empty_pages, self._news = 1, 0, 0, False
