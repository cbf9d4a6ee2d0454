"""What an Airflow of our own gets from the machine it starts on."""

from __future__ import annotations

import socket

import pytest

from dev.airflow_standalone import clean_environment, free_port


def test_a_preferred_port_is_taken_when_it_is_free_and_passed_over_when_it_is_busy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert free_port(port) not in {0, port}
    assert free_port(port) == port


def test_the_settings_and_keys_of_a_developer_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AIRFLOW_HOME", "AIRFLOW__CORE__EXECUTOR", "AIRFLOW_CONN_CLICKSEND_DEFAULT", "MATON_API_KEY"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    environment = clean_environment()
    assert "mine" not in environment.values()
    assert environment["NO_PROXY"] == "127.0.0.1"
