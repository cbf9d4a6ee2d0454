"""The tab *Messages* on a real Airflow: what it shows, and to whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from dev.airflow_standalone import AirflowStandalone
from tests.airflow_tests.conftest import Start
from tests.support.browser import open_browser

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

HERE = Path(__file__).parent
SETTINGS = {
    "PYTHONPATH": str(HERE / "tab_manager"),
    "AIRFLOW__CORE__AUTH_MANAGER": "outsiders.OutsidersAuthManager",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,reader:viewer,outsider:viewer,halfway:viewer",
}


def password(airflow: AirflowStandalone, name: str) -> str:
    found = json.loads((airflow.home / "simple_auth_manager_passwords.json.generated").read_text())
    return str(found[name])


def token(airflow: AirflowStandalone, name: str) -> str:
    body = {"username": name, "password": password(airflow, name)}
    answer = requests.post(f"{airflow.url}/auth/token", json=body, timeout=20)
    return str(answer.json()["access_token"])


def get(airflow: AirflowStandalone, query: str, name: str | None) -> requests.Response:
    """Ask for the page as somebody, as a browser does: with the cookie of the session."""
    cookies = {"_token": token(airflow, name)} if name else {}
    return requests.get(f"{airflow.url}/clicksend/messages?{query}", cookies=cookies, timeout=20)


def ran(airflow: AirflowStandalone) -> str:
    airflow.api._session.headers["Authorization"] = f"Bearer {token(airflow, 'admin')}"
    airflow.wait(lambda: airflow.api.dag_exists("messages"), "the DAG", 90)
    run_id = airflow.api.trigger("messages")
    ended = {"success", "failed"}
    airflow.wait(lambda: airflow.api.run_state("messages", run_id) in ended, "the run", 120)
    assert airflow.api.run_state("messages", run_id) == "success"
    return run_id


def test_a_person_who_may_not_read_the_dag_or_its_xcoms_sees_nothing(start: Start) -> None:
    airflow, _ = start("3.3", HERE / "tab_dags", **SETTINGS)
    whoever_may_not_sees_nothing(airflow, f"dag_id=messages&run_id={quote(ran(airflow), safe='')}")


@pytest.mark.parametrize("version", ["3.3", "3.1"])
def test_the_tab_shows_a_run_and_its_tasks(start: Start, version: str, tmp_path: Path) -> None:
    airflow, _ = start(version, HERE / "tab_dags", **SETTINGS)
    run_id = ran(airflow)
    query = f"dag_id=messages&run_id={quote(run_id, safe='')}"
    whoever_may_sees_all(airflow, query)
    a_task_has_its_own(airflow, query, run_id)
    with open_browser() as browser:
        it_opens_in_airflows_own_page(browser, airflow, run_id, tmp_path)


def whoever_may_not_sees_nothing(airflow: AirflowStandalone, query: str) -> None:
    refused = {name: get(airflow, query, name) for name in (None, "outsider", "halfway")}
    assert {name: answer.status_code for name, answer in refused.items()} == {
        None: 401,
        "outsider": 403,
        "halfway": 403,
    }
    assert not any("***" in answer.text for answer in refused.values())
    forged = requests.get(f"{airflow.url}/clicksend/messages?{query}", cookies={"_token": "x.y.z"}, timeout=20)
    assert forged.status_code in {401, 403}
    assert get(airflow, "dag_id=messages", "reader").status_code == 404
    # What is not there looks like what is not readable to who may not read.
    assert get(airflow, "dag_id=no_such_dag&run_id=r", "outsider").status_code == 403


def whoever_may_sees_all(airflow: AirflowStandalone, query: str) -> None:
    answer = get(airflow, query, "reader")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "1 to 100 of 133" in answer.text
    assert "INVALID_RECIPIENT" in answer.text
    assert 'aria-label="1 refused' in answer.text
    assert "+15551230000" not in answer.text
    assert "+1555***0129" in get(airflow, f"{query}&page=2", "reader").text


def a_task_has_its_own(airflow: AirflowStandalone, query: str, run_id: str) -> None:
    one = get(airflow, f"{query}&task_id=mapped&map_index=1", "reader").text
    assert "+1555***0001" in one
    assert "+1555***0000" not in one
    links = airflow.api._call("GET", f"/dags/messages/dagRuns/{run_id}/taskInstances/send/links")
    tab = links["extra_links"]["Messages"]
    assert tab.startswith(f"{airflow.url}/dags/messages/runs/")
    assert tab.endswith("/tasks/send/plugin/clicksend-messages")


def it_opens_in_airflows_own_page(browser: Any, airflow: AirflowStandalone, run_id: str, folder: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "_token", "value": token(airflow, "reader"), "url": airflow.url}])
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    page.goto(f"{airflow.url}/dags/messages/runs/{quote(run_id)}")
    page.get_by_role("link", name="Messages", exact=True).click()
    frame = page.frame_locator("iframe")
    frame.get_by_text("1 to 100 of 133").wait_for(timeout=30_000)
    page.screenshot(path=folder / "run.png")
    frame.get_by_role("link", name="Next").click()
    frame.get_by_text("101 to 133 of 133").wait_for(timeout=10_000)
    page.goto(f"{airflow.url}/dags/messages/runs/{quote(run_id)}/tasks/send/plugin/clicksend-messages")
    frame.get_by_role("heading", name="Messages of send").wait_for(timeout=30_000)
    page.goto(f"{airflow.url}/dags/messages/runs/{quote(run_id)}/tasks/mapped/mapped/1/plugin/clicksend-messages")
    frame.get_by_text("+1555***0001").wait_for(timeout=30_000)
    small = context.new_page()
    small.set_viewport_size({"width": 360, "height": 700})
    small.goto(f"{airflow.url}/clicksend/messages?dag_id=messages&run_id={quote(run_id, safe='')}")
    assert small.evaluate("document.documentElement.scrollWidth") == 360
    small.screenshot(path=folder / "small.png")
    assert problems == []
