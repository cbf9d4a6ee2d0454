"""How a task of your own is tried again after an error of ours, on Airflow 3.3.

Our operators need none of it: they fail at once for what no retry can heal, and wait for a rate limit by themselves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendError, ClickSendRateLimitError
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS, Context, RetryDecision, RetryPolicy

#: Seconds. A server that asks for a longer pause does not get it.
LONGEST_PAUSE = 3600.0


class ClickSendRetryPolicy(RetryPolicy):
    """Wait as long as a rate limit asks for, and give up at once where a retry cannot help, as with a wrong key.

    Everything else is tried again as the task says. It needs Airflow 3.3.
    """

    def __init__(self) -> None:
        if not AIRFLOW_V_3_3_PLUS:
            raise ClickSendConfigError("ClickSendRetryPolicy needs Airflow 3.3.", field="retry_policy")

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 # Airflow's interface
        max_tries: int,  # noqa: ARG002
        context: Context | None = None,  # noqa: ARG002
    ) -> RetryDecision:
        """Decide by what the error is."""
        from airflow_provider_clicksend.api.retry import can_never_succeed

        if isinstance(exception, ClickSendRateLimitError):
            pause = min(exception.retry_after or 0.0, LONGEST_PAUSE)
            delay = timedelta(seconds=pause) if pause else None
            return RetryDecision.retry(delay, reason="ClickSend's or Maton's rate limit")
        if isinstance(exception, ClickSendError) and can_never_succeed(exception):
            return RetryDecision.fail(reason=f"{type(exception).__name__}: no retry can heal this")
        return RetryDecision.default()

    def serialize(self) -> dict[str, Any]:
        """Return its arguments, of which there are none."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> ClickSendRetryPolicy:  # noqa: ARG003
        """Make it of its arguments."""
        return cls()
