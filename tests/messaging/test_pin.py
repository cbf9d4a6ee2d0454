"""PINs, and how often one may guess."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.messaging.pin import GUESSES, PERIOD, PinCheck, PinVerdict

ANN, BOB = "+15551234567", "+15557654321"


@pytest.mark.parametrize(
    ("given", "right", "verdict"),
    [
        ("123456", "123456", PinVerdict.RIGHT),
        ("123456", "123456\n", PinVerdict.RIGHT),
        ("123457", "123456", PinVerdict.WRONG),
        (None, "123456", PinVerdict.WRONG),
        ("", "", PinVerdict.WRONG),
        ("x", "", PinVerdict.WRONG),
    ],
)
def test_a_pin_is_right_or_wrong(given: str | None, right: str, verdict: PinVerdict) -> None:
    assert PinCheck().check(ANN, given, right, 0) is verdict


def test_guessing_ends_after_some_tries_and_for_that_number_only() -> None:
    pins = PinCheck()
    assert {pins.check(ANN, str(n), "123456", n) for n in range(GUESSES)} == {PinVerdict.WRONG}
    assert pins.check(ANN, "123456", "123456", 100) is PinVerdict.LOCKED
    assert pins.check(BOB, "123456", "123456", 100) is PinVerdict.RIGHT
    assert pins.check(ANN, "123456", "123456", GUESSES + PERIOD) is PinVerdict.RIGHT
