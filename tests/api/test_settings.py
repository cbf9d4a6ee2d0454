"""A client with settings that cannot work is not made."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.errors import ClickSendConfigError


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"api_key": ""}, "api_key"),
        ({"api_key": "***"}, "api_key"),
        ({"api_key": "a b"}, "api_key"),
        ({"api_key": "a\nX: y"}, "api_key"),
        ({"api_key": "clé"}, "api_key"),
        ({"maton_connection_id": "a\r\nX: y"}, "maton_connection_id"),
        ({"base_url": "http://10.0.0.1"}, "base_url"),
        ({"base_url": "http://localhost.example.com"}, "base_url"),
        ({"base_url": "http://127.0.0.1@example.com"}, "base_url"),
        ({"base_url": "gateway.maton.ai"}, "base_url"),
        ({"base_url": "ftp://127.0.0.1"}, "base_url"),
        ({"base_url": "https://"}, "base_url"),
        ({"base_url": "https://user:pw@gateway.maton.ai"}, "base_url"),
        ({"base_url": "https://gateway.maton.ai?x=1"}, "base_url"),
        ({"base_url": "https://gateway.maton.ai:no"}, "base_url"),
        ({"base_url": "https://[::1"}, "base_url"),
        ({"control_url": "http://ctrl.maton.ai"}, "control_url"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
    ],
)
def test_a_setting_that_cannot_work_is_named(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ClickSendConfigError, match=field) as raised:
        ClickSendClient(**{"api_key": "k", **settings})
    assert raised.value.field == field
    assert "clé" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8026/", "http://localhost", "http://[::1]:80", "https://x.test/maton/"]
)
def test_https_and_this_machine_are_fine(url: str) -> None:
    assert ClickSendClient("k", base_url=url)
