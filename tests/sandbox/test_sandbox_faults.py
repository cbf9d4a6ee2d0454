"""Faults on purpose: whether the request was carried out, and what the caller sees of it."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from airflow_provider_clicksend.sandbox.testing import serve

PHONE = "+15551234567"
SEND = "/v3/sms/send"

# The fault's name, and the status and the beginning of the body that the caller sees (None: no answer at all).
ANSWERS: list[tuple[str, int | None, str]] = [
    ("dropped", None, ""),
    ("401", 401, '{"http_code":401,"response_code":"UNAUTHORIZED"'),
    ("302", 302, "<html>"),
    ("401-html", 401, "<html>"),
    ("413", 413, "<html>"),
    ("499", 499, "<html>"),
    ("429", 429, '{"http_code":429,"response_code":"HTTP_TOO_MANY_REQUESTS"'),
    ("429-without-retry-after", 429, '{"http_code":429'),
    ("500", 500, '{"message":'),
    ("502", 502, "<html>"),
    ("503", 503, "<html>"),
    ("504", 504, "<html>"),
    ("html", 200, "<html>"),
    ("empty", 200, ""),
    ("envelope-401", 200, '{"http_code":401,"response_code":"UNAUTHORIZED"'),
    ("maton-message", 500, '{"message":"'),
    ("maton-error", 500, '{"error":{"message":"'),
    ("maton-detail", 500, '{"detail":"'),
    ("maton-validation", 500, '{"detail":[{"loc":["body","app"],"msg":"field required"}]}'),
]


def post(api: Any, timeout: float = 10) -> requests.Response:
    body = {"messages": [{"to": PHONE, "body": "Hello"}]}
    url = f"{api.sandbox.url}/clicksend{SEND}"
    answer: requests.Response = api.session.post(url, json=body, timeout=timeout, allow_redirects=False)
    return answer


@pytest.mark.parametrize("accepted", [False, True], ids=["before acceptance", "after acceptance"])
@pytest.mark.parametrize("fault", ANSWERS, ids=[name for name, _, _ in ANSWERS])
def test_a_fault_hides_what_became_of_one_request_and_the_next_is_answered(
    sandbox: Any, api: Any, fault: tuple[str, int | None, str], accepted: bool
) -> None:
    name, status, body = fault
    sandbox.fault(f"accepted-then-{name}" if accepted else name, SEND)
    if status is None:
        with pytest.raises(requests.ConnectionError):
            post(api)
    else:
        answer = post(api)
        assert answer.status_code == status
        assert answer.text.startswith(body)
    assert sandbox.count()["accepted"] == int(accepted)
    assert post(api).status_code == 200
    assert sandbox.count()["accepted"] == int(accepted) + 1


@pytest.mark.parametrize("name", ["hang", "accepted-then-hang"])
def test_a_hanging_request_outlasts_its_time_out(sandbox: Any, api: Any, name: str) -> None:
    sandbox.fault(name, SEND)
    with pytest.raises(requests.ReadTimeout):
        post(api, timeout=0.2)
    assert sandbox.count()["accepted"] == int(name.startswith("accepted"))
    assert post(api).status_code == 200


@pytest.mark.parametrize("name", ["drip", "accepted-then-drip"])
def test_a_dripping_answer_never_runs_into_the_time_out_between_two_bytes(sandbox: Any, api: Any, name: str) -> None:
    sandbox.fault(name, SEND, pause=0.05, seconds=0.5)
    started = time.monotonic()
    answer = post(api, timeout=0.4)
    assert time.monotonic() - started > 0.4
    assert (answer.status_code, answer.text.strip()) == (200, "")
    assert len(answer.content) >= 8
    assert sandbox.count()["accepted"] == int(name.startswith("accepted"))


@pytest.mark.parametrize("name", ["huge", "accepted-then-huge"])
def test_a_huge_answer_has_the_size_that_was_asked_for_and_may_be_left(sandbox: Any, api: Any, name: str) -> None:
    sandbox.fault(name, SEND, megabytes=3)
    assert len(post(api).json()["data"]) == 3_000_000
    sandbox.fault(name, SEND)
    with api.session.post(f"{sandbox.url}/clicksend{SEND}", json={"messages": []}, timeout=5, stream=True) as answer:
        assert len(next(answer.iter_content(1000))) <= 1000
    assert post(api).status_code == 200


def test_a_hang_can_end_in_a_dropped_connection(sandbox: Any, api: Any) -> None:
    sandbox.fault("hang", SEND, seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        post(api)


@pytest.mark.parametrize("name", ["dropped", "accepted-then-dropped"])
def test_a_dropped_connection_carries_not_one_byte_of_an_answer(sandbox: Any, api: Any, name: str) -> None:
    sandbox.fault(name, SEND)
    body = json.dumps({"messages": [{"to": PHONE, "body": "Hello"}]}).encode()
    request = (
        f"POST /clicksend{SEND} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer {sandbox.api_key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    address = urlsplit(sandbox.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request + body)
        try:
            received = connection.recv(1)
        except ConnectionResetError:
            received = b""
    assert received == b""
    assert sandbox.count()["accepted"] == int(name.startswith("accepted"))


def test_a_fault_waits_for_its_requests_and_ends_after_them(sandbox: Any, api: Any) -> None:
    sandbox.fault("500", "/v3/*/send", method="POST", skip=1, times=2)
    assert api.get("/v3/account").status_code == 200
    assert [post(api).status_code for _ in range(4)] == [200, 500, 500, 200]
    assert sandbox.control("GET", "faults") == {"faults": []}


def test_a_fault_can_last_until_it_is_taken_away(sandbox: Any, api: Any) -> None:
    sandbox.fault("503", "/connections", times=None)
    assert [api.get("/connections").status_code for _ in range(3)] == [503, 503, 503]
    sandbox.control("DELETE", "faults")
    assert api.get("/connections").status_code == 200


def test_the_status_of_a_maton_fault_and_the_wait_of_a_429_can_be_chosen(sandbox: Any, api: Any) -> None:
    sandbox.fault("maton-error", SEND, status=412)
    sandbox.fault("429", SEND, retry_after=39)
    sandbox.fault("429-without-retry-after", SEND)
    assert post(api).status_code == 412
    assert post(api).headers["Retry-After"] == "39"
    answer = post(api)
    assert "Retry-After" not in answer.headers
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("20", "0")


def test_an_unknown_fault_is_refused_with_the_names_of_those_that_exist(sandbox: Any) -> None:
    answer = requests.post(f"{sandbox.url}/sandbox/faults", json={"fault": "gremlins"}, timeout=5)
    assert answer.status_code == 422
    assert "envelope-401" in answer.text


def test_an_operation_that_is_called_too_often_gets_a_429_that_says_how_long(sandbox: Any, api: Any) -> None:
    sandbox.settings(rate_limit=2, rate_window=1)
    first, second, third = (api.get("/v3/account") for _ in range(3))
    assert [answer.headers["x-ratelimit-remaining"] for answer in (first, second, third)] == ["1", "0", "0"]
    assert first.headers["x-ratelimit-limit"] == "2"
    assert (third.status_code, third.json()["response_code"]) == (429, "HTTP_TOO_MANY_REQUESTS")
    assert third.headers["Retry-After"] == third.headers["ratelimit-reset"] == "1"
    assert api.get("/v3/countries").status_code == 200
    time.sleep(1.05)
    assert api.get("/v3/account").status_code == 200


@pytest.mark.parametrize("name", ["hang", "drip"])
def test_an_endless_request_does_not_keep_the_sandbox_from_ending(name: str) -> None:
    failures: list[Exception] = []

    def hang(url: str) -> None:
        try:
            requests.get(f"{url}/clicksend/v3/account", timeout=30)
        except requests.RequestException as error:
            failures.append(error)

    with serve() as sandbox:
        sandbox.fault(name)
        caller = threading.Thread(target=hang, args=(sandbox.url,))
        caller.start()
        while not sandbox.request_counts():
            time.sleep(0.01)
        started = time.monotonic()
    caller.join()
    assert time.monotonic() - started < 10
    assert isinstance(failures[0], requests.ConnectionError | requests.exceptions.ChunkedEncodingError)
