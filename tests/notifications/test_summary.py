"""The end of a storm: what was held back is told once its window is over, without a later alert."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest

from airflow_provider_clicksend.exceptions import ClickSendAuthenticationError, ClickSendConfigError
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier
from airflow_provider_clicksend.operators.alerts import ClickSendAlertSummaryOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.notifications.conftest import Variables
from tests.notifications.contexts import ME, YOU, bodies, task_context

WINDOW = timedelta(minutes=10)
SEND = "/v3/sms/send"


def on_call(to: str = ME) -> ClickSendSmsNotifier:
    return ClickSendSmsNotifier(to=to, cooldown=WINDOW)


def storm(tasks: int) -> None:
    for number in range(tasks):
        on_call().notify(task_context("x", map_index=number))


def tell(*notifiers: ClickSendSmsNotifier, groups: Any = ("nightly_load",)) -> list[dict[str, Any]]:
    summary = ClickSendAlertSummaryOperator(task_id="tell", notifiers=list(notifiers) or on_call(), groups=groups)
    return summary.execute(task_context())  # type: ignore[arg-type]


def pass_time(variables: Variables, seconds: float = WINDOW.total_seconds()) -> None:
    """Let what is remembered have happened earlier."""
    for name, text in variables.items():
        value = json.loads(text)
        for key in {"at", "window", "since", "until"} & value.keys():
            value[key] -= seconds if value[key] else 0
        variables[name] = json.dumps(value)


def test_the_summary_comes_when_the_window_is_over_and_not_before(sandbox: Sandbox, variables: Variables) -> None:
    storm(5)
    assert tell() == []
    pass_time(variables)
    assert tell() == [{"group": "nightly_load", "kind": "failed", "count": 4, "at_least": False}]
    first, summary = bodies(sandbox)
    assert first.startswith("Task load_rows[0] of nightly_load FAILED")
    assert summary.startswith("4 more failures of nightly_load in 1 min from ")
    assert summary.endswith("first: load_rows[1].")


def test_it_is_told_once_and_opens_no_window(sandbox: Sandbox, variables: Variables) -> None:
    storm(3)
    pass_time(variables)
    tell()
    assert tell() == []
    on_call().notify(task_context("x", map_index=9))
    [first, _, after] = bodies(sandbox)
    assert first.startswith("Task load_rows[0] of nightly_load FAILED")
    # At once, and without what the summary has told already.
    assert after.startswith("Task load_rows[9] of nightly_load FAILED")
    assert tell() == []


def test_a_failure_alone_has_no_summary(sandbox: Sandbox, variables: Variables) -> None:
    storm(1)
    pass_time(variables)
    assert tell() == []
    assert len(sandbox.messages()) == 1


def test_a_task_that_was_killed_after_its_text_tells_nothing_twice(sandbox: Sandbox, variables: Variables) -> None:
    storm(3)
    pass_time(variables)
    before = dict(variables)
    tell()
    variables.update(before)
    time.sleep(0.3)  # until the history shows it
    tell()
    assert len(sandbox.messages()) == 2
    assert tell() == []


def test_what_could_not_be_sent_at_night_is_told_by_the_next_summary(sandbox: Sandbox) -> None:
    sandbox.fault("401", "*", times=2)
    with pytest.raises(ClickSendAuthenticationError):
        on_call().notify(task_context("x"))
    with pytest.raises(ClickSendAuthenticationError):
        on_call().notify(task_context("x", map_index=1))
    assert tell() == [{"group": "nightly_load", "kind": "failed", "count": 2, "at_least": False}]
    [body] = bodies(sandbox)
    assert body.startswith("2 failures of nightly_load in 1 min from ")
    assert body.endswith("first: load_rows.")
    assert tell() == []


def test_a_sender_that_was_killed_is_told_by_the_next_summary(sandbox: Sandbox, variables: Variables) -> None:
    storm(1)
    [name] = [name for name in variables if not name.endswith(("_held", "_deputy"))]
    variables[name] = json.dumps(json.loads(variables[name]) | {"state": "claimed"})
    assert tell() == []
    pass_time(variables, 30)
    assert tell() == [{"group": "nightly_load", "kind": "failed", "count": 1, "at_least": False}]


def test_a_summary_that_is_refused_fails_the_task_after_the_others_and_comes_with_the_next(
    sandbox: Sandbox, variables: Variables
) -> None:
    storm(3)
    on_call(YOU).notify(task_context("x"))
    on_call(YOU).notify(task_context("x", map_index=1))
    pass_time(variables)
    sandbox.fault("401", SEND, times=1)
    with pytest.raises(ClickSendAuthenticationError):
        tell(on_call(), on_call(YOU))
    assert [message["to"] for message in sandbox.messages()] == [ME, YOU, YOU]
    assert [told["count"] for told in tell(on_call(), on_call(YOU))] == [2]


@pytest.mark.parametrize("memory", ["", "nonsense", "[]", '{"v": 99}'])
def test_a_memory_that_cannot_be_read_is_nothing_to_tell(sandbox: Sandbox, variables: Variables, memory: str) -> None:
    storm(2)
    for name in variables:
        variables[name] = memory
    assert tell() == []


def test_a_notifier_without_a_brake_is_a_mistake_that_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(ClickSendConfigError, match="has no `cooldown`"):
        tell(ClickSendSmsNotifier(to=ME))
