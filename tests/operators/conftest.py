"""One sandbox for all tests of a file, new for each, and look-ups that do not wait for a whole second."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.engine import history as lookup
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox, serve
from tests.support.people import People
from tests.support.scripted_server import ScriptedServer


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with serve() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    served.reset()
    served.settings(history_lag=0.1, deliver_after=0.1)
    connection = {"conn_type": "clicksend", "host": served.url, "password": served.api_key}
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps(connection))
    monkeypatch.setattr(lookup, "_FIRST_WAIT", 0.05)
    return served


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ClickSendClient]:
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def on_a_server(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScriptedServer], None]:
    """Let `clicksend_default` lead to a server."""

    def lead(server: ScriptedServer) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", f'{{"conn_type": "clicksend", "host": "{server.url}"}}')
        monkeypatch.setenv("MATON_API_KEY", "server-key-01")

    return lead


@pytest.fixture
def spoken(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """What the operator logs, on every Airflow."""
    monkeypatch.setattr(ClickSendSmsOperator, "log", logging.getLogger("operator"), raising=False)
    caplog.set_level(logging.INFO, "operator")
    return caplog


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    """A database behind the connection `people`."""
    file = tmp_path / "people.db"
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLE", json.dumps({"conn_type": "sqlite", "host": str(file)}))
    return People(file)
