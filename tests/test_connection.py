"""From the fields of a connection, as forms, environments and exports leave them, to the settings of a client."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.connection import EXTRA_FIELDS, KEY_VARIABLE
from airflow_provider_clicksend.engine.client_settings import client_settings


def settings(**fields: Any) -> dict[str, Any]:
    given = {"conn_id": "texts", "password": "key-1", "host": None, "port": None, "extra": {}, **fields}
    return client_settings(**given)


@pytest.fixture(autouse=True)
def no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        # The form of Airflow 3 saves every extra, null when empty, and port 0 for none.
        ({"port": 0, "extra": {field.name: None for field in EXTRA_FIELDS}}, {}),
        ({"extra": {field.name: "" for field in EXTRA_FIELDS}}, {}),
        ({"host": ""}, {}),
        ({"host": "https://api.maton.ai/"}, {"base_url": "https://api.maton.ai"}),
        ({"host": "api.maton.ai"}, {"base_url": "https://api.maton.ai"}),
        ({"host": "api.maton.ai", "port": 8443}, {"base_url": "https://api.maton.ai:8443"}),
        ({"host": "https://x.test/maton", "port": 8443}, {"base_url": "https://x.test:8443/maton"}),
        ({"host": "https://x.test:1", "port": 8443}, {"base_url": "https://x.test:1"}),
        # As in Maton's examples.
        ({"host": "https://gateway.maton.ai/clicksend/v3/"}, {"base_url": "https://gateway.maton.ai"}),
        ({"host": "gateway.maton.ai/clicksend"}, {"base_url": "https://gateway.maton.ai"}),
        ({"extra": {"control_url": "https://ctrl.maton.ai/connections"}}, {"control_url": "https://ctrl.maton.ai"}),
        # A URI keeps its path in the schema: clicksend://:key@x.test:8443/maton.
        ({"host": "x.test", "port": 8443, "schema": "maton"}, {"base_url": "https://x.test:8443/maton"}),
        ({"host": "http://127.0.0.1:1", "schema": "/maton/"}, {"base_url": "http://127.0.0.1:1/maton"}),
        ({"host": "x.test", "schema": "clicksend/v3"}, {"base_url": "https://x.test"}),
        ({"host": "localhost", "schema": "http", "port": 8026}, {"base_url": "http://localhost:8026"}),
        # Airflow's page tests a saved connection when it has a port, whichever.
        ({"port": 443}, {}),
        ({"host": "http://127.0.0.1:1", "port": 443}, {"base_url": "http://127.0.0.1:1"}),
        ({"password": " key-1\n"}, {}),
        ({"extra": {"sender": 15550001111}}, {"sender": "15550001111"}),
        ({"extra": {"account": "Maton"}}, {}),
        ({"host": "http://127.0.0.1:8026"}, {"base_url": "http://127.0.0.1:8026"}),
        ({"host": "http://localhost", "port": 8026}, {"base_url": "http://localhost:8026"}),
        ({"host": "http://[::1]:8026"}, {"base_url": "http://[::1]:8026"}),
        ({"extra": {"control_url": "https://ctrl.test/"}}, {"control_url": "https://ctrl.test"}),
        ({"extra": {"timeout": 5}}, {"timeout": 5.0}),
        ({"extra": {"timeout": "2.5"}}, {"timeout": 2.5}),
        (
            {"extra": {"sender": "ACME", "source": "etl", "maton_connection_id": "c-1"}},
            {"sender": "ACME", "source": "etl", "maton_connection_id": "c-1"},
        ),
    ],
)
def test_fields_become_settings(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    assert settings(**fields) == {"api_key": "key-1", **expected}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"password": ""}, "password", "no Maton API key: put it into the password, or set MATON_API_KEY"),
        ({"password": None}, "password", "no Maton API key"),
        ({"password": "***"}, "password", "masked key '\\*\\*\\*'.*Enter the Maton API key again"),
        ({"password": "key 1"}, "password", "holds a space"),
        ({"password": "key-1\nX: y"}, "password", "holds a space or a character"),
        ({"password": "'key-1'"}, "password", "is in quotes"),
        ({"password": "Bearer key-1"}, "password", "begins with 'Bearer'"),
        (
            {"extra": {"senderr": "x"}},
            "senderr",
            "unknown extra senderr; known are maton_connection_id, account",
        ),
        ({"extra": {"sender": "My Shop!"}}, "sender", "sender must be a number, or a name of 3 to 11"),
        ({"extra": {"sender": ["ACME"]}}, "sender", "sender is a list; it must be text"),
        ({"extra": {"account": "clicksend"}}, "account", "account is 'clicksend'; it must be maton or direct"),
        ({"login": "me"}, "login", "for a direct ClickSend account only"),
        ({"schema": "maton"}, "schema", "a path without a host"),
        ({"port": 8443}, "port", "port is 8443, without a host"),
        ({"host": "x.test", "port": 99999}, "port", "port is 99999"),
        ({"host": "https://x.test/a", "schema": "b"}, "schema", "host has a path of its own"),
        ({"host": "http://127.0.0.1:1", "schema": "https"}, "schema", "host begins with another one"),
        ({"host": "https://gateway.maton.ai/clicksend/v3/sms/send"}, "host", "path of a call: leave only what comes"),
        ({"host": "rest.clicksend.com"}, "host", "that is ClickSend itself.*set `account` to direct"),
        ({"host": "https://ctrl.maton.ai"}, "host", "control plane"),
        ({"extra": {"api_key": "x"}}, "api_key", "unknown extra api_key"),
        ({"host": "http://10.0.0.7"}, "host", "plain http to another machine"),
        ({"host": "http://gateway.maton.ai"}, "host", "plain http to another machine"),
        ({"extra": {"control_url": "http://ctrl.maton.ai"}}, "control_url", "plain http to another machine"),
        ({"host": "ftp://x.test"}, "host", "not an http\\(s\\) URL"),
        ({"host": "https://"}, "host", "not an http\\(s\\) URL"),
        ({"host": "https://x.test:no"}, "host", "port cannot be read"),
        ({"host": "https://me:pw@x.test"}, "host", "nothing else"),
        ({"extra": {"timeout": "soon"}}, "timeout", "positive number of seconds"),
        ({"extra": {"timeout": 0}}, "timeout", "positive number of seconds"),
        ({"extra": {"timeout": True, "maton_connection_id": "a b"}}, "maton_connection_id", "holds a space"),
    ],
)
def test_a_field_that_cannot_work_is_named_with_its_connection(fields: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ClickSendConfigError, match=f"^Connection 'texts': .*{said}") as raised:
        settings(**fields)
    assert raised.value.field == field
    assert "key-1" not in str(raised.value)
    assert "pw@" not in str(raised.value)


def test_the_key_may_come_from_the_environment_and_the_password_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "key-2")
    assert settings(password=None)["api_key"] == "key-2"
    assert settings(password="key-1")["api_key"] == "key-1"


def test_a_line_break_after_the_key_of_the_environment_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "key-2\n")
    assert settings(password=None)["api_key"] == "key-2"


@pytest.mark.parametrize(("key", "said"), [("key 2", "holds a space"), ('"key-2"', "quotes"), ("***", "masked")])
def test_a_key_of_the_environment_that_cannot_work_is_not_blamed_on_the_password(
    key: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, key)
    with pytest.raises(ClickSendConfigError, match=f"Connection 'texts': MATON_API_KEY.*{said}") as raised:
        settings(password="")
    assert raised.value.field == KEY_VARIABLE


DIRECT = {"login": "me", "extra": {"account": "direct"}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"host": "rest.clicksend.com/v3"}, {"base_url": "https://rest.clicksend.com"}),
        ({"host": "http://127.0.0.1:8026", "port": 443}, {"base_url": "http://127.0.0.1:8026"}),
        ({"login": " me\n", "password": "key-1\n"}, {}),
    ],
)
def test_a_direct_account_has_a_username_and_a_key(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    assert settings(**{**DIRECT, **fields}) == {"username": "me", "api_key": "key-1", **expected}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"login": ""}, "login", "needs the username of ClickSend"),
        ({"login": "me:you"}, "login", "without a colon"),
        ({"password": ""}, "password", "there is no ClickSend API key"),
        ({"password": "***"}, "password", "masked key"),
        ({"host": "https://api.maton.ai"}, "host", "must not get ClickSend's credentials"),
        ({"host": "https://gateway.maton.ai"}, "host", "must not get ClickSend's credentials"),
    ],
)
def test_a_direct_account_that_cannot_work_is_named(fields: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ClickSendConfigError, match=f"^Connection 'texts': .*{said}") as raised:
        settings(**{**DIRECT, **fields})
    assert raised.value.field == field
