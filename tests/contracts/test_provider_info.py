"""The provider's metadata is what Airflow wants, and true."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from airflow_provider_clicksend.connection import EXTRA_FIELDS
from airflow_provider_clicksend.get_provider_info import get_provider_info
from tests.contracts.classes import HAS_MESSAGING

INFO: dict[str, Any] = get_provider_info()
PROJECT = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["project"]


def load(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_it_fits_airflows_own_schema() -> None:
    schema = json.loads(files("airflow").joinpath("provider_info.schema.json").read_text())
    jsonschema.validate(INFO, schema)


def test_the_package_name_is_the_canonical_name_of_the_distribution() -> None:
    assert INFO["package-name"] == PROJECT["name"] == "airflow-provider-clicksend"


def test_the_entry_point_is_declared_and_loads() -> None:
    declared = PROJECT["entry-points"]["apache_airflow_provider"]["provider_info"]
    assert load(declared.replace(":", "."))() == INFO


@pytest.mark.parametrize("kind", ["hooks", "operators", "sensors", "triggers"])
def test_every_listed_module_exists(kind: str) -> None:
    for entry in INFO[kind]:
        for module in entry["python-modules"]:
            assert importlib.import_module(module)


def test_every_listed_class_exists() -> None:
    classes = [*INFO["notifications"], *(entry["hook-class-name"] for entry in INFO["connection-types"])]
    assert all(load(path) for path in classes)


@pytest.mark.skipif(not HAS_MESSAGING, reason="Airflow's common messaging is not installed here")
def test_texts_are_a_message_queue_of_this_airflow() -> None:
    program = (
        "from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger as Queue; "
        "print('made', *Queue(scheme='clicksend', from_numbers=['+15551234567'], keyword='STATUS').serialize())"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    made = next(line for line in done.stdout.splitlines() if line.startswith("made"))
    assert made.split()[1] == "airflow_provider_clicksend.triggers.inbound.ClickSendInboundTrigger"
    assert "'keyword': 'STATUS'" in made


def test_the_hook_is_of_the_listed_connection_type() -> None:
    (entry,) = INFO["connection-types"]
    hook = load(entry["hook-class-name"])
    assert (hook.conn_type, hook.hook_name) == (entry["connection-type"], entry["hook-name"])
    assert hook.conn_name_attr == "clicksend_conn_id"


def test_both_forms_show_the_same_fields() -> None:
    (entry,) = INFO["connection-types"]
    assert set(entry["conn-fields"]) == {field.name for field in EXTRA_FIELDS}
    hook = load(entry["hook-class-name"])
    assert hook.get_ui_field_behaviour() == {
        "hidden_fields": entry["ui-field-behaviour"]["hidden-fields"],
        "relabeling": entry["ui-field-behaviour"]["relabeling"],
        "placeholders": entry["ui-field-behaviour"]["placeholders"],
    }


#: Prints the names of the extra fields that the form of the running Airflow shows.
FORM = """
try:
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
    shown = [hook.extra_fields for hook in HookMetaService.hook_meta_data() if hook.connection_type == "clicksend"][0]
except ImportError:  # Airflow 2
    from airflow.providers_manager import ProvidersManager
    prefix = "extra__clicksend__"
    widgets = ProvidersManager().connection_form_widgets
    shown = [name.removeprefix(prefix) for name in widgets if name.startswith(prefix)]
print("\\nshown:", *sorted(shown))
"""


def test_the_form_of_this_airflow_shows_every_field() -> None:
    try:
        importlib.metadata.distribution(INFO["package-name"])
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("Airflow discovers installed providers only")
    command = [sys.executable, "-W", "ignore", "-c", FORM]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    shown = next(line.split()[1:] for line in done.stdout.splitlines() if line.startswith("shown:"))
    assert shown == sorted(field.name for field in EXTRA_FIELDS)


def test_no_field_is_required_by_the_form_because_nulls_mean_absent() -> None:
    for field in INFO["connection-types"][0]["conn-fields"].values():
        assert "null" in field["schema"]["type"]


def test_reading_the_metadata_imports_nothing_of_airflow() -> None:
    program = (
        "import sys; from airflow_provider_clicksend.get_provider_info import get_provider_info; get_provider_info(); "
        "print([m for m in sys.modules if m.split('.')[0] in ('airflow', 'requests', 'pydantic')])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n"


def test_the_commands_exist() -> None:
    for path in INFO["cli"]:
        (group,) = load(path)()
        commands = {command.name: command for command in group.subcommands}
        assert set(commands) == {"sandbox", "test-alert", "doctor"}
        assert all(callable(command.func) for command in commands.values())


def test_the_sandbox_command_knows_the_options_of_the_sandbox() -> None:
    from airflow_provider_clicksend.cli import SANDBOX_OPTIONS
    from airflow_provider_clicksend.sandbox.server import _parser

    options = {option for action in _parser()._actions for option in action.option_strings}
    assert {f"--{name}" for name in SANDBOX_OPTIONS} == options - {"-h", "--help"}


def test_reading_the_commands_imports_next_to_nothing() -> None:
    program = (
        "import sys, airflow.cli.cli_config; before = set(sys.modules); "
        "from airflow_provider_clicksend.cli import get_clicksend_cli_commands as commands; commands(); "
        "print(len(set(sys.modules) - before))"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert int(done.stdout.splitlines()[-1]) <= 6
