"""When a message is to leave."""

from __future__ import annotations

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.values import unix_seconds

#: Seconds. ClickSend's help (article 42192): what is scheduled more than four months ahead "will not be sent".
MAX_AHEAD = 4 * 30 * 86_400


def check_schedule(schedule: object, now: float | None) -> None:
    """Refuse what is not a time, and, where it is known what time it is, what does not lie in the next four months.

    :raises ClickSendConfigError: says why.
    """
    try:
        seconds = unix_seconds(schedule)
    except ValueError as error:
        raise ClickSendConfigError(f"schedule {error}", field="schedule") from None
    if now is None:
        return
    if seconds < now:
        raise ClickSendConfigError("schedule is in the past", field="schedule")
    if seconds > now + MAX_AHEAD:
        raise ClickSendConfigError(
            "schedule is more than four months ahead; ClickSend would not send it", field="schedule"
        )
