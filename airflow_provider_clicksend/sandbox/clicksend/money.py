"""Prices in whole ten-thousandths of a US dollar, and how the API writes them."""

#: One dollar.
UNITS = 10_000

CURRENCY = {
    "currency_name_short": "USD",
    "currency_prefix_d": "$",
    "currency_prefix_c": "¢",
    "currency_name_long": "US Dollars",
}


def price_text(price: int, digits: int = 4) -> str:
    """Return a price as messages ("0.0770", four digits) and the account and the history (six digits) carry it."""
    return f"{price / UNITS:.{digits}f}"


def price_number(price: int) -> int | float:
    """Return a total as a JSON number: the live API writes an int when there are no cents, 0 above all."""
    return price // UNITS if price % UNITS == 0 else price / UNITS
