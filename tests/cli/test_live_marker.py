"""`make test-live` is not empty words: on the sandbox it passes, and in another world it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_provider_clicksend.sandbox.testing import Sandbox

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ME = "+15551234567"


def live_tests(**settings: str) -> str:
    """Run them in a process of their own, as `make test-live` does, and return what they say."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "live", "tests/live"]
    env = os.environ | settings
    return subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, timeout=110, check=False
    ).stdout


def test_where_all_is_as_believed_nothing_fails(sandbox: Sandbox) -> None:
    sandbox.will_answer(ME, "here", after=0.5)
    said = live_tests(CLICKSEND_LIVE_CONNECTION=sandbox.connection, CLICKSEND_LIVE_TO=ME)
    assert "failed" not in said
    assert "18 passed" in said
    assert len(sandbox.messages()) == 1


def test_a_world_that_is_otherwise_fails_by_name(sandbox: Sandbox) -> None:
    sandbox.world(date_header="missing")
    said = live_tests(CLICKSEND_LIVE_CONNECTION=sandbox.connection)
    assert "FAILED tests/live/test_live.py::test_it_is_as_believed[date_header]" in said
    assert "1 failed" in said
    assert sandbox.messages() == []


def test_without_an_account_they_say_why_they_are_skipped() -> None:
    assert "CLICKSEND_LIVE_CONNECTION names no account" in live_tests(CLICKSEND_LIVE_CONNECTION="")
