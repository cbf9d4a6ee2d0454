"""When a message is to leave."""

from __future__ import annotations

from datetime import datetime

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.inputs import is_missing, kind_of

#: Seconds. ClickSend's help (article 42192): what is scheduled more than four months ahead "will not be sent".
MAX_AHEAD = 4 * 30 * 86_400
#: Unix seconds have ten digits until the year 2286; thirteen are milliseconds.
_MILLISECONDS = 10_000_000_000


def unix_seconds(value: object) -> object:
    """Return the Unix seconds of an aware datetime, of a float, and of text (digits, or ISO 8601 with a time zone).

    Everything else is returned as it is.
    """
    if isinstance(value, str):
        value = _from_text(value)
    if isinstance(value, float) and not is_missing(value):
        return int(value)
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ClickSendConfigError("schedule is a datetime without a time zone", field="schedule")
    return int(value.timestamp())


def _from_text(text: str) -> object:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def check_schedule(schedule: object, now: float | None) -> None:
    """Refuse what is no time in the next four months.

    :raises ClickSendConfigError: says why.
    """
    if not isinstance(schedule, int) or isinstance(schedule, bool):
        raise ClickSendConfigError(
            f"schedule is {kind_of(schedule)}; it must be a datetime with a time zone or Unix seconds", field="schedule"
        )
    if schedule >= _MILLISECONDS:
        raise ClickSendConfigError("schedule looks like milliseconds; it must be Unix seconds", field="schedule")
    if now is None:
        return
    if schedule < now:
        raise ClickSendConfigError("schedule is in the past", field="schedule")
    if schedule > now + MAX_AHEAD:
        raise ClickSendConfigError(
            "schedule is more than four months ahead; ClickSend would not send it", field="schedule"
        )
