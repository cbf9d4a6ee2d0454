"""A pytest plugin: the fixture ``clicksend_sandbox``, for tests of your own DAGs.

pytest imports this at every start, in every project of the environment: so it imports nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from airflow_provider_clicksend.sandbox.testing import Sandbox

_MARK = "clicksend_sandbox"
#: Quick enough for tests, and slow enough that nothing is there before it was sent.
_SETTINGS = {"history_lag": 0.1, "deliver_after": 0.1}


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        f"{_MARK}(*conn_ids, **settings): which Airflow connections lead to the sandbox of the fixture of this name "
        "(default: clicksend_default), and the settings that it starts with",
    )


@pytest.fixture
def clicksend_sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Run a local ClickSend of this test's own, to which the Airflow connection ``clicksend_default`` leads.

    What the test sends ends there: read it with ``clicksend_sandbox.messages()``. The mark
    ``@pytest.mark.clicksend_sandbox("oncall_sms", history_lag=0.5)`` names other connections and settings.
    """
    try:
        from airflow_provider_clicksend.sandbox.testing import serve
    except ImportError as error:
        pytest.fail(f"The sandbox needs {error.name}: pip install 'airflow-provider-clicksend[sandbox]'", pytrace=False)
    conn_ids, settings = _wanted(request.node)
    with serve(**settings) as sandbox:
        for conn_id in conn_ids:
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", sandbox.connection)
        # Whatever asks for the key of the environment, or for no connection, must not get out with a real key.
        monkeypatch.setenv("MATON_API_KEY", sandbox.api_key)
        yield sandbox


def _wanted(node: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the connections and the settings of a test: those of its nearest marks win."""
    conn_ids: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    for mark in node.iter_markers(_MARK):
        conn_ids = conn_ids or mark.args
        settings = {**mark.kwargs, **settings}
    return conn_ids or ("clicksend_default",), {**_SETTINGS, **settings}
