"""`@task.clicksend_sms`: what a function returns is texted, once."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from airflow_provider_clicksend.decorators import sms as module
from airflow_provider_clicksend.decorators.sms import _SmsDecoratedOperator
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AirflowFailException, AirflowSkipException
from tests.support.tasks import Task
from tests.support.texts import ANN, BOB

counter = itertools.count(1)


def saying(said: Any, **arguments: Any) -> _SmsDecoratedOperator:
    def words() -> Any:
        return said() if callable(said) else said

    return _SmsDecoratedOperator(
        task_id="say", python_callable=words, op_args=[], op_kwargs={}, settle=0.5, **arguments
    )


def run(task: Task) -> Any:
    """One try, without Airflow's guards around `execute`, which want a real task runner."""
    task.tries += 1
    task.pushed.clear()
    return ClickSendBaseOperator.execute.__wrapped__(task.operator, task.context())  # type: ignore[attr-defined]


def sent(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(message["to"], message["body"]) for message in sandbox.messages()]


def test_a_text_goes_to_everybody_in_to(sandbox: Sandbox) -> None:
    result = run(Task(saying("It is done.", to=[ANN, BOB])))
    assert sent(sandbox) == [(ANN, "It is done."), (BOB, "It is done.")]
    assert result["accepted"] == 2


def test_rows_go_to_each_in_their_own_words(sandbox: Sandbox) -> None:
    run(Task(saying([{"to": ANN, "body": "Hi Ann"}, {"to": BOB, "body": "Hi Bob"}])))
    assert sent(sandbox) == [(ANN, "Hi Ann"), (BOB, "Hi Bob")]


def test_what_is_returned_is_no_template(sandbox: Sandbox) -> None:
    run(Task(saying("{{ conn.secret }}", to=ANN)))
    assert sent(sandbox) == [(ANN, "{{ conn.secret }}")]


def test_a_retry_says_what_the_first_try_said(sandbox: Sandbox) -> None:
    task = Task(saying(lambda: f"Text number {next(counter)}", to=ANN), store=True)
    sandbox.fault("accepted-then-502", "/v3/sms/send")
    with_doubt = [run(task), run(task)]
    assert len(sent(sandbox)) == 1
    assert with_doubt[0]["message_ids"] == with_doubt[1]["message_ids"]


def test_a_clear_with_resend_asks_the_function_again(sandbox: Sandbox) -> None:
    task = Task(saying(lambda: f"Text number {next(counter)}", to=ANN, resend_on_clear=True), store=True)
    run(task)
    task.clear()
    run(task)
    run(task)
    assert len({body for _, body in sent(sandbox)}) == len(sent(sandbox)) == 2


def test_much_is_remembered_by_a_mark(sandbox: Sandbox, monkeypatch) -> None:
    monkeypatch.setattr(module, "WHOLE", 10)
    bodies = iter(["A first text", "Another text"])
    task = Task(saying(lambda: next(bodies), to=ANN), store=True)
    run(task)
    with pytest.raises(AirflowFailException, match="returned other texts than in an earlier try"):
        run(task)
    assert sent(sandbox) == [(ANN, "A first text")]


def test_a_dry_run_remembers_nothing(sandbox: Sandbox) -> None:
    task = Task(saying("Hello", to=ANN, dry_run=True), store=True)
    run(task)
    assert task.state == {}
    assert sent(sandbox) == []


def test_no_rows_skip_the_task(sandbox: Sandbox) -> None:
    with pytest.raises(AirflowSkipException):
        run(Task(saying([])))


@pytest.mark.parametrize("said", [None, "", "  ", 7, ["text"], {"to": ANN}], ids=repr)
def test_anything_else_is_an_error_that_says_what_to_return(sandbox: Sandbox, said: Any) -> None:
    with pytest.raises(AirflowFailException, match="return a text, or a list of rows"):
        run(Task(saying(said, to=ANN)))
    assert sent(sandbox) == []
