"""A real browser: the Chromium of the machine, without a window."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the path of a Chromium, None when the machine has none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextlib.contextmanager
def open_browser() -> Iterator[Any]:
    """Run a browser for the length of the block; skip the test, with the reason, where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (requirements/airflow-3.3.in)")
    path = chromium()
    if path is None:
        pytest.skip(f"no browser on this machine: none of {', '.join(NAMES)} is on PATH")
    with api.sync_playwright() as playwright:
        # Without its own sandbox, which containers mostly do not allow: it only sees pages of this machine.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
