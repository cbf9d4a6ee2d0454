"""What to do about a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.messaging.statuses import status_of


def hint_for(refused: Sequence[Mapping[str, Any]]) -> str:
    """Return what a person can do, once for each reason."""
    hints = dict.fromkeys(status_of(entry.get("status")).hint for entry in refused)
    return " ".join(hint for hint in hints if hint)
