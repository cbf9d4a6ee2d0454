"""What an HTTP answer means, as a table of values."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_clicksend.api import errors
from airflow_provider_clicksend.api.answers import error_for, parsed, retry_after
from airflow_provider_clicksend.api.gateways import DIRECT, MATON, Kind

A, F, N, B, R, S = (
    errors.ClickSendAuthenticationError,
    errors.ClickSendForbiddenError,
    errors.ClickSendNotFoundError,
    errors.ClickSendBadRequestError,
    errors.ClickSendRateLimitError,
    errors.ClickSendServerError,
)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", None),
        (b"<html>", None),
        (b"{", None),
        (b"[" * 100_000, None),
        (b'{"body": "\\ud83d\\ude9a"}', {"body": "\N{DELIVERY TRUCK}"}),
        (b'{"body": "cut \\ud83d"}', {"body": "cut \ufffd"}),
        (b'{"body": "cut \\ud83d", "to": "\\ud83d\\ude9a"}', {"body": "cut \ufffd", "to": "\N{DELIVERY TRUCK}"}),
        ("cut \N{DELIVERY TRUCK}".encode()[:-2].join([b'{"body": "', b'"}']), {"body": "cut \ufffd"}),
        ('{"name": "é"}'.encode("latin-1"), {"name": "\ufffd"}),
        (b'{"body": "a\ttab"}', {"body": "a\ttab"}),
        (b'\xef\xbb\xbf{"total": 1}', {"total": 1}),
    ],
)
def test_one_character_that_is_none_does_not_hide_an_answer(content: bytes, value: object) -> None:
    assert parsed(content) == value


def says(code: object, word: object, text: str = "", data: object = None) -> dict[str, Any]:
    return {"http_code": code, "response_code": word, "response_msg": text, "data": data}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # ClickSend, as captured.
        (401, says(401, "UNAUTHORIZED", "Authorization failed."), (A, 401, "clicksend", "behind the Maton connection")),
        (
            403,
            says(403, "FORBIDDEN", "Resource not found or you don't have the permissions to access this resource."),
            (F, 403, "clicksend", "Either it does not exist or this account has no permission"),
        ),
        (404, says(404, "NOT_FOUND", "Contact record not found."), (N, 404, "clicksend", "Contact record not found.")),
        (405, says(405, "METHOD_NOT_FOUND"), (B, 405, "clicksend", "405 METHOD_NOT_FOUND")),
        (
            400,
            says(400, "BAD_REQUEST", "Wrong.", {"name": "Name field is required."}),
            (B, 400, "clicksend", "name: Name field is required."),
        ),
        (400, says(400, 400, "preg_replace(): Parameter mismatch"), (B, 400, "clicksend", "preg_replace")),
        (400, says(400, "INVALID_RECIPIENT"), (B, 400, "clicksend", "must be E.164")),
        (429, says(429, "HTTP_TOO_MANY_REQUESTS", "Too many attempts."), (R, 429, "clicksend", "ask less often")),
        (429, says(429, "TOO_MANY_REQUESTS"), (R, 429, "clicksend", "ask less often")),
        (500, says(500, "INTERNAL_SERVER_ERROR"), (S, 500, "clicksend", "try again later")),
        (200, says(401, "UNAUTHORIZED"), (A, 401, "clicksend", "behind the Maton connection")),
        (200, says("500", "INTERNAL_SERVER_ERROR"), (S, 500, "clicksend", "500")),
        # Maton, in its four shapes and none.
        (400, {"message": "No connection found"}, (B, 400, "gateway", "ACTIVE ClickSend connection")),
        (401, {"error": {"message": "Invalid API key"}}, (A, 401, "gateway", "Invalid API key")),
        (401, {"error": "Invalid API key"}, (A, 401, "gateway", "check the connection's password")),
        (403, {"message": "no"}, (F, 403, "gateway", "no access")),
        (404, {"detail": "Not Found"}, (N, 404, "gateway", "check `host` and `maton_connection_id`")),
        (412, {"message": "x"}, (B, 412, "gateway", "could not resolve a connection")),
        (
            422,
            {"detail": [{"loc": ["body", "app"], "msg": "field required"}]},
            (B, 422, "gateway", "body.app: field required"),
        ),
        (429, {"message": "Rate limit"}, (R, 429, "gateway", "10 requests per second")),
        (500, {"message": "Internal error"}, (S, 500, "gateway", "authorization in Maton has expired")),
        # A proxy.
        (301, None, (B, 301, "gateway", "Redirects are not followed")),
        (408, None, (S, 408, "gateway", "408")),
        (502, None, (S, 502, "gateway", "502")),
        (400, ["x"], (B, 400, "gateway", "400")),
    ],
)
def test_an_answer_is_the_error_that_it_means(
    status: int, body: object, expected: tuple[type[errors.ClickSendApiError], int, str, str]
) -> None:
    kind, meant, source, shown = expected
    error = error_for(status, {"X-Request-Id": "r-1"}, body)
    assert type(error) is kind
    assert (error.status, error.http_status, error.source, error.request_id) == (meant, status, source, "r-1")
    assert shown in str(error)


@pytest.mark.parametrize("status", [200, 201, 204])
@pytest.mark.parametrize("body", [None, says(200, "SUCCESS"), {"connections": []}, says("nonsense", "x")])
def test_a_success_is_no_error(status: int, body: object) -> None:
    assert error_for(status, {}, body) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0", 0.0), ("1.5", 1.5), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("soon", None), ("inf", None)],
)
def test_retry_after_is_seconds_or_not_said(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}) == seconds
    assert retry_after({}) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call +15551234567 now", "Call *** now"),
        ("(555) 123-4567", "***"),
        ("+61 400 000 001", "***"),
        ("see https://x.test/?session_token=abc ok", "see *** ok"),
        ("error 42 in line 100", "error 42 in line 100"),
    ],
)
def test_numbers_and_links_of_a_server_are_masked(text: str, shown: str) -> None:
    assert f"400: {shown}. Does the Maton account" in str(error_for(400, {}, {"message": text}))


@pytest.mark.parametrize(
    ("status", "body", "by_maton"),
    [
        (400, {"message": "No active connection found"}, True),
        (401, {"error": {"message": "Invalid API key"}}, True),
        (401, {"error": "Invalid API key"}, True),
        (404, {"detail": "Not Found"}, True),
        (412, {"message": "x"}, True),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, True),
        (429, {"message": "Rate limit"}, True),
        # Maton's shape with another status, or with more in it, is anybody's.
        (403, {"message": "Forbidden"}, False),
        (404, {"message": "no Route matched with those values"}, False),
        (413, {"message": "Request Too Long"}, False),
        (451, {"error": "Blocked"}, False),
        (401, {"message": "Unauthorized", "request_id": "1"}, False),
        (401, {"message": None}, False),
        (422, {"detail": []}, False),
        (400, ["message"], False),
        (400, None, False),
    ],
)
def test_only_what_is_surely_matons_is_taken_for_matons_no(status: int, body: object, by_maton: bool) -> None:
    through_maton, directly = error_for(status, {}, body), error_for(status, {}, body, kind=DIRECT)
    assert through_maton
    assert through_maton.recognized is by_maton
    assert directly
    assert directly.recognized is False


@pytest.mark.parametrize("kind", [MATON, DIRECT])
def test_clicksends_envelope_is_its_own_no_by_every_way(kind: Kind) -> None:
    error = error_for(403, {}, says(403, "FORBIDDEN"), kind=kind)
    assert error
    assert error.recognized


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (401, says(401, "UNAUTHORIZED", "Authorization failed."), "check the connection's login"),
        (403, says(403, "FORBIDDEN"), "Either it does not exist"),
        (
            403,
            "<html>",
            "Something in front of ClickSend answered 403. This is not an answer of ClickSend",
        ),
        (500, {"message": "x"}, "is there a proxy in between"),
        (407, None, "HTTPS_PROXY"),
    ],
)
def test_an_error_of_a_direct_account_does_not_speak_of_maton(status: int, body: object, shown: str) -> None:
    text = str(error_for(status, {}, body, kind=DIRECT))
    assert shown in text
    assert "Maton" not in text
