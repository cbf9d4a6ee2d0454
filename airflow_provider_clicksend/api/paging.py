"""Reading a paged list while it changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.base import Page, Row

MIN_LIMIT = 15
MAX_LIMIT = 100


def query(page: int, limit: int, **others: Any) -> dict[str, Any]:
    """Return the query parameters of a list call, without what is None.

    :raises ClickSendConfigError: for a page below 1 or a limit outside 15 to 100 (what the API does then is unknown).
    """
    if page < 1:
        raise ClickSendConfigError(f"page={page}: pages start at 1.", field="page")
    if not MIN_LIMIT <= limit <= MAX_LIMIT:
        raise ClickSendConfigError(f"limit={limit}: ClickSend takes {MIN_LIMIT} to {MAX_LIMIT}.", field="limit")
    return {key: value for key, value in {"page": page, "limit": limit, **others}.items() if value is not None}


def iterate(read: Callable[[int], Page[Row]]) -> Iterator[Row]:
    """Yield the rows of all pages once each.

    :param read: gives the page of that number.
    """
    seen: set[object] = set()
    number, total = 1, 0
    while True:
        page = read(number)
        if page.total < total and number > 1:
            # Rows vanished, so the rest moved up: what was to come on this page may stand on one before it.
            number, total = max(1, number - math.ceil((total - page.total) / page.per_page)), page.total
            continue
        total = page.total
        for row in page.rows:
            if row.row_key not in seen:
                seen.add(row.row_key)
                yield row
        if not page.rows or number >= page.last_page:
            return
        number += 1
