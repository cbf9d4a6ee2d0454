"""The page about the sandbox names everything that can be switched, and its commands work."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest

from airflow_provider_clicksend.sandbox.clicksend.outcomes import OUTCOMES
from airflow_provider_clicksend.sandbox.control.switches import router as control_router
from airflow_provider_clicksend.sandbox.data.store import Settings
from airflow_provider_clicksend.sandbox.maton.faults import FaultName

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()
COMMANDS = re.findall(r"```bash\n(curl .*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("name", [*get_args(FaultName), *OUTCOMES, *Settings.model_fields])
def test_every_fault_outcome_and_setting_is_on_the_page(name: str) -> None:
    assert re.search(rf'`"?{re.escape(name)}"?`', PAGE)


def test_every_path_of_the_control_api_is_on_the_page() -> None:
    paths = {route.path for route in control_router.routes if hasattr(route, "path")}
    assert paths
    for path in paths:
        assert path.replace("{connection_id}", "{id}") in PAGE


@pytest.mark.parametrize("command", COMMANDS, ids=[command.split()[1].rsplit("/", 1)[1] for command in COMMANDS])
def test_a_command_of_the_page_works(sandbox: Any, command: str) -> None:
    text = command.replace("http://127.0.0.1:8026", sandbox.url).replace("curl", "curl -sS --fail-with-body", 1)
    ended = subprocess.run(["bash", "-c", text], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
