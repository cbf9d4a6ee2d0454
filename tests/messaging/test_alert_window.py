"""What a group of alerts remembers."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from airflow_provider_clicksend.messaging.alert_window import (
    CROWD,
    MAX_COPIES,
    SAMPLE,
    Held,
    HeldCount,
    Record,
    State,
    claim,
    said,
    unsaid,
)

NOW = 1_800_000_000.0
COOLDOWN = 600.0


def record(**changed: object) -> Record:
    return Record(**{"call": "a", "state": "accepted", "at": NOW, "name": "load[0]", **changed})  # type: ignore[arg-type]


def test_a_window_opens_with_an_accepted_text_and_ends_with_the_cooldown() -> None:
    assert record().is_open(NOW + 1, COOLDOWN)
    assert not record().is_open(NOW + 600, COOLDOWN)
    for state in ("claimed", "failed", "doubt"):
        assert not record(state=state).is_open(NOW + 1, COOLDOWN)


def test_three_copies_in_doubt_are_enough_for_a_window() -> None:
    assert record(state="doubt", copies=3).is_open(NOW + 1, COOLDOWN)


def test_times_from_the_future_mean_nothing_but_clocks_may_differ() -> None:
    assert record(at=NOW + 60).is_open(NOW, COOLDOWN)
    assert not record(at=NOW + 86_400).is_open(NOW, COOLDOWN)
    assert not record(at=NOW * 1000).is_open(NOW, COOLDOWN)


def test_a_claim_is_somebodys_for_a_while() -> None:
    assert record(state="claimed").is_busy(NOW + 5)
    assert not record(state="claimed").is_busy(NOW + 30)
    assert not record(state="claimed", at=NOW + 86_400).is_busy(NOW)


def test_who_takes_over_tells_of_those_whose_text_nobody_saw_accepted() -> None:
    first = claim(record(at=NOW - 700), "b", "load[1]", NOW)
    assert (first.window, first.untold) == (NOW - 700, Held())
    second = claim(first, "c", "load[2]", NOW + 5)
    assert second.window == NOW - 700
    assert second.untold == Held(1, "load[1]", NOW, NOW)
    third = claim(second, "d", "load[3]", NOW + 9)
    assert third.untold == Held(2, "load[1]", NOW, NOW + 5)


def test_doubt_is_carried_on_and_forgotten_in_time() -> None:
    doubt = record(state="doubt", copies=2)
    assert claim(doubt, "b", "x", NOW + 5).copies == 2
    assert claim(doubt, "b", "x", NOW + 3600).copies == 0


@pytest.mark.parametrize(
    "value", [record(), record(state="claimed", untold=Held(3, "x", NOW, NOW)), record(window=NOW)]
)
def test_a_record_survives_json(value: Record) -> None:
    assert Record.from_json(json.loads(json.dumps(value.to_json()))) == value


@pytest.mark.parametrize("data", [None, 17, [], {}, "x", {"v": 2}, record().to_json() | {"v": 1}])
def test_anything_else_is_no_record_and_no_tally(data: object) -> None:
    assert Record.from_json(data) is None
    assert HeldCount.from_json(data) is None


def counted(count: int, *, seed: int = 0, every: float = 1.0, again: bool = False) -> HeldCount:
    dice = random.Random(seed)
    held_count = HeldCount(window=NOW)
    for place in range(count):
        call = f"{dice.getrandbits(48):012x}"
        at = NOW + place * every
        held_count = held_count.plus(call, call[:8], f"load[{place}]", at, at, again=again)
    return held_count


def test_a_tally_counts_and_names_the_first() -> None:
    assert counted(14).held == Held(14, "load[0]", NOW, NOW + 13)
    late = counted(3).plus("x", "f" * 8, "earlier", NOW - 5, NOW + 3, again=False)
    assert late.held.first == "earlier"


def test_a_tally_of_another_window_is_not_ours() -> None:
    assert counted(1).is_of(NOW + 3)
    assert not counted(1).is_of(NOW + 600)
    assert not counted(1).is_of(NOW + 3, within=2)


def test_a_count_that_others_overwrote_says_at_least() -> None:
    assert counted(3, again=True).held.at_least
    assert not counted(30).held.at_least


def test_in_a_crowd_only_a_sample_counts() -> None:
    assert not counted(30).is_crowded
    crowd = counted(30, every=CROWD / SAMPLE / 2)
    assert crowd.is_crowded
    assert crowd.wants("00000000", NOW + 1)
    assert not crowd.wants("ffffffff", NOW + 1)
    assert crowd.wants("ffffffff", NOW - 1)


def test_an_estimate_is_mostly_less_than_there_were_and_of_their_order() -> None:
    estimates = []
    for seed in range(200):
        dice = random.Random(seed)
        marks = sorted(f"{dice.getrandbits(32):08x}" for _ in range(500))
        held_count = HeldCount(window=NOW, count=20, clashes=5, sample=tuple(marks[:SAMPLE]))
        estimates.append(held_count.held.count)
        assert held_count.held.at_least
    assert sum(estimate > 500 for estimate in estimates) <= 10
    assert min(estimates) > 120


def test_a_tally_stays_small_and_survives_json() -> None:
    held_count = counted(500)
    text = json.dumps(held_count.to_json())
    assert len(text) < 2000
    assert HeldCount.from_json(json.loads(text)) == held_count
    broken = held_count.to_json() | {"sample": ["xyz"]}
    assert HeldCount.from_json(broken) is None


HELD = HeldCount(window=1000.0, count=4, first="load[1]", since=1001.0, until=1020.0)
TOLD = Record(call="a", state="accepted", at=1000.0, name="load[0]")


@pytest.mark.parametrize(
    ("record", "held_count", "now", "count"),
    [
        (TOLD, HELD, 1599, None),  # its window is open
        (TOLD, HELD, 1600, 4),
        (TOLD, None, 1600, None),
        (TOLD, replace(HELD, window=200.0), 1600, None),  # of another window
        (None, HELD, 1600, None),
        (replace(TOLD, state="claimed"), None, 1010, None),  # somebody is at it
        (replace(TOLD, state="claimed"), None, 1020, 1),  # somebody was killed at it
        (replace(TOLD, state="failed"), None, 1001, 1),
        (replace(TOLD, state="failed", window=1000.0, at=1700.0), HELD, 1701, 5),
        (replace(TOLD, state="failed", untold=HELD.held), None, 1701, 5),
        (replace(TOLD, state="doubt", copies=MAX_COPIES), None, 1001, None),
    ],
)
def test_what_nobody_was_told_of_once_the_window_is_over(
    record: Record | None, held_count: HeldCount | None, now: float, count: int | None
) -> None:
    held = unsaid(record, held_count, now=now, cooldown=600)
    assert (held and held.count) == count


@pytest.mark.parametrize("state", ["accepted", "failed", "claimed", "doubt"])
def test_once_it_was_told_nothing_is_left_to_tell_and_no_window_is_open(state: State) -> None:
    record = said(replace(TOLD, state=state, untold=HELD.held), now=1700, cooldown=600)
    assert unsaid(record, None, now=1700, cooldown=600) is None
    assert not record.is_open(1700, 600)
    assert not claim(record, "b", "load[9]", 1700).untold.count
