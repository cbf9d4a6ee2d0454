"""Whatever happens in whatever order: after a success everybody was texted once, and at no time anybody twice."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.engine import history as lookup
from airflow_provider_clicksend.engine import recovery, requests
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.once.account import ECHOES, FORMS, Account, Clock, Fuse, Killed, MortalStore
from tests.support.tasks import Task

SETTLE = 60.0
CLOCK = Clock()

KINDS = st.sampled_from(["answered", "accepted and lost", "lost", "answered in part", "turned away", "never left"])
#: The promise holds as long as the history shows an accepted message within `settle`.
LAGS = st.sampled_from([0.0, 0.5, 2.0, 20.0, SETTLE])
REFUSALS = st.sampled_from(["THROTTLED", "INTERNAL_ERROR", "INVALID_RECIPIENT"])
NUMBERS = [f"+1555123000{n}" for n in range(6)]


class Sends(RuleBasedStateMachine):
    """One task, its tries and clears, and a ClickSend that does its worst."""

    @initialize(
        numbers=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=7),
        store=st.booleans(),
        on_unknown=st.sampled_from(["resend", "fail"]),
        resend_on_clear=st.booleans(),
        own_reference=st.booleans(),
        throttles=st.booleans(),
        echo=st.sampled_from(sorted(ECHOES)),
        form=st.sampled_from(sorted(FORMS)),
        filters=st.booleans(),
    )
    def begin(
        self,
        *,
        numbers: list[str],
        store: bool,
        on_unknown: str,
        resend_on_clear: bool,
        own_reference: bool,
        throttles: bool,
        echo: str,
        form: str,
        filters: bool,
    ) -> None:
        self.fuse = Fuse()
        self.account = Account(CLOCK, self.fuse)
        if own_reference or throttles:  # both tell messages apart by number only
            numbers = list(dict.fromkeys(numbers))
        self.account.throttles = throttles
        self.account.echo, self.account.form, self.account.filters = echo, form, filters
        self.numbers = numbers
        self.arguments: dict[str, Any] = {
            "on_unknown": on_unknown,
            # Where nothing was written down, a clear cannot be told from a retry.
            "resend_on_clear": resend_on_clear and not own_reference and store,
            "custom_string": "order-17" if own_reference else None,
        }
        self.task = Task(self.operator(), store=store, began=self.now())
        self.task.state = MortalStore(fuse=self.fuse)
        self.counted_from = 0

    def operator(self) -> ClickSendSmsOperator:
        operator = ClickSendSmsOperator(
            task_id="send", to=self.numbers, body="hi", settle=SETTLE, on_refused="warn", retries=2, **self.arguments
        )
        operator.hook = SimpleNamespace(get_conn=lambda: self.account)
        return operator

    def now(self) -> datetime:
        return datetime.fromtimestamp(CLOCK.seconds, UTC)

    def accepted(self) -> Counter[str]:
        return Counter(line.to for line in self.account.accepted[self.counted_from :])

    @rule(
        sends=st.lists(st.tuples(KINDS, LAGS), max_size=6),
        fuse=st.none() | st.integers(0, 15),
        unreadable=st.sampled_from([0, 0, 0, 1]),
        later=st.sampled_from([0.0, 1.0, 30.0, 300.0]),
        list_change=st.none() | st.integers(0, 99),
        refusals=st.dictionaries(st.sampled_from(NUMBERS), REFUSALS, max_size=2),
    )
    def attempt(
        self,
        *,
        sends: list[tuple[str, float]],
        fuse: int | None,
        unreadable: int,
        later: float,
        list_change: int | None,
        refusals: dict[str, str],
    ) -> None:
        """A try, after the delay of a retry."""
        if list_change is not None:
            self.change_list(list_change)
        self.account.refusals = refusals
        CLOCK.sleep(later)
        self.account.sends, self.account.unreadable, self.fuse.left = sends, unreadable, fuse
        self.task.operator = self.operator()
        try:
            outcome = self.task.run()
        except (Killed, ClickSendError, AirflowFailException):
            return
        finally:
            self.fuse.left = None
        self.all_are_settled(outcome)

    def all_are_settled(self, outcome: dict[str, Any]) -> None:
        refused = Counter(entry["to"] for entry in outcome["refused"])
        accepted = self.accepted()
        assert accepted + refused == Counter(self.numbers)
        assert outcome["accepted"] == accepted.total()
        if isinstance(outcome["message_ids"], list):
            ids = [line.message_id for line in self.account.accepted[self.counted_from :]]
            assert sorted(outcome["message_ids"]) == sorted(ids)

    @precondition(lambda self: self.task.tries)
    @rule(later=st.sampled_from([0.0, 30.0, 3000.0]))
    def clear(self, later: float) -> None:
        CLOCK.sleep(later)
        self.task.clear(self.now())
        if self.arguments["resend_on_clear"]:
            self.counted_from = len(self.account.accepted)

    def change_list(self, seed: int) -> None:
        """The query behind the list has no ORDER BY, and now and then finds somebody who was not there before."""
        self.numbers = list(self.numbers)
        random.Random(seed).shuffle(self.numbers)
        if seed % 3 == 0:
            self.numbers.insert(seed % 7, f"+1555999{len(self.numbers):04}")

    @invariant()
    def nobody_is_texted_twice(self) -> None:
        if hasattr(self, "account"):
            assert self.accepted() <= Counter(self.numbers)


class SlowHistory(Sends):
    """The same where the history is later than anybody waits, or never shows anything."""

    LAGS = st.sampled_from([2.5 * SETTLE, 6 * SETTLE, 1e9])

    @rule(lag=LAGS, kind=st.sampled_from(["accepted and lost", "answered in part", "lost"]))
    def attempt_behind_the_history(self, lag: float, kind: str) -> None:
        self.account.sends, self.fuse.left = [(kind, lag)] * 9, None
        CLOCK.sleep(60)
        self.task.operator = self.operator()
        with suppress(ClickSendError, AirflowFailException):
            self.task.run()

    def all_are_settled(self, outcome: dict[str, Any]) -> None:
        """Nothing is promised of the result when the history shows a text later than anybody waits for it."""

    @invariant()
    def nobody_is_texted_twice(self) -> None:
        """Here the promise is: no message leaves more than twice over all tries."""
        if hasattr(self, "account"):
            wanted = Counter(self.numbers)
            assert all(count <= 2 * max(1, wanted[number]) for number, count in self.accepted().items())


def play(
    monkeypatch: pytest.MonkeyPatch, examples: int, steps: int, machine: type[RuleBasedStateMachine] = Sends
) -> None:
    for module in (recovery, lookup):
        monkeypatch.setattr(module, "time", CLOCK)
    monkeypatch.setattr(requests, "CHUNK", 2)
    monkeypatch.setattr(requests, "MAX_LISTED", 5)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None)
    )


@pytest.mark.timeout(600)
def test_nothing_is_doubled_and_nothing_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, examples=500, steps=12)


@pytest.mark.timeout(600)
def test_no_message_leaves_more_than_twice_however_late_the_history_is(monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, examples=150, steps=10, machine=SlowHistory)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_is_doubled_and_nothing_lost_in_thousands_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    play(monkeypatch, examples=1500, steps=25)
