"""Searching the history with a filter, of which nobody has documented that it works."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from airflow_provider_clicksend.api.errors import (
    ClickSendApiError,
    ClickSendAuthenticationError,
    ClickSendRateLimitError,
)
from airflow_provider_clicksend.messaging.conversation import same_person

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import HistoryRow

_T = TypeVar("_T")

_E164 = re.compile(r"\+[1-9]\d{6,14}")
#: Seconds before a row from which on it is looked for.
_BEFORE = 60
#: So many rows are compared.
_ROWS = 100


def answered(call: Callable[[], _T]) -> _T | None:
    """Return what a call gives, None when ClickSend answers with an error that may be one of this call only."""
    try:
        return call()
    except (ClickSendAuthenticationError, ClickSendRateLimitError):
        raise
    except ClickSendApiError:
        return None


def found_by(client: ClickSendClient, read: Callable[..., Page[HistoryRow]], limit: int) -> list[HistoryRow] | None:
    """Read with a filter, and return what it finds: None when ClickSend answers with an error, which proves nothing."""
    return answered(lambda: list(islice(client.iterate(read), limit)))


class NumberFilter:
    """Knows whether the history can be searched by a number in E.164. Its own rows prove it.

    :param history: of a channel.
    :param field: ``"from"``, of what came in, or ``"to"``, of what was sent.
    """

    def __init__(self, client: ClickSendClient, history: Callable[..., Page[HistoryRow]], field: str) -> None:
        self._client = client
        self._history = history
        self._field = field
        self._is_proved = False

    def works(self, rows: Iterable[HistoryRow]) -> bool:
        """Tell whether a search that finds nothing means that there is nothing. It costs a request until it does.

        :param rows: what the history shows without a filter.
        """
        row = None if self._is_proved else next(filter(self._can_prove, rows), None)
        if row is not None and row.date is not None:
            query, since = f"{self._field}:{self._number(row)}", max(0, row.date - _BEFORE)
            found = found_by(self._client, partial(self._history, q=query, date_from=since), _ROWS) or []
            # A filter that is ignored finds others, too.
            self._is_proved = any(one.message_id == row.message_id for one in found) and all(
                same_person(self._number(row), self._number(one)) for one in found
            )
        return self._is_proved

    def _can_prove(self, row: HistoryRow) -> bool:
        comes_in = row.direction == "in"
        number = self._number(row)
        return comes_in == (self._field == "from") and bool(row.message_id and number and _E164.fullmatch(number))

    def _number(self, row: HistoryRow) -> str | None:
        return row.from_ if self._field == "from" else row.to
