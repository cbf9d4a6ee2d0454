"""How many requests an answer says are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_provider_clicksend.api.values import whole_number


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What the headers of one answer say, as seen live on ``GET /account``, and there for this endpoint alone.

    :param limit: requests that are allowed in a window. :param remaining: how many of them are left.
    :param reset: seconds until the next window, None when the answer does not say.
    """

    limit: int
    remaining: int
    reset: int | None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> RateLimit | None:
        """Read ``x-ratelimit-limit``, ``x-ratelimit-remaining`` and ``ratelimit-reset``; None without the first two."""
        limit = whole_number(headers.get("x-ratelimit-limit"))
        remaining = whole_number(headers.get("x-ratelimit-remaining"))
        if limit is None or remaining is None:
            return None
        return cls(limit, remaining, whole_number(headers.get("ratelimit-reset")))
