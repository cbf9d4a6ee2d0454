"""ClickSend's clock, as its answers tell it."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.clock import ServerClock

WRONG = 2_000_000_000.0


def clock(times):
    return ServerClock(wall=lambda: WRONG, monotonic=lambda: times[-1])


def test_before_an_answer_it_is_this_machines():
    served = clock([5.0])
    assert (served.now(), served.is_known) == (WRONG, False)


def test_an_answer_sets_it_whatever_this_machine_believes():
    times = [5.0]
    served = clock(times)
    served.learn("Thu, 26 Nov 2026 02:00:00 GMT")
    times.append(65.0)
    assert (served.now(), served.is_known) == (1_795_658_400 + 60, True)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Thu, 99 Nov 2026 02:00:00 GMT", "1795658400"])
def test_a_header_that_cannot_be_read_says_nothing(date):
    served = clock([5.0])
    served.learn(date)
    assert not served.is_known
