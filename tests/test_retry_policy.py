"""What becomes of a task after an error of ours, with the retry policy of Airflow 3.3."""

from __future__ import annotations

from datetime import timedelta

import pytest

from airflow_provider_clicksend import exceptions
from airflow_provider_clicksend.retry_policy import ClickSendRetryPolicy
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS

pytestmark = pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="needs Airflow 3.3, and says so")


def test_a_rate_limit_is_waited_out_and_a_wrong_key_is_not() -> None:
    policy = ClickSendRetryPolicy.deserialize(ClickSendRetryPolicy().serialize())
    limited = policy.evaluate(exceptions.ClickSendRateLimitError("slow", status=429, retry_after=90.0), 1, 3)
    refused = policy.evaluate(exceptions.ClickSendAuthenticationError("no", status=401), 1, 3)
    broken = policy.evaluate(exceptions.ClickSendServerError("no", status=500), 1, 3)
    others = policy.evaluate(ValueError("x"), 1, 3)
    actions = [found.action.value for found in (limited, refused, broken, others)]
    assert actions == [
        "retry",
        "fail",
        "default",
        "default",
    ]
    assert limited.retry_delay == timedelta(seconds=90)


def test_a_limit_without_a_time_waits_as_the_task_says() -> None:
    found = ClickSendRetryPolicy().evaluate(exceptions.ClickSendRateLimitError("slow", status=429), 1, 3)
    assert (found.action.value, found.retry_delay) == ("retry", None)
