"""Whether the PIN in a text is right, with a limit on guesses."""

from __future__ import annotations

from enum import Enum
from hmac import compare_digest

#: Wrong PINs from one number in an hour, after which its texts start nothing until the hour is over.
GUESSES, PERIOD = 10, 3600.0


class PinVerdict(Enum):
    """What came of a check."""

    RIGHT = "the PIN is right"
    WRONG = "the PIN is wrong or missing"
    LOCKED = "there were too many wrong PINs from this number in the last hour"


class PinCheck:
    """Compares PINs, and counts the wrong ones of each number. What it counts lives as long as it does."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[float]] = {}

    def check(self, number: str, given: str | None, right: str, now: float) -> PinVerdict:
        """Judge one text.

        :param given: what the text holds. :param right: the PIN; an empty one is never right.
        :param now: seconds.
        """
        wrong = [at for at in self._wrong.get(number, []) if now - at < PERIOD]
        self._wrong[number] = wrong
        if len(wrong) >= GUESSES:
            return PinVerdict.LOCKED
        right = right.strip()
        if right and given and compare_digest(given.encode(), right.encode()):
            return PinVerdict.RIGHT
        wrong.append(now)
        return PinVerdict.WRONG
