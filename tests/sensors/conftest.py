"""The gateway of these tests, and the connection that leads to it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.sensors.gateway import KEY, Gateway, running


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    with running() as served:
        connection = {"conn_type": "clicksend", "host": served.url, "password": KEY}
        monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps(connection))
        yield served
