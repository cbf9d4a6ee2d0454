"""What one look for delivery costs: requests and CPU, beside one read of the whole history since the oldest text.

The account is an in-process one, so the numbers are of this package's own work, without network and JSON.
"""

from __future__ import annotations

import sys
import time
from bisect import bisect_left, bisect_right
from types import SimpleNamespace
from typing import Any

from airflow_provider_clicksend.engine.delivery_look import DeliveryLook
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.delivery import from_history

WAITING = (1, 30, 1_000, 100_000)
OTHERS = (0, 10_000, 200_000)
TOGETHER = (1_000, 20_000, 200_000)
SENT = 1_700_000_000
PAGE = 100


def apart(ours: int, others: int) -> list[Any]:
    """Return our texts, sent ten a second, and those of others, sent in the hour after them."""
    after = SENT + ours // 10 + 1
    rows = [_row(f"M{i}", SENT + i // 10) for i in range(ours)]
    return rows + [_row(f"OTHER{i}", after + i * 3600 // others) for i in range(others)]


def together(ours: int, others: int) -> list[Any]:
    """Return our texts in the midst of those of others, a thousand a second: tasks that send at the same time."""
    half = others // 2
    names = [*(f"OTHER{i}" for i in range(half)), *(f"M{i}" for i in range(ours))]
    names += [f"OTHER{i}" for i in range(half, others)]
    return [_row(name, SENT + place // 1000) for place, name in enumerate(names)]


class Account:
    """A history of these texts, oldest first."""

    def __init__(self, rows: list[Any]) -> None:
        self.requests = 0
        self.rows = rows
        self.dates = [row.date for row in rows]
        self.by_id = {row.message_id: row for row in rows}

    def history(self, *, page: int = 1, q: str | None = None, order_by: str | None = None, **bounds: Any) -> Any:
        """Answer like the API's history."""
        if q is not None:
            return self._page([self.by_id[q.partition(":")[2]]])
        first = bisect_left(self.dates, bounds.get("date_from") or 0)
        until = bounds.get("date_to")
        end = len(self.rows) if until is None else bisect_right(self.dates, until)
        self.requests += 1
        start = (page - 1) * PAGE
        if order_by == "date:desc":
            shown = self.rows[max(first, end - start - PAGE) : max(first, end - start)][::-1]
        else:
            shown = self.rows[first + start : min(end, first + start + PAGE)]
        return SimpleNamespace(rows=shown, last_page=max(1, -(-(end - first) // PAGE)))

    def receipts(self, **_: int) -> Any:
        """Answer that nothing is unread."""
        return self._page([])

    def receipt(self, message_id: str) -> Any:
        """Answer that the carrier has not reported yet."""
        self.requests += 1
        return SimpleNamespace(
            status_code="200", status_text="", error_text="", message_id=message_id, custom_string=""
        )

    def _page(self, rows: list[Any]) -> Any:
        self.requests += 1
        return SimpleNamespace(rows=rows, last_page=1)


def _row(message_id: str, date: int) -> Any:
    return SimpleNamespace(
        message_id=message_id, date=date, direction="out", status="Sent", status_code="200", status_text="",
        error_text="", custom_string="", to="", from_="",
    )  # fmt: skip


def one_look(account: Account, ours: int, *, looks: int = 3) -> tuple[float, float, int]:
    """Return the requests and CPU seconds of a look, and how many texts were seen in all of them."""
    look, seen = DeliveryLook(SimpleNamespace(sms=account), channel="sms"), set()  # type: ignore[arg-type]
    wanted = [Awaited.read([f"M{i}" for i in range(ours)])]
    account.requests, began = 0, time.process_time()
    for _ in range(looks):
        seen |= {outcome.message_id for outcome in look(wanted).seen}
    return account.requests / looks, (time.process_time() - began) / looks, len(seen)


def looks_until_seen(account: Account, ours: int) -> tuple[int, float]:
    """Return how many looks it takes to see all of our texts, and the requests of one."""
    look, looks = DeliveryLook(SimpleNamespace(sms=account), channel="sms"), 0  # type: ignore[arg-type]
    seen: set[str] = set()
    wanted = [Awaited.read([f"M{i}" for i in range(ours)])]
    while len(seen) < ours:
        seen |= {outcome.message_id for outcome in look(wanted).seen}
        looks += 1
    return looks, account.requests / looks


def naive(account: Account, ours: int) -> tuple[int, float]:
    """Read everything since the oldest of our texts."""
    wanted = {f"M{i}" for i in range(ours)}
    account.requests, began, number, last_page = 0, time.process_time(), 1, 1
    while number <= last_page:
        page = account.history(page=number, date_from=SENT)
        _ = [from_history(row) for row in page.rows if row.message_id in wanted]
        number, last_page = number + 1, page.last_page
    return account.requests, time.process_time() - began


def main() -> None:
    """Write one line for each size."""
    out = sys.stdout.write
    out("waiting   others   requests/look   CPU ms/look   seen after 3 looks   naive requests   naive CPU ms\n")
    for ours in WAITING:
        for others in OTHERS:
            account = Account(apart(ours, others))
            requests, cpu, seen = one_look(account, ours)
            plain, plain_cpu = naive(account, ours)
            out(f"{ours:>7,}  {others:>7,}   {requests:>13,.1f}   {cpu * 1000:>11,.1f}   {seen:>18,}   ")
            out(f"{plain:>14,}   {plain_cpu * 1000:>12,.1f}\n")
    out("\nin the same seconds as others' texts\n")
    out("waiting   others   looks until all are seen   requests/look   naive requests/look\n")
    for others in TOGETHER:
        account = Account(together(1_000, others))
        looks, requests = looks_until_seen(account, 1_000)
        out(f"  1,000  {others:>7,}   {looks:>24}   {requests:>13,.1f}   {naive(account, 1_000)[0]:>19,}\n")


if __name__ == "__main__":
    main()
