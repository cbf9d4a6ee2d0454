"""Who of those that a batch names is sent to: nobody of a list that is left out, no number twice if so wished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.numbers import SHORTEST_NATIONAL, digits, mask_number

#: What becomes of a number that comes twice.
ON_DUPLICATES = ("warn", "send", "first", "fail")
_NAMED = 20


class NumberSet:
    """Numbers in any form, among which one in E.164 is looked for, as `is_same_number` compares them.

    One that says its country (a plus or ``00`` in front) is compared whole; any other one also by its ending.
    """

    def __init__(self, numbers: Iterable[object] = ()) -> None:
        self._whole: set[str] = set()
        self._endings: defaultdict[int, set[str]] = defaultdict(set)
        #: How many have too few digits to tell whom they mean.
        self.unreadable = 0
        for number in numbers:
            self.add(number)

    def add(self, number: object) -> None:
        """Take a number in."""
        text, found = str(number or "").strip(), digits(number)
        national = found.lstrip("0")
        if len(national) < SHORTEST_NATIONAL:
            self.unreadable += 1
            return
        self._whole.add(found)
        if not text.startswith(("+", "00")):
            self._endings[len(national)].add(national)

    def __len__(self) -> int:
        return len(self._whole)

    def __contains__(self, number: object) -> bool:
        found = digits(number)
        return found in self._whole or any(
            found[-length:] in endings for length, endings in self._endings.items() if length < len(found)
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is sent to.

    :param recipients: numbers or rows, those left out and dropped taken away.
    :param excluded: how many were left out. :param dropped: how many repeated a number and were dropped.
    :param repeated: places of numbers that come again, each with the place of its first.
    """

    recipients: Sequence[str | Mapping[str, Any]]
    excluded: int = 0
    dropped: int = 0
    repeated: list[tuple[int, int]] = field(default_factory=list)

    def warning(self) -> str | None:
        """Return what to say of numbers that come several times and are sent to each time."""
        if not self.repeated or self.dropped:
            return None
        more = f" and {len(self.repeated) - _NAMED} more" if len(self.repeated) > _NAMED else ""
        named = ", ".join(f"to[{place}] has the number of to[{first}]" for place, first in self.repeated[:_NAMED])
        return (
            f"Some get several messages: {named}{more}. on_duplicates='first' sends each number one, 'fail' makes it "
            "an error, 'send' says that it is meant."
        )


def choose(
    recipients: Sequence[str | Mapping[str, Any]],
    *,
    excluded: NumberSet | None = None,
    are_distinct: bool = False,
    on_duplicates: str = "warn",
) -> Chosen:
    """Decide who of checked recipients is sent to.

    :param excluded: the numbers that are left out.
    :param are_distinct: whether it is known that no number comes twice.
    :param on_duplicates: for a number that comes again, whatever its words: ``"first"`` sends the first only,
        ``"fail"`` is an error, ``"send"`` and ``"warn"`` send all.
    :raises ClickSendConfigError: names the places.
    """
    if not excluded and (on_duplicates == "send" or are_distinct):
        return Chosen(recipients)
    kept: list[str | Mapping[str, Any]] = []
    repeated: list[tuple[int, int]] = []
    first_places: dict[str, int] = {}
    left_out = 0
    for place, row in enumerate(recipients):
        number = row if isinstance(row, str) else str(row["to"])
        if excluded and number in excluded:
            left_out += 1
            continue
        first = first_places.setdefault(number, place)
        if first != place:
            repeated.append((place, first))
            if on_duplicates == "first":
                continue
        kept.append(row)
    if repeated and on_duplicates == "fail":
        raise _repeated_error(recipients, repeated)
    shown = [] if on_duplicates == "send" else repeated
    return Chosen(kept, left_out, len(repeated) if on_duplicates == "first" else 0, shown)


def _repeated_error(
    recipients: Sequence[str | Mapping[str, Any]], repeated: Sequence[tuple[int, int]]
) -> ClickSendConfigError:
    more = f" and {len(repeated) - _NAMED} more" if len(repeated) > _NAMED else ""
    named = "; ".join(f"to[{place}] has the number of to[{first}]" for place, first in repeated[:_NAMED])
    row = recipients[repeated[0][0]]
    number = mask_number(row if isinstance(row, str) else row["to"])
    return ClickSendConfigError(
        f"{named}{more} (the first is {number}). on_duplicates='first' sends each number one message. "
        "Nothing was sent.",
        field="to",
    )
