"""The storm brake over a memory that is slow and not atomic: how many texts leave, whoever dies, and in what time."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_clicksend.messaging.alert_window import CLAIM_EXPIRES, SAMPLE, HeldCount, Record
from tests.messaging.storms import BUDGET, NOW, Latency, Storm, first

#: Seconds that each read and each write takes.
MEMORIES: dict[str, Latency] = {
    "50 ms": lambda _dice: 0.05,
    "half a second": lambda _dice: 0.5,
    "50 ms to 2 s": lambda dice: dice.uniform(0.05, 2.0),
    "50 ms or 2 s": lambda dice: dice.choice([0.05, 2.0]),
    "2 s": lambda _dice: 2.0,
}
SEEDS = range(6)
#: Storms of five hundred failures; `STORMS=100` takes a quarter of an hour.
STORMS = int(os.environ.get("STORMS", "20"))


def texts(storm: Storm) -> int:
    return len(storm.run().texts)


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("parallel", [1, 4, 16, 64])
def test_a_storm_is_at_least_one_text_and_at_most_three(memory: str, parallel: int) -> None:
    for seed in SEEDS:
        storm = Storm(3 * parallel, parallel, MEMORIES[memory], seed=seed)
        assert 1 <= texts(storm) <= 3
        # Who is held back knows it early enough for Airflow, and who sends has time to.
        assert max(sent.after for sent in storm.texts) <= BUDGET
        assert storm.longest <= 15


@pytest.mark.parametrize("memory", [name for name in MEMORIES if name != "2 s"])
@pytest.mark.parametrize("parallel", [4, 16, 64])
@pytest.mark.parametrize("moment", ["before", "after", "1", "2", "3", "4", "5"])
def test_a_sender_that_is_killed_at_any_step_silences_nobody(memory: str, parallel: int, moment: str) -> None:
    for seed in SEEDS:
        storm = Storm(3 * parallel, parallel, MEMORIES[memory], seed=seed, kills=first(moment))
        assert 1 <= texts(storm) <= 3
        assert storm.longest <= 15


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("parallel", [4, 16, 64])
def test_several_senders_that_die_one_after_the_other_silence_nobody(times: int, parallel: int) -> None:
    for seed in SEEDS:
        storm = Storm(max(60, 3 * parallel), parallel, MEMORIES["50 ms"], seed=seed, kills=first("before", times))
        assert 1 <= texts(storm) <= 3


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("parallel", [4, 16, 64])
def test_five_hundred_failures_at_once_again_and_again(memory: str, parallel: int) -> None:
    for seed in range(STORMS):
        storm = Storm(500, parallel, MEMORIES[memory], seed=seed, kills=first("before") if seed % 3 == 0 else None)
        assert 1 <= texts(storm) <= 3
        held = held_count_of(storm).held
        assert held.count >= SAMPLE
        assert held.at_least or abs(held.count - 499) <= 50


def held_count_of(storm: Storm) -> HeldCount:
    held_count = HeldCount.from_json(storm.registers["held"])
    assert held_count is not None
    return held_count


def test_a_call_alone_sends_after_two_seconds_and_a_little() -> None:
    storm = Storm(1, 1, MEMORIES["50 ms"]).run()
    assert len(storm.texts) == 1
    assert storm.longest < 3
    assert storm.steps == {"read": 3, "write": 3}


def test_within_the_window_a_call_alone_is_held_back_at_once() -> None:
    told = Record(call="x", state="accepted", at=NOW, name="load")
    storm = Storm(1, 1, MEMORIES["50 ms"], begin=60, registers={"told": told.to_json()}).run()
    assert storm.texts == []
    assert storm.longest < 0.3
    assert held_count_of(storm).count == 1


def test_one_after_the_other_each_is_counted() -> None:
    storm = Storm(200, 1, MEMORIES["50 ms"]).run()
    assert held_count_of(storm).held.count == 199
    assert not held_count_of(storm).held.at_least


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_count_that_is_short_says_at_least(memory: str) -> None:
    storm = Storm(200, 16, MEMORIES[memory]).run()
    held = held_count_of(storm).held
    assert held.count <= 199
    assert held.at_least or held.count >= 180


def test_after_the_window_the_next_text_tells_what_was_held_back() -> None:
    before = Storm(50, 4, MEMORIES["50 ms"], cooldown=600).run()
    after = Storm(1, 1, MEMORIES["50 ms"], begin=700, cooldown=600, registers=before.registers).run()
    [sent] = after.texts
    assert sent.taken.told == held_count_of(before).held
    assert 25 <= sent.taken.told.count <= 49


def test_a_claim_of_somebody_dead_is_taken_over_and_told_of() -> None:
    dead = Record(call="x", state="claimed", at=NOW - 5, name="load[0]")
    storm = Storm(1, 1, MEMORIES["50 ms"], registers={"told": dead.to_json()}).run()
    [sent] = storm.texts
    assert sent.taken.told.first == "load[0]"
    assert storm.longest < 10
    storm = Storm(1, 1, MEMORIES["50 ms"], begin=CLAIM_EXPIRES, registers={"told": dead.to_json()}).run()
    assert storm.longest < 3


def test_an_alert_that_could_not_be_sent_opens_no_window() -> None:
    storm = Storm(5, 1, MEMORIES["50 ms"], outcome=lambda number: "failed" if number < 1 else "accepted").run()
    assert [sent.name for sent in storm.texts] == ["e0", "e1"]
    assert storm.texts[1].taken.told.first == "e0"
    assert storm.held == 3


def test_in_doubt_another_tells_too_but_not_for_ever() -> None:
    storm = Storm(8, 1, MEMORIES["50 ms"], outcome=lambda _number: "doubt").run()
    assert [sent.taken.copies for sent in storm.texts] == [2, 1]
    assert storm.held == 6


def test_a_memory_that_takes_longer_than_there_is_time_means_send() -> None:
    storm = Storm(3, 3, lambda _dice: 7.0).run()
    assert len(storm.texts) == 3


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    calls=st.integers(2, 40),
    parallel=st.integers(1, 16),
    slowest=st.floats(0.05, 1.5),
    kills=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["before", "after", *"123456789"])), max_size=1),
)
def test_in_any_order_of_steps_with_a_kill_between_any_two(
    seed: int, calls: int, parallel: int, slowest: float, kills: list[tuple[int, str]]
) -> None:
    def latency(dice: random.Random) -> float:
        return dice.uniform(0.02, slowest)

    killed = [first(moment, skip=skip) for skip, moment in kills]
    storm = Storm(calls, parallel, latency, seed=seed, kills=killed[0] if killed else None).run()
    # One call alone that is killed has told nobody; nobody else knows of it.
    assert len(storm.texts) >= (1 if calls > 2 or not storm.killed else 0)
    assert len(storm.texts) <= 3
    assert storm.held + len(storm.texts) + storm.killed >= calls
