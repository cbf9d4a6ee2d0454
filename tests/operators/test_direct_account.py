"""A direct ClickSend account: the same promises, without Maton."""

from __future__ import annotations

import json

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.operators.connections import ClickSendCreateConnectionOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.tasks import Task
from tests.support.texts import ANN, BOB, SEND, failure_of, sms


@pytest.fixture
def direct(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox to which `clicksend_default` leads without Maton."""
    connection = {
        "conn_type": "clicksend",
        "host": sandbox.url,
        "login": sandbox.username,
        "password": sandbox.clicksend_key,
        "extra": {"account": "direct"},
    }
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps(connection))
    return sandbox


def paths(sandbox: Sandbox) -> set[str]:
    return {row["path"] for row in sandbox.control("GET", "requests")["requests"]}


def test_texts_go_to_clicksend_itself(direct: Sandbox) -> None:
    assert Task(sms(to=[ANN, BOB])).run()["accepted"] == 2
    assert paths(direct) == {"/v3/sms/send"}


@pytest.mark.parametrize("fault", ["accepted-then-dropped", "accepted-then-502", "accepted-then-500"])
def test_a_text_in_doubt_is_looked_up_and_sent_once(direct: Sandbox, fault: str) -> None:
    direct.fault(fault, "/v3/sms/send")
    assert Task(sms(to=[ANN, BOB])).run()["accepted"] == 2
    assert direct.count(by="to")["accepted"] == 2
    assert direct.request_counts()[SEND] == 1


def test_an_error_in_matons_form_is_doubt_where_there_is_no_maton(direct: Sandbox) -> None:
    direct.fault("accepted-then-maton-message", "/v3/sms/send", status=400)
    assert Task(sms(to=[ANN])).run()["accepted"] == 1
    assert direct.request_counts()[SEND] == 1


def test_the_test_of_the_connection_speaks_of_clicksend(direct: Sandbox) -> None:
    works, text = ClickSendHook().test_connection()
    assert works
    assert "Directly to ClickSend, without Maton." in text
    assert "/connections" not in paths(direct)


def test_wrong_credentials_are_blamed_on_login_and_password(direct: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"login": "someone", "password": "wrong", "host": direct.url, "extra": {"account": "direct"}}
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps({"conn_type": "clicksend", **connection}))
    text = failure_of(Task(sms(to=[ANN])))
    assert "ClickSend refused username and key: check the connection's login" in text
    assert "Maton" not in text


def test_an_operator_of_matons_says_that_the_account_is_direct(direct: Sandbox) -> None:
    with pytest.raises(AirflowFailException, match="Connections are Maton's") as raised:
        Task(ClickSendCreateConnectionOperator(task_id="connect")).run()
    assert isinstance(raised.value.__cause__, ClickSendConfigError)
