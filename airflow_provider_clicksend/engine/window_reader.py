"""Reading spans of time of the history, as far as the requests of a look go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import HistoryRow
    from airflow_provider_clicksend.api.resources.base import ChannelResource
    from airflow_provider_clicksend.engine.look_requests import LookRequests

Take = Callable[[Iterable["HistoryRow"]], object]


class WindowReader:
    """Reads windows. Where one is longer than a look may read, the next look goes on where this one has stopped.

    :param resource: the messages of a channel.
    """

    def __init__(self, resource: ChannelResource) -> None:
        self._history = resource.history
        self._part = 0

    def read(self, requests: LookRequests, take: Take, date_from: int, date_to: int, pages: int) -> int | None:
        """Read a window unless it has more pages than that.

        :return: how many pages it has, or None when they could not be read.
        """
        number, last_page = 1, 1
        while number <= min(pages, last_page):
            page = self._page(requests, date_from, date_to, number)
            if page is None:
                return None
            take(page.rows)
            if any((row.date or 0) > date_to for row in page.rows):
                return number  # past the end, where `date_to` is not heeded
            last_page = page.last_page
            if last_page > pages:
                return last_page
            number += 1
        return last_page

    def read_part(
        self, requests: LookRequests, take: Take, date_from: int, date_to: int, pages: int, *, last_page: int
    ) -> None:
        """Read so many pages of a window, from where the last part has ended.

        :param last_page: how many pages it has: what ClickSend answers for one after the last is not known.
        """
        for _ in range(pages):
            number = self._part % last_page + 1
            page = self._page(requests, date_from, date_to, number)
            if page is None:
                return
            take(page.rows)
            self._part = number

    def _page(self, requests: LookRequests, date_from: int, date_to: int, number: int) -> Page[HistoryRow] | None:
        return requests.ask(
            partial(self._history, page=number, date_from=date_from, date_to=date_to, order_by="date:asc")
        )
