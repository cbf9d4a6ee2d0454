"""The connections page in a real browser: the form, and the button that tests what was just saved or edited."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from dev.supervisor import Supervisor
from tests.airflow_tests.conftest import DAGS, ROOT

pytest.importorskip("websockets", reason="the browser is spoken to over it")

from tests.support.browser import Browser, chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: install the package `chromium`"),
]

DIALOG = "[role=dialog][data-state=open]"


@pytest.fixture(scope="module")
def supervisor() -> Iterator[Supervisor]:
    with Supervisor() as supervisor:
        yield supervisor


@pytest.fixture(scope="module")
def sandbox(supervisor: Supervisor) -> SandboxProcess:
    sandbox = SandboxProcess(supervisor)
    sandbox.start()
    return sandbox


@pytest.fixture(scope="module")
def airflow(supervisor: Supervisor) -> AirflowStandalone:
    python = ROOT / ".venvs" / "airflow-3.3" / "bin" / "python"
    assert python.exists(), "first: make .venvs/airflow-3.3/.ready"
    airflow = AirflowStandalone(supervisor, DAGS, python=str(python))
    airflow.start(components=("api-server",))
    return airflow


@pytest.fixture(scope="module")
def page(
    supervisor: Supervisor, airflow: AirflowStandalone, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    with Browser(supervisor, str(chromium())) as browser:
        yield browser


def choose_type(page: Browser, conn_id: str) -> None:
    """Open the form of a new connection of our type."""
    page.click("button", "Add Connection")
    page.fill(f"{DIALOG} input[name=connection_id]", conn_id)
    page.fill(f"{DIALOG} input[role=combobox]", "ClickSend")
    page.wait_for("!!document.querySelector('[role=option]')", "the types of connection")
    page.press("Enter")
    page.wait_for(f"!!document.querySelector('{DIALOG} input[name=password]')", "the fields")


def add(page: Browser, url: str, conn_id: str, host: str, key: str) -> None:
    """Fill the form and save it, as a person does."""
    page.open(f"{url}/connections")
    choose_type(page, conn_id)
    page.fill(f"{DIALOG} input[name=host]", host)
    page.fill(f"{DIALOG} input[name=password]", key)
    page.click(f"{DIALOG} button", "Save")
    page.wait_for(f"!document.querySelector('{DIALOG}')", "the form to close")
    page.wait_for_text(conn_id)


def press_test(page: Browser, conn_id: str, colour: str) -> None:
    """Press the button of a row, and wait until its icon has a colour."""
    row = f"[...document.querySelectorAll('tr')].find(e => e.innerText.includes('{conn_id}'))"
    page.read(f"{row}.querySelector(\"button[aria-label='Test Connection']\").click()")
    page.wait_for(f"!!{row}.querySelector(\"button[aria-label='Test Connection'] svg[color={colour}]\")", colour)


def test_a_connection_that_was_just_saved_and_then_edited_can_be_tested(
    page: Browser, airflow: AirflowStandalone, sandbox: SandboxProcess
) -> None:
    fields = json.loads(sandbox.connection)
    add(page, airflow.url, "texts", fields["host"], fields["password"])
    press_test(page, "texts", "green")
    # The page shows no more than the icon; the findings are in the log.
    assert "A POLL rule for replies exists." in airflow.supervisor.tail("api-server")

    page.click("button[aria-label='Edit Connection']")
    page.fill(f"{DIALOG} textarea[name=description]", "Edited")
    page.click(f"{DIALOG} button", "Save")
    page.wait_for(f"!document.querySelector('{DIALOG}')", "the form to close")
    page.wait_for_text("Edited")
    press_test(page, "texts", "green")


def test_a_test_that_fails_says_why_on_the_page(
    page: Browser, airflow: AirflowStandalone, sandbox: SandboxProcess
) -> None:
    add(page, airflow.url, "wrong", json.loads(sandbox.connection)["host"], "wrong-key")
    press_test(page, "wrong", "red")
    page.wait_for_text("Maton refused the API key")


def test_the_key_and_the_maton_connection_are_seen_without_a_click(page: Browser, airflow: AirflowStandalone) -> None:
    page.open(f"{airflow.url}/connections")
    choose_type(page, "form")
    shown = page.text()
    assert "Maton API key" in shown
    assert "Maton connection id, or direct account" in shown
