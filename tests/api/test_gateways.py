"""What stands in front of ClickSend: who is told what, and where requests go."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from airflow_provider_clicksend.api import ClickSendClient, errors, gateways
from tests.support.scripted_server import envelope, said, scripted

ACCOUNT = envelope({"user_id": 7, "balance": "2.00"})
SECRET = "clicksend-key-0123"
TOKEN = b64encode(f"me:{SECRET}".encode()).decode()


def test_maton_gets_its_key_as_a_bearer_below_its_prefix() -> None:
    with scripted(ACCOUNT) as server:
        ClickSendClient("key", base_url=server.url, maton_connection_id="c-1").account.get()
    (request,) = server.arrived
    assert request.target == "/clicksend/v3/account"
    assert (request.headers["authorization"], request.headers["maton-connection"]) == ("Bearer key", "c-1")


def test_clicksend_itself_gets_its_own_credentials_at_its_own_paths() -> None:
    with scripted(ACCOUNT) as server:
        ClickSendClient(SECRET, username="me", base_url=server.url).account.get()
    (request,) = server.arrived
    assert request.target == "/v3/account"
    assert request.headers["authorization"] == f"Basic {TOKEN}"
    assert "maton-connection" not in request.headers


@pytest.mark.parametrize(
    ("base_url", "api_url", "control_url"),
    [
        (None, "https://gateway.maton.ai/clicksend/v3", "https://ctrl.maton.ai"),
        # Maton's newer documents: one host for both.
        ("https://api.maton.ai", "https://api.maton.ai/clicksend/v3", "https://api.maton.ai"),
        ("https://api.maton.ai/clicksend/v3", "https://api.maton.ai/clicksend/v3", "https://api.maton.ai"),
        ("https://proxy.test/maton/", "https://proxy.test/maton/clicksend/v3", "https://proxy.test/maton"),
    ],
)
def test_the_addresses_of_maton(base_url: str | None, api_url: str, control_url: str) -> None:
    way = gateways.maton("key", base_url=base_url)
    assert (way.api_url, way.control_url) == (api_url, control_url)


@pytest.mark.parametrize("base_url", [None, "https://rest.clicksend.com", "https://rest.clicksend.com/v3/"])
def test_the_address_of_clicksend(base_url: str | None) -> None:
    way = gateways.direct("me", "key", base_url=base_url)
    assert (way.api_url, way.control_url) == ("https://rest.clicksend.com/v3", None)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.connections.list(),
        lambda client: client.connections.get("c-1"),
        lambda client: client.connections.create(),
        lambda client: client.connections.delete("c-1"),
    ],
)
def test_what_only_maton_has_says_so_on_a_direct_account(call: Any) -> None:
    with pytest.raises(errors.ClickSendConfigError, match=r"Connections are Maton's.*`account` is maton") as raised:
        call(ClickSendClient(SECRET, username="me"))
    assert raised.value.field == "account"


@pytest.mark.parametrize("name", ["maton_connection_id", "control_url"])
def test_a_setting_of_maton_says_so_on_a_direct_account(name: str) -> None:
    settings: dict[str, Any] = {name: "https://x.test"}
    with pytest.raises(errors.ClickSendConfigError, match=f"{name} is Maton's"):
        ClickSendClient(SECRET, username="me", **settings)


@pytest.mark.parametrize("secret", [SECRET, TOKEN])
def test_no_error_shows_the_credentials_that_a_server_echoes(secret: str) -> None:
    with (
        scripted(said({"message": f"no {secret} here"}, 400)) as server,
        pytest.raises(errors.ClickSendError) as raised,
    ):
        ClickSendClient(SECRET, username="me", base_url=server.url).account.get()
    assert "no *** here" in str(raised.value)
    assert secret not in str(raised.value)


def test_neither_key_nor_token_stands_in_the_value() -> None:
    shown = f"{gateways.maton(SECRET)!r} {gateways.direct('me', SECRET)!r}"
    assert SECRET not in shown
    assert TOKEN not in shown


def test_a_500_is_a_blip_of_clicksend_and_none_of_maton(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("airflow_provider_clicksend.api.client.time.sleep", lambda seconds: None)
    broken = envelope(None, 500, 500, "INTERNAL_SERVER_ERROR")
    with scripted(broken, ACCOUNT) as server:
        assert ClickSendClient(SECRET, username="me", base_url=server.url).account.get().user_id == 7
    with scripted(broken, ACCOUNT) as server, pytest.raises(errors.ClickSendServerError):
        ClickSendClient("key", base_url=server.url).account.get()
