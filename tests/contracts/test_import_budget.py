"""Parsing a DAG stays cheap: our modules add little to what Airflow's own base classes import."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.contracts.classes import PACKAGE, listed_modules

BUDGET = 20
MODULES = [
    *listed_modules("operators", "sensors", "triggers", "hooks"),
    f"{PACKAGE}.notifications.clicksend",
    f"{PACKAGE}.exceptions",
]

#: Imports Airflow's base classes, then each module in a process of its own, and prints what each has added.
PROGRAM = """
import importlib, json, os, sys
import airflow.triggers.base
from airflow.providers.common.compat import sdk
for name in ("BaseHook", "BaseNotifier", "BaseOperator", "BaseOperatorLink", "BaseSensorOperator", "PokeReturnValue",
             "conf", "BranchMixIn", "SkipMixin",
             "AirflowException", "AirflowFailException", "AirflowSensorTimeout", "AirflowSkipException", "TaskDeferred",
             "timezone"):
    getattr(sdk, name)
before = set(sys.modules)
for module in sys.argv[1:]:
    if os.fork() == 0:
        importlib.import_module(module)
        print(json.dumps([module, sorted(set(sys.modules) - before)]), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def added() -> dict[str, list[str]]:
    """The modules that importing one of ours adds."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, *MODULES]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_adds_few_others_and_none_that_is_heavy(module: str, added: dict[str, list[str]]) -> None:
    new = added[module]
    heavy = ("requests", "urllib3", "pydantic", f"{PACKAGE}.api.client", f"{PACKAGE}.api.models", f"{PACKAGE}.sandbox")
    assert [name for name in new if name.startswith(heavy)] == []
    assert len(new) <= BUDGET, " ".join(new)
