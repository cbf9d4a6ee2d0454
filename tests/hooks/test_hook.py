"""The hook: from an Airflow connection to a client, and what its test finds."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.connection import EXTRA_FIELDS
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.support.scripted_server import Step, envelope, refused_url, said, scripted

ACTIVE = "37beee67-29f7-43b6-b0b2-5f0f7a5d6440"
RULES = {"/v3/automations/sms/receipts": "delivery receipts", "/v3/automations/sms/inbound": "replies"}


def connection(monkeypatch: pytest.MonkeyPatch, name: str = "texts", **fields: Any) -> ClickSendHook:
    """A hook for a connection of the environment."""
    described = {"conn_type": "clicksend", "password": "key-0123456789", **fields}
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(described))
    return ClickSendHook(name)


def test_a_connection_becomes_a_client_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = connection(monkeypatch, host="http://127.0.0.1:1", extra={"sender": "ACME", "timeout": 7, "source": None})
    client = hook.get_conn()
    assert (client.sender, client.timeout, client.source) == ("ACME", 7.0, "airflow")
    assert hook.get_conn() is client


def test_a_trigger_gets_the_same_client(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = connection(monkeypatch, extra={"maton_connection_id": "c-1"})
    client = asyncio.run(hook.aget_conn())
    assert client.maton_connection_id == "c-1"
    assert hook.get_conn() is client


def test_a_connection_as_a_uri_works_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TEXTS", "clicksend://:key-1@gateway.maton.ai?sender=ACME")
    assert ClickSendHook("texts").get_conn().sender == "ACME"


def test_a_connection_that_cannot_work_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClickSendConfigError, match="Connection 'texts': host is plain http"):
        connection(monkeypatch, host="http://example.com").get_conn()


def test_the_test_of_a_connection_that_works_has_a_line_for_each_finding(sandbox: Sandbox) -> None:
    works, text = ClickSendHook().test_connection()
    assert works
    assert text.splitlines()[:2] == ["Key accepted.", f"Maton connection {ACTIVE}: ACTIVE."]
    assert "balance 100000" in text
    assert "USD" in text
    assert text.splitlines()[3:] == ["A POLL rule for delivery receipts exists.", "A POLL rule for replies exists."]
    assert "Warning" not in text


def test_the_test_names_the_status_of_the_connection_that_is_set(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = {"maton_connection_id": ACTIVE}
    works, text = connection(monkeypatch, host=sandbox.url, password=sandbox.api_key, extra=extra).test_connection()
    assert works
    assert f"Maton connection {ACTIVE}: ACTIVE." in text


def test_the_test_fails_for_an_unknown_maton_connection(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"maton_connection_id": "no-such-connection"}
    works, text = connection(monkeypatch, host=sandbox.url, password=sandbox.api_key, extra=extra).test_connection()
    assert not works
    assert "maton_connection_id" in text


def test_the_test_fails_for_a_wrong_key_and_does_not_show_it(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    works, text = connection(monkeypatch, host=sandbox.url).test_connection()
    assert not works
    assert "Maton refused the API key" in text
    assert "key-0123456789" not in text


def test_the_test_explains_a_key_that_a_form_has_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    works, text = connection(monkeypatch, password="***").test_connection()
    assert not works
    assert "masked key" in text


@pytest.mark.parametrize("path", RULES)
def test_the_test_warns_of_rules_that_cannot_be_read(path: str, sandbox: Sandbox) -> None:
    sandbox.fault("500", path)
    works, text = ClickSendHook().test_connection()
    assert works
    assert f"Warning: the rules for {RULES[path]} could not be read" in text


def page(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"total": len(rows), "per_page": 15, "current_page": 1, "last_page": 1, "data": list(rows)}


def checked(monkeypatch: pytest.MonkeyPatch, *answers: Step) -> tuple[bool, str]:
    """Test a connection whose account can be read, and let a script answer the rest."""
    with scripted(envelope({"user_id": 7, "balance": "2.00"}), *answers) as server:
        return connection(monkeypatch, host=server.url).test_connection()


CONNECTIONS = said(
    {"connections": [{"connection_id": "c-1", "status": "ACTIVE", "url": "https://x.test/?session_token=s"}]}
)


@pytest.mark.parametrize(
    "rule", [{"action": "URL", "enabled": 1}, {"action": "POLL", "enabled": 0}, {"action": "POLL", "enabled": "0"}]
)
def test_the_test_warns_of_missing_rules_and_says_how_to_add_one(
    rule: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    works, text = checked(
        monkeypatch, CONNECTIONS, envelope(page(rule)), envelope(page({"action": "POLL", "enabled": 1}))
    )
    assert works
    assert "Warning: no POLL rule for delivery receipts: in ClickSend's dashboard add an automation rule" in text
    assert "A POLL rule for replies exists." in text
    assert "session_token" not in text


def test_the_test_says_which_of_several_connections_maton_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [
        {"connection_id": "new", "status": "ACTIVE", "creation_time": "2026-02-10T10:04:12Z"},
        {"connection_id": "old", "status": "ACTIVE", "creation_time": "2025-02-10T10:04:12Z"},
    ]
    _, text = checked(monkeypatch, said({"connections": both}), envelope(page()))
    assert "Maton connection old: ACTIVE, the oldest of 2; set `maton_connection_id` to choose." in text


def test_a_control_plane_that_cannot_be_read_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    works, text = checked(monkeypatch, said("<html>", 404), envelope(page()))
    assert works
    assert "Warning: Maton's connections could not be read" in text
    assert "is `control_url` right?" in text


def test_the_test_says_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("airflow_provider_clicksend.api.client.time.sleep", lambda seconds: None)
    works, text = connection(monkeypatch, host=refused_url()).test_connection()
    assert not works
    assert "refused the connection: nothing is listening there. Is `host` right" in text


def test_the_form_of_older_airflows_shows_every_field() -> None:
    pytest.importorskip("flask_appbuilder", reason="only Airflow 2 brings the widgets")
    pytest.importorskip("wtforms")
    assert set(ClickSendHook.get_connection_form_widgets()) == {field.name for field in EXTRA_FIELDS}


def test_importing_the_hook_imports_no_widgets() -> None:
    assert "airflow_provider_clicksend.hooks.clicksend" in sys.modules
    assert ClickSendHook.get_ui_field_behaviour()["relabeling"]["password"] == "Maton API key"


def test_the_test_of_a_connection_that_is_not_there_says_so() -> None:
    works, text = ClickSendHook("no_such_connection").test_connection()
    assert not works
    assert "no_such_connection" in text


@pytest.mark.parametrize("error", [RuntimeError, KeyError, OSError, TypeError])
def test_the_test_raises_nothing_and_quotes_nobody(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: ClickSendHook, conn_id: str) -> None:
        raise error("key-0123456789")

    monkeypatch.setattr(ClickSendHook, "get_connection", broken)
    works, text = ClickSendHook("texts").test_connection()
    assert (works, error.__name__ in text, "key-0123" in text) == (False, True, False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"extra": {"sender": "My Shop!"}}, "sender must be a number"),
        ({"login": "me"}, "login is for a direct ClickSend account only"),
        ({"schema": "maton"}, "schema is 'maton'"),
        ({"login": "me", "extra": {"account": "direct", "maton_connection_id": "c"}}, "maton_connection_id is Maton's"),
    ],
)
def test_the_test_names_the_field_that_cannot_work(
    fields: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    works, text = connection(monkeypatch, **fields).test_connection()
    assert not works
    assert text.startswith("Connection 'texts': ")
    assert said in text


def test_the_test_names_the_ca_bundle_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    works, text = connection(monkeypatch, host="https://127.0.0.1:1").test_connection()
    assert not works
    assert "REQUESTS_CA_BUNDLE names /nowhere/ca.pem, which is not there" in text


def test_what_the_test_found_is_logged_because_not_every_page_shows_it(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    ClickSendHook().test_connection()
    assert "balance 100000" in caplog.text + "".join(capfd.readouterr())


def test_a_path_of_a_uri_is_used(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    address = sandbox.url.removeprefix("http://")
    monkeypatch.setenv(
        "AIRFLOW_CONN_TEXTS", f"clicksend://:{sandbox.api_key}@http%3A%2F%2F{address.replace(':', '%3A')}/clicksend"
    )
    works, text = ClickSendHook("texts").test_connection()
    assert works, text


def test_https_to_the_port_of_the_sandbox_asks_whether_it_is_http(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = sandbox.url.removeprefix("http://")
    monkeypatch.setenv("AIRFLOW_CONN_TEXTS", f"clicksend://:{sandbox.api_key}@{address}")
    works, text = ClickSendHook("texts").test_connection()
    assert not works
    assert f"{address} does not speak TLS. Is it http?" in text
    assert sandbox.request_counts() == {}
