"""The connections page in a real browser: the form, and the button that tests what was just saved or edited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_provider_clicksend.sandbox.testing import Sandbox
from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from dev.supervisor import Supervisor
from tests.airflow_tests.conftest import DAGS, ROOT
from tests.support.browser import open_browser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with open_browser() as browser:
        yield browser.new_page()


@pytest.fixture(scope="module")
def supervisor(page: Any) -> Iterator[Supervisor]:
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


def open_form(page: Any, url: str, conn_id: str) -> None:
    """Open the form of a new connection of our type."""
    page.goto(f"{url}/connections")
    page.get_by_role("button", name="Add Connection").click()
    page.locator("input[name=connection_id]").fill(conn_id)
    page.get_by_role("combobox").fill("ClickSend")
    page.get_by_role("option").first.click()
    page.locator("input[name=password]").wait_for()


def add(page: Any, url: str, conn_id: str, host: str, key: str) -> None:
    """Fill the form and save it, as a person does."""
    open_form(page, url, conn_id)
    page.locator("input[name=host]").fill(host)
    page.locator("input[name=password]").fill(key)
    save(page)


def save(page: Any) -> None:
    page.get_by_role("button", name="Save").click()
    page.locator("input[name=connection_id]").wait_for(state="detached")


def press_test(page: Any, conn_id: str, colour: str) -> None:
    """Press the button of a row, and wait until its icon has a colour."""
    button = page.get_by_role("row").filter(has_text=conn_id).get_by_label("Test Connection")
    button.click()
    button.locator(f"svg[color={colour}]").wait_for()


def test_a_connection_that_was_just_saved_and_then_edited_can_be_tested(
    page: Any, airflow: AirflowStandalone, sandbox: SandboxProcess
) -> None:
    fields = json.loads(sandbox.connection)
    add(page, airflow.url, "texts", fields["host"], fields["password"])
    press_test(page, "texts", "green")
    # The page shows no more than the icon; the findings are in the log.
    assert "A POLL rule for replies exists." in airflow.supervisor.tail("api-server")

    page.get_by_label("Edit Connection").click()
    page.locator("textarea[name=description]").fill("Edited")
    save(page)
    page.get_by_text("Edited", exact=True).wait_for()
    press_test(page, "texts", "green")


def test_a_direct_account_is_chosen_in_the_form(page: Any, airflow: AirflowStandalone, sandbox: SandboxProcess) -> None:
    open_form(page, airflow.url, "direct")
    page.locator("input[name=host]").fill(json.loads(sandbox.connection)["host"])
    page.locator("input[name=login]").fill(Sandbox.username)
    page.locator("input[name=password]").fill(Sandbox.clicksend_key)
    page.get_by_role("button", name="Maton connection id, or direct account").click()
    page.get_by_role("combobox").nth(1).click()
    assert [option.inner_text() for option in page.get_by_role("option").all()] == ["maton", "direct"]
    page.get_by_role("option", name="direct").click()
    save(page)
    press_test(page, "direct", "green")


def test_a_test_that_fails_says_why_on_the_page(page: Any, airflow: AirflowStandalone, sandbox: SandboxProcess) -> None:
    add(page, airflow.url, "wrong", json.loads(sandbox.connection)["host"], "wrong-key")
    press_test(page, "wrong", "red")
    page.get_by_text("Maton refused the API key").wait_for()


def test_the_key_and_the_maton_connection_are_seen_without_a_click(page: Any, airflow: AirflowStandalone) -> None:
    open_form(page, airflow.url, "form")
    assert page.get_by_text("Maton API key", exact=True).is_visible()
    assert page.get_by_role("button", name="Maton connection id, or direct account").is_visible()
