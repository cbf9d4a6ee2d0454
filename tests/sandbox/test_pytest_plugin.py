"""The pytest plugin, as a data team has it: in a project of their own, found by its entry point."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DAG_TESTS = """
import os, time, pytest
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook

def text(conn_id="clicksend_default", body="Hello", to="+15551234567"):
    return ClickSendHook(conn_id).get_conn().sms.send([{"to": to, "body": body}])

def test_what_was_texted_is_read_back(clicksend_sandbox):
    text(body="Load it?")
    assert [m["body"] for m in clicksend_sandbox.messages()] == ["Load it?"]

@pytest.mark.parametrize("n", [1, 2])
def test_what_one_test_does_is_in_no_other(clicksend_sandbox, n):
    assert clicksend_sandbox.messages() == []
    assert clicksend_sandbox.world()["history_echo"] == "exact"
    text()
    clicksend_sandbox.world(history_echo="null")
    clicksend_sandbox.fault("502", times=None)

def test_nothing_is_left_after_a_test():
    assert "AIRFLOW_CONN_CLICKSEND_DEFAULT" not in os.environ and "MATON_API_KEY" not in os.environ

@pytest.mark.clicksend_sandbox("crm", deliver_after=3, history_lag=0)
class TestMarks:
    @pytest.mark.clicksend_sandbox("oncall", "backup", deliver_after=2)
    def test_the_nearest_mark_wins(self, clicksend_sandbox):
        text("oncall")
        text("backup")
        assert clicksend_sandbox.count()["accepted"] == 2
        settings = clicksend_sandbox.settings()
        assert (settings["deliver_after"], settings["history_lag"]) == (2, 0)
        assert "AIRFLOW_CONN_CRM" not in os.environ

def test_a_phone_answers_by_itself_one_answer_a_text(clicksend_sandbox):
    clicksend_sandbox.will_answer("+15551234567", "YES", after=0)
    clicksend_sandbox.will_answer("+15551234567", "NO", after=0.2)
    sms = ClickSendHook().get_conn().sms
    answers = lambda: [reply.body for reply in sms.inbound().rows]
    text(to="+15551230000")
    text()
    assert answers() == ["YES"]
    text()
    assert answers() == ["YES"]
    time.sleep(0.4)
    assert sorted(answers()) == ["NO", "YES"]
"""
WITHOUT_THE_EXTRA = """
import sys
sys.modules["uvicorn"] = None
def test_it(clicksend_sandbox): pass
"""
AT_THE_START = """
import sys
def test_it():
    heavy = ("airflow", "fastapi", "sqlalchemy", "requests", "uvicorn")
    assert sorted(name for name in sys.modules if name.startswith(heavy)) == [
        "airflow_provider_clicksend",
        "airflow_provider_clicksend.sandbox",
        "airflow_provider_clicksend.sandbox.pytest_plugin",
    ]
"""


def run(folder: Path, test: str, *options: str, **environment: str) -> str:
    """Run pytest in a folder with one file of tests, and return what it prints."""
    (folder / "test_dags.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -rA -p no:cacheprovider\n")
    command = [sys.executable, "-m", "pytest", "-q", *options]
    env = {**os.environ, **environment}
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False, env=env)
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run(tmp_path_factory.mktemp("project"), DAG_TESTS)


@pytest.mark.parametrize("name", re.findall(r"def (test_\w+)", DAG_TESTS))
def test_in_a_project(printed: str, name: str) -> None:
    assert re.search(rf"^PASSED \S*{name}\b", printed, re.MULTILINE), printed
    assert not re.search(rf"^(FAILED|ERROR) \S*{name}\b", printed, re.MULTILINE), printed


def test_a_start_of_pytest_imports_nothing_of_the_sandbox(tmp_path: Path) -> None:
    # Other plugins of this environment may import what they like.
    plugin = ("-p", "airflow_provider_clicksend.sandbox.pytest_plugin")
    assert "1 passed" in run(tmp_path, AT_THE_START, *plugin, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


def test_the_fixture_and_its_mark_are_listed_with_what_they_do(tmp_path: Path) -> None:
    assert "Run a local ClickSend of this test's own" in run(tmp_path, "", "--fixtures")
    assert "which Airflow connections lead to the sandbox" in run(tmp_path, "", "--markers")


def test_without_the_extra_the_fixture_says_what_to_install(tmp_path: Path) -> None:
    assert "pip install 'airflow-provider-clicksend[sandbox]'" in run(tmp_path, WITHOUT_THE_EXTRA)
