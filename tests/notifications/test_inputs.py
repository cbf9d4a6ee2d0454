"""Inputs with cosmetic flaws must not silence an alert, nor what Airflow makes of a template that renders natively."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.notifications.contexts import ME, YOU, bodies, task_context

NATIVE = [False, True]


def context(*, native: bool, exception: object = "x", **variables: Any) -> dict[str, Any]:
    values = {name: value if isinstance(value, str) else json.dumps(value) for name, value in variables.items()}
    dag = DAG("nightly_load", schedule=None, render_template_as_native_obj=native)
    var = SimpleNamespace(value=SimpleNamespace(**values), json=SimpleNamespace(**variables))
    return task_context(exception) | {"dag": dag, "var": var}


def texted(sandbox: Sandbox) -> list[str]:
    return [message["to"] for message in sandbox.messages()]


@pytest.mark.parametrize("native", NATIVE)
@pytest.mark.parametrize(
    ("to", "variable", "people"),
    [
        (ME, None, [ME]),
        ([ME, YOU], None, [ME, YOU]),
        ("{{ var.value.oncall }}", ME, [ME]),
        ("{{ var.value.oncall }}", f"{ME}\n", [ME]),
        ("{{ var.value.oncall }}", f" {ME} , {YOU} ", [ME, YOU]),
        ("{{ var.value.oncall }}", [ME, YOU], [ME, YOU]),
        ("{{ var.json.oncall }}", [ME, YOU], [ME, YOU]),
        ("{{ var.json.oncall }}", {"night": ME, "day": YOU}, [ME, YOU]),
        ("{{ var.json.oncall }}", [{"to": ME, "name": "Ann"}], [ME]),
        (f"{ME},{YOU}", None, [ME, YOU]),
        (f"{{{{ var.value.nobody }}}}, {ME}", None, [ME]),
        (["{{ var.value.nobody }}", ME], None, [ME]),
        (["{{ var.value.oncall }}", ME], "None", [ME]),
        (("{{ var.value.oncall }}",), "+1 (555) 123-4567", [ME]),
        ({ME}, None, [ME]),
        ({"to": ME}, None, [ME]),
    ],
)
def test_everybody_is_texted_whose_number_can_be_read(
    sandbox: Sandbox, native: bool, to: object, variable: Any, people: list[str]
) -> None:
    ClickSendSmsNotifier(to=to)(context(native=native, oncall=variable))
    assert texted(sandbox) == people


@pytest.mark.parametrize("native", NATIVE)
@pytest.mark.parametrize("to", ["{{ var.value.oncall }}", "5551234567", 15551234567, None, ""])
def test_nobody_is_guessed(sandbox: Sandbox, native: bool, to: object) -> None:
    with pytest.raises(ClickSendConfigError, match="nobody can be told"):
        ClickSendSmsNotifier(to=to).notify(context(native=native, oncall="15551234567"))
    assert texted(sandbox) == []


@pytest.mark.parametrize("native", NATIVE)
@pytest.mark.parametrize(
    ("body", "exception", "said"),
    [
        ("Failed: {{ exception }}", "b\udcffd.csv", "Failed: b\ufffdd.csv"),
        ("{{ exception }}", "nul\0 and bell\a", "nul and bell"),
        ("{{ exception }}", 42, "42"),
        ("007", "x", "007"),
        ("{{ ['a', 'b'] }}", "x", "['a', 'b']"),
        ("[load] failed", "x", "[load] failed"),
        (123, "x", "123"),
        (["a", "b"], "x", "['a', 'b']"),
    ],
)
def test_every_body_is_said(sandbox: Sandbox, native: bool, body: object, exception: object, said: str) -> None:
    ClickSendSmsNotifier(to=ME, body=body)(context(native=native, exception=exception))
    assert bodies(sandbox) == [said]


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("cannot say")


@pytest.mark.parametrize(
    "exception", [ValueError("b\udcffd"), UnprintableError(), ValueError("\0"), b"bytes", object()]
)
@pytest.mark.parametrize("body", [None, "{{ exception }}", "\u200b\u200b", "{{ none }}", " \n"])
def test_whatever_the_exception_is_there_is_a_text(sandbox: Sandbox, body: str | None, exception: object) -> None:
    ClickSendSmsNotifier(to=ME, body=body)(context(native=False, exception=exception))
    assert len(bodies(sandbox)) == 1
    assert bodies(sandbox)[0].strip()


@pytest.mark.parametrize("sender", ["My Shop!", "x", "{{ nobody }}", "\n", 7, "a name that is much too long", "\udcff"])
def test_a_sender_that_cannot_be_used_gives_way_to_the_connections(sandbox: Sandbox, sender: object) -> None:
    ClickSendSmsNotifier(to=ME, sender=sender)(context(native=True))
    assert texted(sandbox) == [ME]


def test_a_sender_of_digits_stays_what_it_is(sandbox: Sandbox) -> None:
    ClickSendSmsNotifier(to=ME, sender="{{ var.value.sender }}")(context(native=True, sender="+15550001111"))
    assert sandbox.messages()[0]["from"] == "+15550001111"


@pytest.mark.parametrize("group", ["\udcff", "x" * 5000, 7, ["a"], "{{ nobody }}", "{{ 7 }}"])
def test_whatever_the_group_is_called_there_is_a_text(sandbox: Sandbox, group: object) -> None:
    from datetime import timedelta

    ClickSendSmsNotifier(to=ME, group=group, cooldown=timedelta(hours=1))(context(native=True))
    assert texted(sandbox) == [ME]


@pytest.mark.parametrize("broken", [{"ti": 7}, {"dag_run": 7}, {"dag": 7}, {"task": object()}, {"reason": None}])
def test_a_context_that_nobody_has_seen_yet_is_still_an_alert(sandbox: Sandbox, broken: dict[str, Any]) -> None:
    ClickSendSmsNotifier(to=ME)(context(native=False) | broken)
    assert texted(sandbox) == [ME]


def test_a_number_in_a_broken_template_does_not_reach_the_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    to = f"{{{{ var.value.oncall | int / 0 }}}}{{{{ nope('{YOU}') }}}}"
    with pytest.raises(ClickSendConfigError):
        ClickSendSmsNotifier(to=to).notify(context(native=False, oncall=YOU))
    ClickSendSmsNotifier(to=ME, body=f"{{{{ raise_{YOU[1:]} }}}}").notify(context(native=False))
    assert YOU[1:] not in caplog.text
