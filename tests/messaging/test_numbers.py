import pytest

from airflow_provider_clicksend.messaging.numbers import digits, is_e164, is_same_number, mask_number


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


@pytest.mark.parametrize(
    ("full", "other"),
    [
        *(("+15551234567", other) for other in ("15551234567", "+1 555 123 4567", "(555) 123-4567", "0015551234567")),
        *(("+61411000001", other) for other in ("0411 000 001", "411000001", 61411000001)),
    ],
)
def test_a_number_is_recognised_in_any_form(full, other):
    assert is_same_number(full, other)


@pytest.mark.parametrize("other", ["+15551234568", "", None, "4567", "234567890", "+115551234567", "000000"])
def test_another_number_is_not_taken_for_it(other):
    assert not is_same_number("+15551234567", other)


def test_digits_drop_what_people_write_between_them():
    assert digits("00 61-411 (000) 001") == "61411000001"
