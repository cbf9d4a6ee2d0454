"""Phone numbers and texts as ClickSend judges them: countries, test numbers, parts."""

import math
import re
from typing import NamedTuple

#: Accepted and never sent: no price, no receipt.
TEST_NUMBERS = frozenset(
    {
        "+61411111111",
        "+61422222222",
        "+61433333333",
        "+61444444444",
        "+14055555555",
        "+14055555666",
        "+447777777777",
        "+8615555555555",
    }
)
SHARED_NUMBER = "+18335550100"

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
#: The account's setting ``setting_sms_message_char_limit``; what is longer is cut.
MAX_PARTS = 8


class Country(NamedTuple):
    """A country that ClickSend sends to, with the price of one text part in ten-thousandths of a dollar."""

    prefix: str
    code: str
    name: str
    price: int = 770


COUNTRIES = (
    Country("+1", "US", "United States", 154),
    Country("+7", "RU", "Russian Federation"),
    Country("+20", "EG", "Egypt"),
    Country("+27", "ZA", "South Africa"),
    Country("+30", "GR", "Greece"),
    Country("+31", "NL", "Netherlands"),
    Country("+32", "BE", "Belgium"),
    Country("+33", "FR", "France"),
    Country("+34", "ES", "Spain"),
    Country("+36", "HU", "Hungary"),
    Country("+39", "IT", "Italy"),
    Country("+40", "RO", "Romania"),
    Country("+41", "CH", "Switzerland"),
    Country("+43", "AT", "Austria"),
    Country("+44", "GB", "United Kingdom", 400),
    Country("+45", "DK", "Denmark"),
    Country("+46", "SE", "Sweden"),
    Country("+47", "NO", "Norway"),
    Country("+48", "PL", "Poland"),
    Country("+49", "DE", "Germany"),
    Country("+51", "PE", "Peru"),
    Country("+52", "MX", "Mexico"),
    Country("+54", "AR", "Argentina"),
    Country("+55", "BR", "Brazil"),
    Country("+56", "CL", "Chile"),
    Country("+57", "CO", "Colombia"),
    Country("+60", "MY", "Malaysia"),
    Country("+61", "AU", "Australia"),
    Country("+62", "ID", "Indonesia"),
    Country("+63", "PH", "Philippines"),
    Country("+64", "NZ", "New Zealand"),
    Country("+65", "SG", "Singapore"),
    Country("+66", "TH", "Thailand"),
    Country("+81", "JP", "Japan"),
    Country("+82", "KR", "Korea, Republic of"),
    Country("+84", "VN", "Viet Nam"),
    Country("+86", "CN", "China"),
    Country("+90", "TR", "Turkey"),
    Country("+91", "IN", "India"),
    Country("+92", "PK", "Pakistan"),
    Country("+234", "NG", "Nigeria"),
    Country("+254", "KE", "Kenya"),
    Country("+351", "PT", "Portugal"),
    Country("+353", "IE", "Ireland"),
    Country("+358", "FI", "Finland"),
    Country("+420", "CZ", "Czech Republic"),
    Country("+852", "HK", "Hong Kong"),
    Country("+971", "AE", "United Arab Emirates"),
    Country("+972", "IL", "Israel"),
)
_ELSEWHERE = Country("+", "", "")


def is_phone_number(number: str) -> bool:
    """Return whether a message to `number` can be sent at all."""
    pattern = r"\+1[2-9]\d{9}" if number.startswith("+1") else r"\+[2-9]\d{7,14}"
    return re.fullmatch(pattern, number, re.ASCII) is not None


def country_of(number: str) -> Country:
    """Return the country of an E.164 number, one without a code when it is not one of ours."""
    found = (country for country in COUNTRIES if number.startswith(country.prefix))
    return max(found, key=lambda country: len(country.prefix), default=_ELSEWHERE)


def is_gsm(text: str) -> bool:
    """Return whether `text` fits the alphabet of GSM-7; else it is sent as UCS-2."""
    return all(char in _GSM_BASIC or char in _GSM_EXTENDED for char in text)


def text_parts(text: str) -> int:
    """Return how many SMS `text` takes: 160/153 units in GSM-7, 70/67 in UCS-2, at most :data:`MAX_PARTS`."""
    if is_gsm(text):
        length, alone, joined = len(text) + sum(char in _GSM_EXTENDED for char in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else min(math.ceil(length / joined), MAX_PARTS)


def spoken_parts(text: str) -> int:
    """Return how many parts of 300 characters (150 in Unicode) reading `text` aloud takes, at most 4."""
    return min(max(1, math.ceil(len(text) / (300 if is_gsm(text) else 150))), 4)
