"""The time zones that a phone number may be in."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow_provider_clicksend.api.errors import ClickSendConfigError

_UNKNOWN = "Etc/Unknown"


def zones_of(number: str) -> tuple[str, ...]:
    """Return the names of all time zones that a number in E.164 may be in; none when its country is unknown.

    A number that is tied to a place has one; a mobile or toll-free one has all of its country, or of several countries.

    :raises ClickSendConfigError: without the extra ``phonenumbers``.
    """
    try:
        import phonenumbers
        from phonenumbers import timezone
    except ImportError as error:
        raise ClickSendConfigError(
            "The time zones of numbers need the library phonenumbers: "
            "pip install 'airflow-provider-clicksend[phonenumbers]'.",
            field="quiet_hours",
        ) from error
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    # Of a number that is not in use, such as one of those kept for films, the country is known all the same.
    zones = _known(timezone.time_zones_for_number(parsed))
    return zones or _known(timezone.time_zones_for_geographical_number(parsed))


def check_zone(name: object) -> str:
    """Return the name of a time zone.

    :raises ClickSendConfigError: when there is no time zone of this name.
    """
    try:
        return ZoneInfo(str(name)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ClickSendConfigError(
            f"timezone {str(name)[:40]!r} is not the name of a time zone, such as 'Europe/Berlin'", field="timezone"
        ) from error


def _known(zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(zone for zone in zones if zone != _UNKNOWN)
