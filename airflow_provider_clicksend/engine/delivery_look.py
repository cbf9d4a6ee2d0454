"""One look for delivery, for all who wait on one client. What it costs depends on their messages, not on the account.

Nothing here marks anything as read. What looks have learnt (when a message was sent, whose turn it is) is kept from
look to look, so one `DeliveryLook` lives as long as the wait, or the shared stream of waits, does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.api.retry import can_never_succeed
from airflow_provider_clicksend.engine.batch_look import EDGE, BatchReader
from airflow_provider_clicksend.engine.history_windows import in_turn, windows_of
from airflow_provider_clicksend.engine.look import FEW, UNREAD_PAGES, Look, page_numbers
from airflow_provider_clicksend.engine.look_requests import LookRequests
from airflow_provider_clicksend.engine.waiting import FINAL_AFTER_LOOKS
from airflow_provider_clicksend.engine.window_reader import WindowReader
from airflow_provider_clicksend.messaging.delivery import Outcome, from_history, from_receipt

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import HistoryRow
    from airflow_provider_clicksend.messaging.awaited import Awaited

#: Requests of one look for single ids in the history, and for all batches, at least and at most.
BUDGET, MAX_BUDGET = 20, 100
#: The same for the last look before a timeout, which asks for every open id by itself as far as that goes.
LAST_BUDGET = 200
#: Ids whose receipts the last look reads one by one, at most.
LAST_RECEIPTS = 100
#: Seconds around a message that was found within which others of the same send are looked for.
NEIGHBOURS = 300
#: Looks over which a window around a message may be read; a longer one is narrowed first.
PARTS = 3
#: Pages that one look reads in search of ids that cannot be asked for, or that the history did not give when asked.
WALK, LAST_WALK = 5, 50
#: Questions of one look by id that may go without an answer, before the others wait for the next look.
MISSES = 2


class DeliveryLook:
    """Look for outcomes: at the receipts, then in the history for what they leave open.

    :param channel: ``"sms"``, ``"mms"`` or ``"voice"``.
    """

    def __init__(self, client: ClickSendClient, *, channel: str = "sms") -> None:
        self.channel = channel_named(channel)
        self.resource: Any = self.channel.resource(client)
        self.takes_ids = self.channel.has_history_by_id
        self.number = 0
        self.dates: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        self.walked = 1
        self.windows = WindowReader(self.resource)
        self.batches: dict[str, BatchReader] = {}
        self.troubled: set[str] = set()
        self._failures: dict[str, int] = {}

    def __call__(self, wanted: Sequence[Awaited], *, last: bool = False) -> Look[Outcome]:
        """Look once.

        :param wanted: what everybody waits for.
        :param last: whether this is the last look before a timeout.
        """
        self.number += 1
        look = _OneLook(self, wanted, last=last)
        error: ClickSendError | None = None
        try:
            look.run()
        except ClickSendError as stopped:
            error = stopped
        requests = look.requests
        self.troubled = (self.troubled - look.tried) | set(requests.errors)
        return Look(
            look.seen,
            error or requests.error,
            answered=requests.answered,
            errors=requests.errors,
            refused=self._refused(look),
        )

    def _refused(self, look: _OneLook) -> dict[str, ClickSendError]:
        """Return the ids that were refused so often that they always will be."""
        for message_id in look.tried:
            error = look.requests.errors.get(message_id)
            lasts = error is not None and can_never_succeed(error)
            self._failures[message_id] = self._failures.get(message_id, 0) + 1 if lasts else 0
        return {
            message_id: error
            for message_id, error in look.requests.errors.items()
            if self._failures.get(message_id, 0) >= FINAL_AFTER_LOOKS
        }


class _OneLook:
    def __init__(self, state: DeliveryLook, wanted: Sequence[Awaited], *, last: bool) -> None:
        self.state = state
        self.last = last
        #: Each id with its place in its wait: the first of every wait comes before the second of any.
        self.ids = {message_id: place for awaited in wanted for place, message_id in enumerate(awaited.ids)}
        self.batches = [awaited for awaited in wanted if awaited.reference and awaited.count]
        self.few = not self.batches and len(self.ids) <= (LAST_RECEIPTS if last else FEW)
        budget = LAST_BUDGET if last else min(max(BUDGET, len(self.ids) // 50), MAX_BUDGET)
        self.requests = LookRequests(budget)
        self.seen: list[Outcome] = []
        self.found: set[str] = set()  # ids whose row of the history was read
        self.tried: set[str] = set()  # ids that were asked for by themselves
        self.is_dense = False  # others send so much that reading around a message finds less than asking by id

    def run(self) -> None:
        if not self.ids and not self.batches:
            return
        self._receipts()
        if self.ids:
            self._history_of_ids()
        if self.batches:
            self._history_of_batches()

    def _receipts(self) -> None:
        if not (self.few and self.state.channel.has_receipt_by_id):
            self._unread_receipts()
            return
        budget, self.requests.left = self.requests.left, len(self.ids)
        for message_id in self._in_turn(self.ids):
            self.tried.add(message_id)
            receipt = self.requests.ask(partial(self.state.resource.receipt, message_id), message_id=message_id)
            if receipt is not None:
                self._see(from_receipt(receipt, message_id=message_id))
        self.requests.left = budget
        if self.requests.errors:  # what cannot be asked for by id may be among the unread ones
            self._unread_receipts()

    def _unread_receipts(self) -> None:
        budget, self.requests.left = self.requests.left, UNREAD_PAGES
        page = self.requests.ask(self.state.resource.receipts)
        others = page_numbers(page.last_page, self.state.number) if page is not None else []
        while page is not None:
            for outcome in map(from_receipt, page.rows):
                if self._is_wanted(outcome.message_id, outcome.custom_string):
                    self._see(outcome)
            page = self.requests.ask(partial(self.state.resource.receipts, page=others.pop(0))) if others else None
        self.requests.left = budget

    def _is_wanted(self, message_id: str | None, custom_string: str | None) -> bool:
        return message_id in self.ids or any(batch.includes(message_id, custom_string) for batch in self.batches)

    def _see(self, outcome: Outcome) -> None:
        self.seen.append(outcome)
        self.requests.errors.pop(outcome.message_id, None)
        if outcome.final:
            self.ids.pop(outcome.message_id, None)

    # The history, for single ids

    def _history_of_ids(self) -> None:
        if self.state.takes_ids and len(self.ids) <= FEW and not self.batches:
            if self.requests.errors:  # what cannot be asked for by id may stand on the newest page all the same
                self._walk(1)
            self._ask_in_turn(set(self.ids))
        else:
            self._walk(1)  # what was just sent stands on the newest page, whoever it is for
            dense = self._known_windows()
            if self.state.takes_ids:
                self._ask_in_turn({i for i in self.ids if i in dense or i not in self.state.dates})
        missed = [i for i in self._unfound() if not self.state.takes_ids or self.state.asked.get(i, 0) > 0]
        if missed and (not self.state.takes_ids or self.last or self._long_missed(missed)):
            self._walk(LAST_WALK if self.last else WALK)

    def _long_missed(self, missed: Sequence[str]) -> bool:
        """Tell whether asking by id does not help."""
        unseen = self.state.number > FINAL_AFTER_LOOKS and not any(i in self.state.dates for i in missed)
        return unseen or any(i in self.requests.errors for i in missed)

    def _unfound(self) -> Iterator[str]:
        return (message_id for message_id in self.ids if message_id not in self.found)

    def _known_windows(self) -> set[str]:
        """Read the times at which open messages were sent, and return the ids that are cheaper to ask for."""
        dense: set[str] = set()
        dated = sorted((self.state.dates[i], i) for i in self._unfound() if i in self.state.dates)
        windows = sorted(windows_of(dated), key=lambda w: min(self.state.asked.get(i, 0) for _, i in w))
        reserve = self.requests.left // 2 if any(i not in self.state.dates for i in self.ids) else 0
        for window in windows:
            if self.requests.left <= reserve:
                break
            ids = {message_id for _, message_id in window}
            pages = min(len(ids), self.requests.left)
            date_from, date_to = window[0][0] - EDGE, window[-1][0] + EDGE
            found = self._read(date_from, date_to, pages)
            if found is None or found > len(ids):
                dense |= ids
                continue
            if found > pages:
                self._read_part(date_from, date_to, self.requests.left - reserve, found)
            for message_id in ids:
                self.state.asked[message_id] = self.state.number
                if found <= pages and message_id not in self.found:
                    self.state.dates.pop(message_id, None)  # it stands elsewhere now
        return dense

    def _ask_in_turn(self, ids: set[str]) -> None:
        """Ask for ids one by one, who has waited longest first, and look around each that is found."""
        misses = 0
        for message_id in self._in_turn(i for i in ids if i not in self.found and i in self.ids):
            if message_id in self.found:
                continue
            if misses >= MISSES and not self.few:
                return
            self.state.asked[message_id] = self.state.number
            self.tried.add(message_id)
            is_new = message_id not in self.state.dates
            query = partial(self.state.resource.history, q=f"message_id:{message_id}")
            page = self.requests.ask(query, message_id=message_id)
            # Whether ClickSend matches the whole id or a part of it is not documented; only the whole counts.
            if page is None or not self._take(page.rows, only=message_id):
                misses += 0 if self.last else 1
            elif is_new:
                self._neighbours(self.state.dates.get(message_id))

    def _in_turn(self, ids: Iterable[str]) -> list[str]:
        return in_turn(ids, self.state.asked, self.ids, self.state.troubled, self.requests.left)

    def _neighbours(self, date: int | None) -> None:
        """Read what was sent around this time: ids of one wait mostly left together."""
        others = sum(1 for i in self._unfound() if i not in self.state.dates)
        if date is None or others <= 1 or self.is_dense:
            return
        around, pages, found = NEIGHBOURS, min(others // 5 + 1, self.requests.left - 1), 0
        while pages > 0:
            found = self._read(date - around, date + around, pages) or 0
            if found <= pages:
                return
            pages = min(pages, self.requests.left - 1)
            if around == 1 or found <= PARTS * pages:
                break
            around = max(1, around * pages // found)
        self.is_dense = found > others  # a page should show one of ours at least
        if not self.is_dense:
            self._read_part(date - around, date + around, pages, found)

    def _read(self, date_from: int, date_to: int, pages: int) -> int | None:
        return self.state.windows.read(self.requests, self._take, date_from, date_to, pages)

    def _read_part(self, date_from: int, date_to: int, pages: int, last_page: int) -> None:
        self.state.windows.read_part(self.requests, self._take, date_from, date_to, pages, last_page=last_page)

    def _walk(self, pages: int) -> None:
        """Read the newest page, or (more than one) go on where the last look has stopped."""
        for _ in range(pages):
            number = 1 if pages == 1 else self.state.walked + 1
            page = self.requests.ask(partial(self.state.resource.history, page=number, order_by="date:desc"))
            if page is None:
                return
            self._take(page.rows)
            is_end = number >= page.last_page
            if pages > 1:
                self.state.walked = 1 if is_end else number
            if is_end or not any(True for _ in self._unfound()):
                return

    def _take(self, rows: Iterable[HistoryRow], *, only: str | None = None) -> list[tuple[HistoryRow, Outcome]]:
        """Take what is waited for. The history lists replies too, with the custom string of what they answer."""
        taken = []
        for row in rows:
            if row.direction == "in" or (only and row.message_id != only):
                continue
            if not self._is_wanted(row.message_id, row.custom_string):
                continue
            outcome = from_history(row)
            taken.append((row, outcome))
            if outcome.message_id in self.ids:
                self.found.add(outcome.message_id)
                if row.date:
                    self.state.dates[outcome.message_id] = row.date
            self._see(outcome)
        return taken

    # The history, for batches

    def _history_of_batches(self) -> None:
        readers = [
            self.state.batches.setdefault(str(batch.reference), BatchReader(batch))
            for batch in {batch.reference: batch for batch in self.batches}.values()
        ]
        self.requests.left = LAST_BUDGET if self.last else MAX_BUDGET
        for reader in sorted(readers, key=lambda each: each.asked):
            if self.requests.left <= 0:
                return
            reader.asked = self.state.number
            reader.read(self._page, self._take, pages=min(reader.pages(), self.requests.left), last=self.last)

    def _page(self, date_from: int, date_to: int | None, number: int) -> Page[HistoryRow] | None:
        history = self.state.resource.history
        return self.requests.ask(
            partial(history, page=number, date_from=date_from, date_to=date_to, order_by="date:asc")
        )
