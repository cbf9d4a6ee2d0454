"""A sandbox whose history lags by a twentieth of a second, and everything that waits made short."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from airflow_provider_clicksend.api import retry
from airflow_provider_clicksend.engine import history as lookup
from airflow_provider_clicksend.engine import requests as sending
from airflow_provider_clicksend.sandbox.testing import Sandbox, serve

LAG = 0.05
#: Messages of a request, so that a small batch takes several.
CHUNK = 3


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with serve(history_lag=LAG) as served:
        yield served


@pytest.fixture
def sandbox(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    server.reset()
    server.settings(history_lag=LAG)
    connection = {"conn_type": "clicksend", "host": server.url, "password": server.api_key, "extra": {"timeout": 0.5}}
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps(connection))
    monkeypatch.setattr(sending, "CHUNK", CHUNK)
    monkeypatch.setattr(lookup, "_FIRST_WAIT", 0.05)
    monkeypatch.setattr(retry, "backoff", lambda tries: 0.01)
    return server
