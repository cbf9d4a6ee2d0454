"""Cancelling against the sandbox: once, twice, too late, and nobody else's texts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_clicksend import exceptions as errors
from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.operators import _cancel as cancelling
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.acting import run
from tests.support.scripted_server import ScriptedServer, envelope, scripted

NUMBER = "+15551230001"


def scheduled(client: ClickSendClient, **fields: Any) -> str:
    message = {"to": NUMBER, "body": "later", "schedule": int(time.time()) + 3600, **fields}
    message_id = client.sms.send([message]).messages[0].message_id
    assert message_id is not None
    return message_id


def test_a_scheduled_text_is_cancelled_once_and_found_cancelled_later(
    sandbox: Sandbox, client: ClickSendClient
) -> None:
    message_id = scheduled(client)
    done = run(cancelling.ClickSendCancelSmsOperator, message_id=message_id)
    assert done == {"message_id": message_id, "outcome": "cancelled"}
    assert sandbox.messages()[0]["cancelled"]
    time.sleep(0.3)  # the history lags
    again = run(cancelling.ClickSendCancelSmsOperator, message_id=message_id)
    assert again == {"message_id": message_id, "outcome": "already cancelled"}


@pytest.mark.parametrize("search", ["error", "nothing", "ignored"])
def test_what_was_cancelled_is_found_where_the_history_cannot_be_searched(
    sandbox: Sandbox, client: ClickSendClient, search: str
) -> None:
    sandbox.world(q_message_id=search)
    message_id = scheduled(client)
    client.sms.cancel(message_id)
    time.sleep(0.3)  # the history lags
    assert run(cancelling.ClickSendCancelSmsOperator, message_id=message_id)["outcome"] == "already cancelled"


def test_a_scheduled_call_is_cancelled(client: ClickSendClient) -> None:
    call = {"to": NUMBER, "body": "later", "schedule": int(time.time()) + 3600}
    message_id = client.voice.send([call]).messages[0].message_id
    assert run(cancelling.ClickSendCancelVoiceOperator, message_id=message_id)["outcome"] == "cancelled"


def test_a_text_that_was_sent_cannot_be_cancelled_and_the_error_says_why(client: ClickSendClient) -> None:
    message_id = client.sms.send([{"to": NUMBER, "body": "now"}]).messages[0].message_id
    time.sleep(0.4)
    with pytest.raises(AirflowFailException, match="cannot be cancelled any more: the history says") as raised:
        run(cancelling.ClickSendCancelSmsOperator, message_id=message_id)
    assert isinstance(raised.value.__cause__, errors.ClickSendNotCancelledError)
    assert raised.value.__cause__.outcome == "sent"
    done = run(cancelling.ClickSendCancelSmsOperator, message_id=message_id, missing_ok=True)
    assert done == {"message_id": message_id, "outcome": "sent"}


@pytest.mark.usefixtures("sandbox")
def test_a_text_that_nobody_knows_cannot_be_cancelled_and_the_error_says_so() -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(AirflowFailException, match="it is not in the history") as raised:
        run(cancelling.ClickSendCancelSmsOperator, message_id=unknown)
    assert isinstance(raised.value.__cause__, errors.ClickSendNotFoundError)
    assert run(cancelling.ClickSendCancelSmsOperator, message_id=unknown, missing_ok=True)["outcome"] == "unknown"


def history(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"total": len(rows), "per_page": 100, "current_page": 1, "last_page": 1, "data": list(rows)}


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([{"message_id": "A-1", "status": "Cancelled"}], "already cancelled"),
        ([{"message_id": "A-1", "status": "CancelledAfterReview"}], "already cancelled"),
        ([{"message_id": "A-1", "status": "Completed"}], "sent"),
        ([{"message_id": "A-1", "status": "Failed"}], "sent"),
        ([{"message_id": "A-1", "status": "Scheduled"}], "unknown"),
        # A history that does not filter by id, and the row of a reply.
        ([{"message_id": "B-2", "status": "Completed"}], "unknown"),
        ([{"message_id": "A-1", "status": "Received", "direction": "in"}], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_history_tells_apart_what_the_answer_does_not(
    rows: list[dict[str, Any]], outcome: str, on_a_server: Callable[[ScriptedServer], None]
) -> None:
    shown = envelope(history(*rows))
    with scripted(envelope(None, 404, 404, "NOT_FOUND"), shown, shown) as server:
        on_a_server(server)
        done = run(cancelling.ClickSendCancelSmsOperator, message_id="A-1", missing_ok=True)
        assert done["outcome"] == outcome
        assert server.arrived[1].target.endswith("q=message_id%3AA-1&order_by=date%3Adesc")


def test_texts_with_one_custom_string_are_cancelled_and_others_stay(sandbox: Sandbox, client: ClickSendClient) -> None:
    for custom_string in ("mine", "mine", "theirs"):
        scheduled(client, custom_string=custom_string)
    assert run(cancelling.ClickSendCancelAllSmsOperator, custom_string="mine") == 2
    assert [bool(row["cancelled"]) for row in sandbox.messages()] == [True, True, False]
    assert run(cancelling.ClickSendCancelAllSmsOperator, everything=True) == 1


@pytest.mark.parametrize(
    "arguments", [{}, {"custom_string": ""}, {"custom_string": None}, {"custom_string": "x", "everything": True}]
)
def test_the_whole_schedule_is_cancelled_only_when_that_is_said(
    arguments: dict[str, Any], sandbox: Sandbox, client: ClickSendClient
) -> None:
    scheduled(client)
    with pytest.raises(AirflowFailException, match="everything=True"):
        run(cancelling.ClickSendCancelAllSmsOperator, **arguments)
    assert not sandbox.messages()[0]["cancelled"]
    assert "PUT /v3/sms/cancel-all" not in sandbox.request_counts()
