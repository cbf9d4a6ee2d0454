"""What notifiers need besides a sandbox: an Airflow that knows its address, and Variables."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.messaging import alert_brake
from airflow_provider_clicksend.notifications import _alert
from airflow_provider_clicksend.notifications._told import told_here


class Variables(dict[str, str]):
    """Airflow's Variables, in this process; `get` is that of a dictionary."""

    def set(self, key: str, value: str, description: str | None = None) -> None:
        assert isinstance(value, str)
        self[key] = value

    def delete(self, key: str) -> None:
        self.pop(key, None)


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> Variables:
    """The Variables; the wait between writing and trusting is as short as they are quick."""
    variables = Variables()
    monkeypatch.setattr("airflow.providers.common.compat.sdk.Variable", variables)
    monkeypatch.setattr(alert_brake, "STANDS", 0.05)
    monkeypatch.setattr(alert_brake, "_APART", 0.01)
    monkeypatch.setattr(_alert, "ALL_HAVE_BEGUN", 0.2)
    told_here.clear()
    return variables


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    for section in ("API", "WEBSERVER"):
        monkeypatch.setenv(f"AIRFLOW__{section}__BASE_URL", "https://airflow.example.com")
