"""Hours in which nobody is texted, in the time of the one who would be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.history_match import Message
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.time_zones import check_zone, zones_of

#: Seconds that a schedule lies ahead at least: one that has passed when it arrives is refused, or sent at once.
_AHEAD = 60
#: Within so many seconds each zone's hours begin and end; what is quiet for longer always is.
_LONGEST = 2 * 86_400

#: ``24:00`` is midnight as well.
_TIME = re.compile(r"([01]?[0-9]|2[0-3]|24(?=:00)):([0-5][0-9])")

Zones = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours from `start` to `end`, every day; over midnight where `start` is later.

    :param start: the first minute that is quiet. :param end: the first that is not.
    """

    start: time
    end: time

    @classmethod
    def read(cls, value: Any) -> QuietHours:
        """Read two times, ``("21:00", "08:00")``.

        :raises ClickSendConfigError: for anything else, and for hours that cover the whole day.
        """
        if isinstance(value, QuietHours):
            return value
        if not isinstance(value, tuple | list) or len(value) != len(("start", "end")):
            raise ClickSendConfigError(
                'quiet_hours are two times, when they begin and when they end: ("21:00", "08:00").', field="quiet_hours"
            )
        start, end = (_time(part) for part in value)
        if start == end:
            raise ClickSendConfigError(
                f"quiet_hours from {start:%H:%M} to {end:%H:%M} cover the whole day: nobody could ever be texted.",
                field="quiet_hours",
            )
        return cls(start, end)

    def end_after(self, at: float, zone: str) -> float | None:
        """Return when the hours end that are quiet in this zone at this moment, None when it is not.

        :param at: Unix seconds, as what is returned.
        """
        tz = ZoneInfo(zone)
        local = datetime.fromtimestamp(at, tz)
        now = local.time()
        over_midnight = self.start > self.end
        is_quiet = now >= self.start or now < self.end if over_midnight else self.start <= now < self.end
        if not is_quiet:
            return None
        day = local.date() + timedelta(days=1) if over_midnight and now >= self.start else local.date()
        # Where the clock is put back, an end that comes twice is the one of the hour that it is now.
        return datetime.combine(day, self.end, tz).replace(fold=local.fold).timestamp()

    def next_allowed(self, at: float, zones: Iterable[str]) -> float | None:
        """Return the first moment from `at` on that is quiet in none of the zones, None when there is none.

        Unix seconds; `at` itself when it is not quiet.
        """
        moment: float | None = at
        allowed = at
        while moment is not None and allowed <= at + _LONGEST:
            ends = [end for zone in zones if (end := self.end_after(allowed, zone)) is not None]
            moment = max(ends, default=None)
            allowed = allowed if moment is None else max(moment, allowed + 1)
        return allowed if moment is None else None


@dataclass(slots=True)
class QuietTimes:
    """When each message may leave."""

    hours: QuietHours
    _answers: dict[tuple[float, Zones], float | None] = field(default_factory=dict)

    def problem(self, message: Mapping[str, Any], now: float) -> str | None:
        """Return why no time can be found for a message, or None."""
        try:
            zones = _zones(message)
        except ClickSendConfigError as error:
            if error.field == "quiet_hours":
                raise
            return str(error)
        shown = mask_number(message["to"])
        if not zones:
            return f"({shown}) is not of a known country, so its quiet hours are unknown: give the row a timezone"
        if self._allowed(now, zones) is None:
            return (
                f"({shown}) may be in any of {len(zones)} time zones, and at any time it is quiet in one of them: give "
                "the row a timezone"
            )
        return None

    def held_back(self, message: Message, now: float) -> Message:
        """Return the message as it leaves: scheduled for the end of the quiet hours it would fall into."""
        outgoing = {name: value for name, value in message.items() if name != "timezone"}
        at = max(outgoing.get("schedule") or now, now)
        zones = _zones(message)
        allowed = self._allowed(at, zones)
        if allowed is not None and at < allowed < now + _AHEAD:
            allowed = self._allowed(now + _AHEAD, zones)
        if allowed is not None and allowed > at:
            outgoing["schedule"] = int(allowed)
        return outgoing

    def _allowed(self, at: float, zones: Zones) -> float | None:
        # To the second: thousands of messages of a request share an answer.
        key = (int(at), zones)
        if key not in self._answers:
            if len(self._answers) > 10_000:  # noqa: PLR2004
                self._answers.clear()
            self._answers[key] = self.hours.next_allowed(at, zones)
        return self._answers[key]


def _zones(message: Mapping[str, Any]) -> Zones:
    zone = message.get("timezone")
    return zones_of(str(message["to"])) if zone is None else (check_zone(zone),)


def _time(value: object) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    text = str(value).strip() if isinstance(value, str) else ""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ClickSendConfigError(
            f"quiet_hours: {str(value)[:20]!r} is not a time of day; write hours and minutes, '21:00'.",
            field="quiet_hours",
        )
    return time(int(found[1]) % 24, int(found[2]))
