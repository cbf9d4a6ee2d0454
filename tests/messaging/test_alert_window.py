"""The storm brake: decisions over a memory that everybody writes at once."""

from __future__ import annotations

import json
import random

import pytest

from airflow_provider_clicksend.messaging.alert_window import MAX_SEEN, Held, Memory

NOW = 1_800_000_000.0
COOLDOWN = 600.0


def take(
    memory: Memory, event: str, call: str, *, at: float = 0, cooldown: float | None = COOLDOWN
) -> tuple[str, Memory]:
    return memory.take(event, call, name=event, now=NOW + at, cooldown=cooldown)


def test_within_the_window_one_alert_is_sent_and_the_others_are_counted() -> None:
    verdict, memory = take(Memory(), "a", "1")
    assert verdict == "send"
    for place in range(14):
        verdict, memory = take(memory, f"b{place}", f"2{place}", at=place)
        assert verdict == "held"
    assert memory.held == Held(14, "b0", NOW, NOW + 13)


def test_the_first_alert_after_the_window_tells_what_was_held_back() -> None:
    _, memory = take(Memory(), "a", "1")
    _, memory = take(memory, "b", "2", at=5)
    verdict, memory = take(memory, "c", "3", at=600)
    assert verdict == "send"
    assert memory.past == Held(1, "b", NOW + 5, NOW + 5)
    verdict, memory = take(memory, "d", "4", at=601)
    assert (verdict, memory.held.count) == ("held", 1)


def test_what_was_seen_is_a_duplicate_with_and_without_a_window() -> None:
    for cooldown in (None, COOLDOWN):
        _, memory = take(Memory(), "a", "1", cooldown=cooldown)
        assert take(memory, "a", "2", cooldown=cooldown) == ("duplicate", memory)
        assert take(memory, "b", "2", cooldown=cooldown)[0] == ("held" if cooldown else "send")


def test_a_call_whose_mark_was_overwritten_does_not_send() -> None:
    # Both read the empty memory; the second writes last.
    assert take(Memory(), "a", "1")[0] == "send"
    verdict, second = take(Memory(), "b", "2")
    assert not second.stands("a", "1", "send", cooldown=COOLDOWN)
    assert second.stands("b", "2", verdict, cooldown=COOLDOWN)
    assert take(second, "a", "1")[0] == "held"


def test_a_lost_count_is_told_as_at_least() -> None:
    _, memory = take(Memory(), "a", "1")
    _, memory = memory.take("b", "2", name="b", now=NOW, cooldown=COOLDOWN, again=True)
    assert memory.held.at_least


def test_an_alert_that_could_not_be_sent_opens_no_window() -> None:
    _, memory = take(Memory(), "a", "1")
    _, memory = take(memory, "b", "2", at=5)
    memory = memory.release("a", "1")
    verdict, memory = take(memory, "a", "3", at=6)
    assert verdict == "send"
    assert memory.past == Held(1, "b", NOW + 5, NOW + 5)


def test_a_failed_summary_is_told_by_the_next() -> None:
    memory = Memory(opened=NOW - 700, owner="0", held=Held(3, "x", NOW - 600, NOW - 500))
    _, memory = take(memory, "a", "1")
    _, memory = take(memory, "b", "2", at=1)
    _, memory = take(memory.release("a", "1"), "c", "3", at=2)
    assert memory.past == Held(4, "x", NOW - 600, NOW + 1)


def test_releasing_what_another_call_sent_changes_nothing_of_it() -> None:
    _, memory = take(Memory(), "a", "1")
    assert memory.release("a", "2") == memory


def test_the_memory_stays_small_and_survives_json() -> None:
    memory = Memory()
    for place in range(500):
        _, memory = take(memory, f"af-{place:016x}", f"{place:012x}", at=place)
    assert len(memory.seen) == MAX_SEEN
    text = json.dumps(memory.to_json())
    assert len(text) < 6000
    assert Memory.from_json(json.loads(text)) == memory


@pytest.mark.parametrize("seed", range(20))
def test_four_workers_at_once_send_once(seed: int) -> None:
    """Interleave reads, writes and checks at random; a check comes after every write that its call could race with."""
    dice = random.Random(seed)
    stored = Memory()
    sent = []
    calls = [(f"event{place}", f"call{place}") for place in range(40)]
    running: list[list] = []  # [event, call, step, verdict, what it read]
    while calls or running:
        while calls and len(running) < 4:
            running.append([*calls.pop(), "read", "", None])
        call = dice.choice(running)
        event, name, step = call[:3]
        if step == "read":
            call[4], call[2] = stored, "write"
        elif step == "write":
            call[3], stored = take(call[4], event, name)
            call[2] = "check"
        elif call[3] == "send" and any(other[2] == "write" for other in running):
            continue  # the wait is longer than the time between a reading and its writing
        elif stored.stands(event, name, call[3], cooldown=COOLDOWN):
            running.remove(call)
            if call[3] == "send":
                sent.append(event)
        else:
            call[2] = "read"
    assert len(sent) == 1
    assert stored.held.count <= 39
