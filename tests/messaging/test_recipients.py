"""Who is sent to: no number twice if so wished, and nobody of a list that is left out."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.recipients import NumberSet, choose

A, B, C = "+15551230001", "+15551230002", "+61411000001"


def test_without_duplicates_the_recipients_are_those_given():
    given = [A, B]
    assert choose(given, are_distinct=True).recipients is given
    assert choose(given).recipients == given


@pytest.mark.parametrize("given", [[A, B, A], [{"to": A, "body": "1"}, {"to": B}, {"to": A, "body": "2"}]])
def test_a_number_that_comes_again(given):
    warned = choose(given, on_duplicates="warn")
    assert (warned.recipients, warned.repeated) == (given, [(2, 0)])
    assert "to[2] has the number of to[0]" in warned.warning()
    assert choose(given, on_duplicates="send").warning() is None
    first = choose(given, on_duplicates="first")
    assert (first.recipients, first.dropped, first.warning()) == (given[:2], 1, None)
    with pytest.raises(ClickSendConfigError, match=r"to\[2\] has the number of to\[0\]") as caught:
        choose(given, on_duplicates="fail")
    assert A not in str(caught.value)


@pytest.mark.parametrize("stored", [C, "61411000001", "0061 411 000 001", "0411 000 001", "(0411) 000-001"])
def test_numbers_that_are_left_out_are_compared_as_digits(stored):
    chosen = choose([A, C], excluded=NumberSet([stored]))
    assert (chosen.recipients, chosen.excluded) == ([A], 1)


def test_a_number_that_says_its_country_leaves_out_nobody_of_another_country():
    assert "+4915551230001" not in NumberSet([A])


def test_what_is_too_short_to_tell_leaves_out_nobody():
    numbers = NumberSet(["0001", None, ""])
    assert (len(numbers), numbers.unreadable, A in numbers) == (0, 3, False)


def test_those_left_out_are_no_duplicates():
    assert choose([A, A, B], excluded=NumberSet([A]), on_duplicates="fail").recipients == [B]
