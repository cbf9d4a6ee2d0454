"""Maton's side: the key, the connection, the control plane, and the log of what came."""

from __future__ import annotations

from typing import Any

import pytest
import requests

ACTIVE = "37beee67-29f7-43b6-b0b2-5f0f7a5d6440"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic dTpr"}])
@pytest.mark.parametrize("path", ["/clicksend/v3/account", "/connections"])
def test_a_wrong_key_is_refused_by_maton(sandbox: Any, path: str, headers: dict[str, str]) -> None:
    answer = requests.get(sandbox.url + path, headers=headers, timeout=5)
    assert (answer.status_code, answer.json()) == (401, {"error": {"message": "Invalid API key"}})


def test_a_path_without_the_app_is_matons_not_found_and_one_below_it_clicksends(api: Any) -> None:
    outside = api.session.get(f"{api.sandbox.url}/v3/account", timeout=5)
    assert (outside.status_code, outside.json()) == (404, {"detail": "Not Found"})
    inside = api.get("/v3/nothing")
    assert (inside.status_code, inside.json()["response_code"]) == (404, "NOT_FOUND")
    assert api.get("/v3/lists/abc").json()["http_code"] == 404
    assert api.delete("/v3/account").status_code == 405


def test_the_oldest_active_connection_is_used_unless_the_header_names_another(sandbox: Any, api: Any) -> None:
    other = api.post("/connections", {"app": "clicksend"}).json()["connection"]
    sandbox.control("POST", f"connections/{other['connection_id']}", json={"status": "ACTIVE"})
    api.send_one()
    api.session.headers["Maton-Connection"] = other["connection_id"]
    api.send_one()
    assert [message["connection_id"] for message in sandbox.messages()] == [ACTIVE, other["connection_id"]]


@pytest.mark.parametrize("status", ["PENDING", "FAILED"])
def test_a_connection_that_is_not_active_cannot_be_used(sandbox: Any, api: Any, status: str) -> None:
    sandbox.control("POST", f"connections/{ACTIVE}", json={"status": status})
    answer = api.get("/v3/account")
    assert (answer.status_code, answer.json()["message"]) == (400, "No active connection found for app: clicksend")
    api.session.headers["Maton-Connection"] = ACTIVE
    answer = api.get("/v3/account")
    assert (answer.status_code, answer.json()["message"]) == (400, f"Connection is not active: {status}")


def test_an_unknown_connection_is_a_bad_request(api: Any) -> None:
    api.session.headers["Maton-Connection"] = "nobody"
    answer = api.get("/v3/account")
    assert (answer.status_code, answer.json()) == (400, {"message": "Connection not found"})


def test_a_connection_is_pending_until_its_link_was_opened(api: Any) -> None:
    created = api.post("/connections", {"app": "clicksend"}).json()["connection"]
    assert set(created) == {
        "connection_id",
        "status",
        "creation_time",
        "last_updated_time",
        "url",
        "app",
        "metadata",
        "method",
    }
    path = f"/connections/{created['connection_id']}"
    assert api.get(path).json()["connection"]["status"] == "PENDING"
    assert requests.get(created["url"] + "x", timeout=5).status_code == 404
    assert requests.get(created["url"], timeout=5).status_code == 200
    assert api.get(path).json()["connection"]["status"] == "ACTIVE"
    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404


def test_the_list_of_connections_can_be_narrowed(api: Any) -> None:
    api.post("/connections", {"app": "clicksend"})
    api.post("/connections", {"app": "slack"})

    def found(**params: str) -> list[str]:
        return [row["status"] for row in api.get("/connections", **params).json()["connections"]]

    assert found() == ["ACTIVE", "PENDING", "PENDING"]
    assert found(app="clicksend") == ["ACTIVE", "PENDING"]
    assert found(app="clicksend", status="ACTIVE") == ["ACTIVE"]


def test_a_connection_without_an_app_gets_matons_list_of_errors(api: Any) -> None:
    answer = api.post("/connections", {})
    assert answer.status_code == 422
    assert answer.json() == {"detail": [{"loc": ["body", "app"], "msg": "field required"}]}


def test_every_request_is_in_the_log_with_its_operation_status_and_fault(sandbox: Any, api: Any) -> None:
    sandbox.fault("502", "/v3/countries")
    message_id = api.send_one()
    api.get(f"/v3/sms/receipts/{message_id}", page=2)
    api.get("/v3/countries")
    log = sandbox.control("GET", "requests")
    assert log["counts"] == {"POST /v3/sms/send": 1, "GET /v3/sms/receipts/{id}": 1, "GET /v3/countries": 1}
    seen = [(row["method"], row["status"], row["query"], row["fault"]) for row in log["requests"]]
    assert seen == [("POST", 200, "", None), ("GET", 404, "page=2", None), ("GET", 502, "", "502")]
    assert sandbox.messages()[0]["request_id"] == log["requests"][0]["id"]
    assert len(sandbox.control("GET", "requests", params={"operation": "POST /v3/sms/send"})["requests"]) == 1
    sandbox.control("DELETE", "requests")
    assert sandbox.request_counts() == {}


def test_settings_that_cannot_be_are_refused_and_change_nothing(sandbox: Any) -> None:
    for wrong in ({"history_lag": -1}, {"profile": "odd"}, {"speed": 9}):
        assert requests.post(f"{sandbox.url}/sandbox/settings", json=wrong, timeout=5).status_code == 422
    assert sandbox.settings()["profile"] == "live"


def test_the_control_api_does_not_show_the_key(sandbox: Any) -> None:
    assert sandbox.api_key not in requests.get(f"{sandbox.url}/sandbox/settings", timeout=5).text


def test_clicksends_own_credentials_pass_without_maton(sandbox: Any) -> None:
    answer = requests.get(f"{sandbox.url}/v3/account", auth=(sandbox.username, sandbox.clicksend_key), timeout=5)
    assert (answer.status_code, answer.json()["data"]["username"]) == (200, sandbox.username)
    assert sandbox.request_counts() == {"GET /v3/account": 1}


@pytest.mark.parametrize("name", ["username", "api_key"])
def test_other_credentials_get_clicksends_own_401(sandbox: Any, name: str) -> None:
    login = (sandbox.username, sandbox.api_key) if name == "api_key" else ("someone", sandbox.clicksend_key)
    answer = requests.get(f"{sandbox.url}/v3/account", auth=login, timeout=5)
    assert (answer.status_code, answer.json()["response_code"]) == (401, "UNAUTHORIZED")


def test_faults_and_limits_hold_at_clicksends_own_door(sandbox: Any) -> None:
    session = requests.Session()
    session.auth = (sandbox.username, sandbox.clicksend_key)
    sandbox.fault("429", "/v3/account")
    assert [session.get(f"{sandbox.url}/v3/account", timeout=5).status_code for _ in range(2)] == [429, 200]
    sandbox.settings(rate_limit=1)
    assert [session.get(f"{sandbox.url}/v3/countries", timeout=5).status_code for _ in range(2)] == [200, 429]
    assert session.get(f"{sandbox.url}/v3/nothing", timeout=5).json()["response_code"] == "NOT_FOUND"
