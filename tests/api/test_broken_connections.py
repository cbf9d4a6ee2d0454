"""The client against a real server that answers badly, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from airflow_provider_clicksend import exceptions as errors
from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.retry import MAX_TRIES, may_have_been_accepted
from tests.api.conftest import KEY
from tests.support.scripted_server import (
    ScriptedServer,
    Step,
    closed_read,
    closed_unread,
    drips,
    drips_its_head,
    envelope,
    hangs,
    partly,
    refused_url,
    said,
    scripted,
    stalls,
)

ClientOf = Callable[[ScriptedServer], ClickSendClient]
TEXT = {"to": "+15551234567", "body": "A secret text"}
SENT = {"total_price": 0.07, "messages": [{"status": "SUCCESS", "to": TEXT["to"], "message_id": "A-1"}]}
EMPTY_PAGE = {"total": 0, "per_page": 15, "current_page": 1, "last_page": 0, "data": []}

#: Ends of a request after which nobody knows whether it was carried out.
DOUBTFUL = {
    "closed before it was read": (closed_unread, errors.ClickSendTransportError),
    "closed after it was read": (closed_read, errors.ClickSendTransportError),
    "a truncated body": (partly(b'{"http_code": 200', 5000), errors.ClickSendTransportError),
    "no answer in time": (hangs, errors.ClickSendTimeoutError),
    "no end of the body in time": (stalls, errors.ClickSendTimeoutError),
    "500 of the gateway": (said({"message": "Internal"}, 500), errors.ClickSendServerError),
    "502 with HTML": (said("<html>Bad Gateway</html>", 502), errors.ClickSendServerError),
    "504 without a body": (said("", 504), errors.ClickSendServerError),
    "HTML in a 200": (said("<html>Log in to the Wi-Fi</html>"), errors.ClickSendResponseError),
    "an empty 200": (said(""), errors.ClickSendResponseError),
    "JSON without an envelope": (said({"ok": True}), errors.ClickSendResponseError),
    "an envelope without messages": (envelope({"total_price": 1}), errors.ClickSendResponseError),
    "a body that drips": (drips, errors.ClickSendTimeoutError),
    "a head that drips": (drips_its_head, errors.ClickSendTimeoutError),
    "a body without end": (said(b" " * 17_000_000), errors.ClickSendResponseError),
    "a redirect": (said("", 307, Location="http://127.0.0.1:1/elsewhere"), errors.ClickSendBadRequestError),
    "413 of a proxy": (said("<html>Too large</html>", 413), errors.ClickSendBadRequestError),
    "401 of a proxy": (said("<html>Log in</html>", 401), errors.ClickSendAuthenticationError),
    "429 of a proxy": (said("<html>Slow down</html>", 429), errors.ClickSendRateLimitError),
    "403 of a proxy in JSON": (said({"message": "Forbidden"}, 403), errors.ClickSendForbiddenError),
    "404 of a proxy in JSON": (said({"message": "no Route matched"}, 404), errors.ClickSendNotFoundError),
    "413 of a proxy in JSON": (said({"message": "Request Too Long"}, 413), errors.ClickSendBadRequestError),
    "401 of a proxy with an id": (said({"message": "No", "request_id": "1"}, 401), errors.ClickSendAuthenticationError),
    "429 of a proxy with an id": (said({"message": "No", "request_id": "1"}, 429), errors.ClickSendRateLimitError),
    "an error of a proxy's framework": (said({"detail": [{"x": 1}]}, 422), errors.ClickSendBadRequestError),
    "401 in the envelope of a 200": (envelope(None, 401, code="UNAUTHORIZED"), errors.ClickSendAuthenticationError),
}

#: Ends of a request that say that it was not carried out.
TURNED_AWAY = {
    "400": (said({"message": "No connection"}, 400), errors.ClickSendBadRequestError),
    "401 of Maton": (said({"error": {"message": "Invalid API key"}}, 401), errors.ClickSendAuthenticationError),
    "403 of ClickSend": (envelope(None, 403, 403, "FORBIDDEN"), errors.ClickSendForbiddenError),
    "404": (said({"detail": "Not Found"}, 404), errors.ClickSendNotFoundError),
    "422": (said({"detail": [{"loc": ["body", "x"], "msg": "field required"}]}, 422), errors.ClickSendBadRequestError),
}


def table(rows: dict[str, tuple[Step, type[Exception]]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("step", "error"), list(rows.values()), ids=list(rows))


@table(DOUBTFUL)
def test_a_send_that_may_have_arrived_is_never_repeated(
    step: Step, error: type[Exception], client_of: ClientOf
) -> None:
    with scripted(step, envelope(SENT)) as server:
        with pytest.raises(error) as raised:
            client_of(server).sms.send([TEXT])
        assert server.connections == 1
    assert isinstance(raised.value, errors.ClickSendError)
    assert may_have_been_accepted(raised.value)


@table(TURNED_AWAY)
def test_a_send_that_was_turned_away_is_an_error_that_says_so(
    step: Step, error: type[Exception], client_of: ClientOf
) -> None:
    with scripted(step, envelope(SENT)) as server:
        with pytest.raises(error) as raised:
            client_of(server).sms.send([TEXT])
        assert server.connections == 1
    assert isinstance(raised.value, errors.ClickSendError)
    assert not may_have_been_accepted(raised.value)


@pytest.mark.parametrize("call", ["cancel", "cancel_all", "create", "delete"])
def test_whatever_changes_something_is_not_repeated_either(call: str, client_of: ClientOf) -> None:
    with scripted(closed_read, envelope()) as server:
        client = client_of(server)
        calls = {
            "cancel": lambda: client.sms.cancel("A-1"),
            "cancel_all": lambda: client.sms.cancel_all(custom_string="x"),
            "create": lambda: client.lists.create(list_name="x"),
            "delete": lambda: client.lists.delete(1),
        }
        with pytest.raises(errors.ClickSendTransportError):
            calls[call]()
        assert server.connections == 1


@pytest.mark.parametrize(
    "step", [closed_unread, closed_read, hangs, said("", 502), said("", 503), said("", 504), said("", 429)]
)
def test_a_read_is_repeated_until_it_works(step: Step, client_of: ClientOf, waited: list[float]) -> None:
    with scripted(step, step, envelope(EMPTY_PAGE)) as server:
        assert client_of(server).sms.history().rows == []
        assert server.connections == 3
    assert len(waited) == 2


def test_marking_as_read_is_repeated_because_twice_is_once(client_of: ClientOf) -> None:
    with scripted(closed_read, envelope()) as server:
        client_of(server).sms.mark_inbound_read(before=1700000000)
        assert [request.json() for request in server.arrived] == [{"date_before": 1700000000}] * 2


def test_a_read_gives_up_after_its_last_try(client_of: ClientOf, waited: list[float]) -> None:
    with scripted(said("", 503)) as server:
        with pytest.raises(errors.ClickSendServerError) as raised:
            client_of(server).account.get()
        assert server.connections == MAX_TRIES
    assert raised.value.status == 503
    assert len(waited) == MAX_TRIES - 1


def test_a_500_of_the_gateway_is_no_blip_and_names_the_expired_authorization(client_of: ClientOf) -> None:
    with scripted(said({"message": "Internal"}, 500)) as server:
        with pytest.raises(errors.ClickSendServerError, match="authorization in Maton has expired"):
            client_of(server).account.get()
        assert server.connections == 1


@pytest.mark.parametrize(("header", "expected"), [("7", 7.0), ("3600", 60.0)])
def test_a_send_that_was_turned_away_with_429_waits_as_long_as_it_is_told_to(
    header: str, expected: float, client_of: ClientOf, waited: list[float]
) -> None:
    busy = envelope(None, 429, 429, "HTTP_TOO_MANY_REQUESTS", Retry_After=header)
    with scripted(busy, envelope(SENT)) as server:
        assert client_of(server).sms.send([TEXT]).messages[0].accepted
        assert len(server.arrived) == 2
    assert waited == [expected]


def test_a_429_that_does_not_say_how_long_is_backed_off_from(client_of: ClientOf, waited: list[float]) -> None:
    with scripted(said({"message": "slow down"}, 429), envelope(SENT)) as server:
        client_of(server).sms.send([TEXT])
    assert len(waited) == 1
    assert 0 < waited[0] <= 1


def test_a_send_that_never_left_is_tried_again(waited: list[float]) -> None:
    client = ClickSendClient(KEY, base_url=refused_url(), timeout=0.5)
    with pytest.raises(errors.ClickSendTransportError) as raised:
        client.sms.send([TEXT])
    assert raised.value.request_sent is False
    assert len(waited) == MAX_TRIES - 1


def test_a_redirect_is_not_followed_with_the_key(client_of: ClientOf) -> None:
    with scripted(envelope(EMPTY_PAGE)) as elsewhere, scripted(said("", 302, Location=f"{elsewhere.url}/x")) as server:
        with pytest.raises(errors.ClickSendBadRequestError, match="Redirects are not followed"):
            client_of(server).sms.history()
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "step",
    [
        envelope(None, 400, 400, f"BAD {KEY}"),
        said({"message": f"key {KEY} called +15551234567 or +1 (555) 123-4567"}, 400),
        # Cut at 200 characters, a piece of the key would be left.
        said({"error": "x" * 190 + KEY}, 400),
        said({"detail": f"see https://connect.maton.ai/?session_token=abc and {KEY}"}, 400),
    ],
)
def test_no_error_shows_what_the_server_echoes(
    step: Step, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), scripted(step) as server, pytest.raises(errors.ClickSendError) as raised:
        client_of(server).sms.send([TEXT])
    shown = f"{raised.value} {raised.value.response_code} {caplog.text}"  # type: ignore[attr-defined]
    for secret in (KEY, KEY[:10], "5551234567", "123-4567", "session_token", TEXT["body"]):
        assert secret not in shown


def test_an_error_names_the_call_the_answerer_and_the_request_id(client_of: ClientOf) -> None:
    body = {"http_code": 404, "response_code": "NOT_FOUND", "response_msg": "Receipt record not found.", "data": None}
    with (
        scripted(said(body, 404, X_Request_Id="req-1")) as server,
        pytest.raises(errors.ClickSendNotFoundError, match=r"^GET /sms/receipts/A-1: ClickSend answered 404") as raised,
    ):
        client_of(server).sms.receipt("A-1")
    error = raised.value
    assert (error.status, error.response_code, error.source, error.request_id) == (
        404,
        "NOT_FOUND",
        "clicksend",
        "req-1",
    )


def test_the_control_plane_must_answer_json(client_of: ClientOf) -> None:
    with scripted(said("<html>")) as server, pytest.raises(errors.ClickSendResponseError, match="control_url"):
        client_of(server).connections.list()
