"""What to do about a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_HINTS = {
    "INSUFFICIENT_CREDIT": "The ClickSend account has no credit left: top it up.",
    "COUNTRY_NOT_ENABLED": "Enable the country for the account in ClickSend's dashboard.",
    "REGISTRATION_NEEDED": "The sender must be registered for this country in ClickSend's dashboard.",
    "INVALID_SENDER_ID": "The sender must be a number of the account or a name of 3 to 11 letters and digits.",
    "INVALID_RECIPIENT": "ClickSend takes it for no valid phone number.",
    "ACCOUNT_NOT_ACTIVATED": "The ClickSend account is not activated.",
    "THROTTLED": "An equal text was just sent to the same number.",
}


def hint_for(refused: Sequence[Mapping[str, Any]]) -> str:
    """Return what a person can do, once for each reason."""
    statuses = dict.fromkeys(str(entry.get("status")) for entry in refused)
    return " ".join(_HINTS[status] for status in statuses if status in _HINTS)
