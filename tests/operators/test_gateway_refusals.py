"""What becomes of a text that the gateway refuses, in whatever form it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.tasks import Task
from tests.support.texts import ANN, SEND, failure_of, sms


@pytest.fixture
def wrong_key(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    connection: dict[str, Any] = {"conn_type": "clicksend", "host": sandbox.url, "password": "wrong-key"}
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps(connection))
    return sandbox


@pytest.mark.parametrize(
    ("form", "error"),
    [("mixed", AirflowFailException), ("message", AirflowFailException), ("message_and_id", ClickSendError)],
)
def test_a_refused_key_is_named_in_every_form_and_nothing_is_sent_again(
    wrong_key: Sandbox, form: str, error: type[Exception]
) -> None:
    wrong_key.world(maton_errors=form)
    assert "Maton refused the API key" in failure_of(Task(sms(to=[ANN])), error)
    assert wrong_key.request_counts()[SEND] == 1


@pytest.mark.parametrize("status", [403, 404, 413, 451])
def test_a_proxy_that_answers_in_matons_shape_after_it_passed_the_text_on_doubles_nothing(
    sandbox: Sandbox, status: int
) -> None:
    sandbox.fault("accepted-then-maton-message", "/v3/sms/send", status=status)
    assert Task(sms(to=[ANN])).run()["accepted"] == 1
    assert sandbox.request_counts()[SEND] == 1
