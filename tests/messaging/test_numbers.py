import pytest

from airflow_provider_clicksend.messaging.numbers import is_e164, mask_number


@pytest.mark.parametrize("number", ["+15551234567", "+61411111111", "+2901234", "+123456789012345"])
def test_these_are_e164(number):
    assert is_e164(number)


@pytest.mark.parametrize(
    "number",
    [
        *("0412345678", "+1", "", "15551234567", "+0412345678", "+1234567890123456", "+1 555 123 4567"),
        *("+1555123456x", "+१५५५१२३४५६७", "+15551234567\n", 15551234567, None, ["+15551234567"]),
    ],
)
def test_these_are_not(number):
    assert not is_e164(number)


@pytest.mark.parametrize(
    ("number", "masked"),
    [("+15551234567", "+1555***4567"), ("0412345678", "04123***5678"), ("+1", "***"), ("123456789", "***")],
)
def test_a_masked_number_can_be_recognised_but_not_called(number, masked):
    assert mask_number(number) == masked
