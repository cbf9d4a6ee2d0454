"""When a message may leave: in the recipient's own time, over midnight, changes of the clock and several zones."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.quiet_hours import QuietHours, QuietTimes
from airflow_provider_clicksend.messaging.time_zones import zones_of

NEW_YORK, BERLIN, SYDNEY_MOBILE, TOLL_FREE = "+12125550123", "+493012345678", "+61411000001", "+18005550123"
NIGHT = QuietHours.read(("21:00", "08:00"))


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-11-26 20:59:59", "2026-11-26 20:59:59"),
        ("2026-11-26 21:00", "2026-11-27 08:00"),
        ("2026-11-27 00:30", "2026-11-27 08:00"),
        ("2026-11-27 07:59:59", "2026-11-27 08:00"),
        ("2026-11-27 08:00", "2026-11-27 08:00"),
        ("2026-12-31 23:00", "2027-01-01 08:00"),
    ],
)
def test_what_falls_into_the_hours_waits_for_their_end(now, allowed):
    assert NIGHT.next_allowed(at(now, "Europe/Berlin"), ["Europe/Berlin"]) == at(allowed, "Europe/Berlin")


def test_hours_within_a_day_work_as_well():
    noon = QuietHours.read((time(12), "13:30"))
    assert noon.next_allowed(at("2026-11-26 12:10"), ["UTC"]) == at("2026-11-26 13:30")
    assert noon.next_allowed(at("2026-11-26 11:59"), ["UTC"]) == at("2026-11-26 11:59")


@pytest.mark.parametrize("now", ["2026-03-29 00:30", "2026-10-25 00:30"])
def test_the_end_is_right_in_a_night_in_which_the_clock_changes(now):
    assert NIGHT.next_allowed(at(now, "Europe/Berlin"), ["Europe/Berlin"]) == at(f"{now[:10]} 08:00", "Europe/Berlin")


def test_an_hour_that_comes_twice_ends_once_and_not_in_the_past():
    hours = QuietHours.read(("01:00", "02:45"))
    second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1).timestamp()
    assert hours.next_allowed(second, ["Europe/Berlin"]) == second + 15 * 60


def test_a_number_with_several_zones_waits_for_all_of_them():
    zones = ["Australia/Sydney", "Australia/Perth"]
    # 08:00 in Perth is 11:00 in Sydney, three hours after Sydney's own night has ended.
    assert NIGHT.next_allowed(at("2026-11-27 08:30", "Australia/Sydney"), zones) == at(
        "2026-11-27 08:00", "Australia/Perth"
    )
    assert len(zones_of(SYDNEY_MOBILE)) > 1


def test_zones_without_a_common_hour_have_none():
    assert NIGHT.next_allowed(at("2026-11-27 12:00"), ["Pacific/Honolulu", "Europe/London", "Asia/Tokyo"]) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("08:00", "08:00"), "cover the whole day"),
        (("00:00", "24:00"), "cover the whole day"),
        ("21:00", "two times"),
        (("21:00",), "two times"),
        (("9pm", "08:00"), "not a time of day"),
        (("21:00", "25:00"), "not a time of day"),
        ((21, 8), "not a time of day"),
        (("21:00+02:00", "08:00"), "not a time of day"),
    ],
)
def test_what_is_no_pair_of_times_is_refused(given, said):
    with pytest.raises(ClickSendConfigError, match=said) as caught:
        QuietHours.read(given)
    assert caught.value.field == "quiet_hours"


def test_a_number_is_in_the_zone_of_its_place():
    assert (zones_of(NEW_YORK), zones_of(BERLIN)) == (("America/New_York",), ("Europe/Berlin",))


def test_of_a_number_that_is_not_in_use_the_country_is_known():
    assert "Europe/London" in zones_of("+447700900123")


def test_a_message_is_scheduled_for_the_end_of_its_night_and_stays_the_same_otherwise():
    quiet, now = QuietTimes(NIGHT), at("2026-11-26 23:00", "America/New_York")
    message = {"to": NEW_YORK, "body": "hi", "custom_string": "x"}
    end = int(at("2026-11-27 08:00", "America/New_York"))
    assert quiet.held_back(message, now) == {**message, "schedule": end}
    assert quiet.held_back(message, now + 3600) == {**message, "schedule": end}
    assert quiet.held_back(message, end + 1) == message


def test_a_schedule_that_falls_into_the_hours_is_moved_and_another_is_kept():
    quiet, now = QuietTimes(NIGHT), at("2026-11-26 12:00", "America/New_York")
    for asked, becomes in [("22:00", "2026-11-27 08:00"), ("20:00", "2026-11-26 20:00")]:
        schedule = int(at(f"2026-11-26 {asked}", "America/New_York"))
        moved = quiet.held_back({"to": NEW_YORK, "schedule": schedule}, now)["schedule"]
        assert moved == at(becomes, "America/New_York")


def test_a_schedule_lies_far_enough_ahead_to_arrive_in_time():
    now = at("2026-11-27 07:59:50", "America/New_York")
    assert QuietTimes(NIGHT).held_back({"to": NEW_YORK}, now)["schedule"] == now + 60


def test_the_zone_of_a_row_counts_more_than_its_number_and_does_not_leave():
    now = at("2026-11-26 23:00", "America/New_York")
    assert QuietTimes(NIGHT).held_back({"to": NEW_YORK, "timezone": "Asia/Tokyo"}, now) == {"to": NEW_YORK}


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"to": TOLL_FREE}, "at any time it is quiet in one of them"),
        ({"to": "+8835100123456"}, "not of a known country"),
        ({"to": NEW_YORK, "timezone": "New York"}, "not the name of a time zone"),
    ],
)
def test_for_whom_no_time_can_be_found_is_named_and_masked(message, said):
    problem = QuietTimes(QuietHours.read(("20:00", "18:00"))).problem(message, at("2026-11-26 12:00"))
    assert said in problem
    assert message["to"] not in problem
