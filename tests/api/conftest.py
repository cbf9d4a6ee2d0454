"""A client whose waits are written down instead of waited for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from tests.support.scripted_server import ScriptedServer

KEY = "maton-key-0123456789"


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the client waited between its tries."""
    seconds: list[float] = []
    monkeypatch.setattr("airflow_provider_clicksend.api.client.time.sleep", seconds.append)
    return seconds


@pytest.fixture
def client_of(waited: list[float]) -> Callable[[ScriptedServer], ClickSendClient]:
    """Make a client for a server."""
    return lambda server: ClickSendClient(KEY, base_url=server.url, timeout=0.5)
