"""The documentation names everything, and what it shows works. That its links lead somewhere, `mkdocs` says."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import airflow_provider_clicksend
from airflow_provider_clicksend import exceptions, operators
from airflow_provider_clicksend.api import ClickSendClient, gateways
from airflow_provider_clicksend.api.calls import CALLS
from airflow_provider_clicksend.connection import EXTRA_FIELDS
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import (
    AIRFLOW_V_3_0_PLUS,
    AIRFLOW_V_3_1_PLUS,
    AIRFLOW_V_3_2_PLUS,
    AIRFLOW_V_3_3_PLUS,
)
from tests.documented import DOCS, further_operations, skill_operations
from tests.running import EXAMPLE_DAGS

PACKAGE = airflow_provider_clicksend.__name__
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text() for path in sorted(DOCS.rglob("*.md"))}
PROSE = "\n".join(text for name, text in PAGES.items() if not name.startswith("reference/"))
#: Base classes: nobody puts them into a DAG, so no how-to needs to name them.
BASES = {
    "ClickSendBaseOperator",
    "ClickSendCancelOperator",
    "ClickSendCreateOperator",
    "ClickSendDeleteOperator",
    "ClickSendNotifier",
    "ClickSendRecordOperator",
}


def public_modules() -> list[ModuleType]:
    names = [f"{PACKAGE}.operators.{module.name}" for module in pkgutil.iter_modules(operators.__path__)]
    names += [f"{PACKAGE}.{name}.clicksend" for name in ("sensors", "triggers", "hooks", "notifications")]
    return [importlib.import_module(name) for name in names]


def public_names() -> set[str]:
    classes = {
        name
        for module in public_modules()
        for name, value in vars(module).items()
        if name.startswith("ClickSend") and inspect.isclass(value) and value.__module__ == module.__name__
    }
    return classes | set(exceptions.__all__) | {"send_clicksend_sms", "send_clicksend_voice"}


def rendered() -> Iterator[str]:
    """Yield the path of every object that a directive of the reference really shows."""
    for directive in re.finditer(r"^::: (\S+)\n((?:    .*\n)*)", "\n".join(PAGES.values()), re.MULTILINE):
        module = importlib.import_module(directive[1])
        options = (yaml.safe_load(directive[2]) or {}).get("options", {})
        members = options.get("members", getattr(module, "__all__", None))
        for name, value in vars(module).items():
            if members is not None and name not in members:
                continue
            own = members is not None or getattr(value, "__module__", None) == module.__name__
            if own and _passes(name, options.get("filters", ["!^_"])) and inspect.getdoc(value):
                yield f"{module.__name__}.{name}"


def _passes(name: str, filters: list[str]) -> bool:
    """Tell what mkdocstrings does: the last filter that fits decides; when none does, only exclusions let pass."""
    fitting = [rule for rule in filters if re.search(rule.removeprefix("!"), name)]
    return not fitting[-1].startswith("!") if fitting else all(rule.startswith("!") for rule in filters)


def snippets() -> list[tuple[str, str]]:
    """Return the pages whose Python is run, and all of it, in order."""
    pages = {name: text for name, text in PAGES.items() if fnmatch(name, "howto/*") or name == "index.md"}
    found = {name: re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE) for name, text in pages.items()}
    return [(name, "\n".join(block for block in blocks if "--8<--" not in block)) for name, blocks in found.items()]


@pytest.fixture
def live_is_the_sandbox(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for no other address gets the sandbox."""
    monkeypatch.setenv("MATON_API_KEY", sandbox.api_key)
    real = gateways.checked_url
    monkeypatch.setattr(gateways, "checked_url", lambda url, field: real(sandbox.url, field))


@pytest.mark.parametrize("name", sorted(public_names()))
def test_a_public_name_is_in_the_reference(name: str) -> None:
    assert name in {path.rpartition(".")[2] for path in rendered()}


@pytest.mark.parametrize("name", sorted(public_names() - BASES))
def test_a_public_name_is_explained_outside_the_reference(name: str) -> None:
    assert re.search(rf"\b{name}\b", PROSE)


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_method_of_the_client_is_in_the_reference(call: str) -> None:
    resource, _, method = call.partition(".")
    with ClickSendClient("key") as gateway:
        kind = type(getattr(gateway, resource))
    assert f"{kind.__module__}.{kind.__name__}" in set(rendered())
    assert inspect.getdoc(getattr(kind, method))


def test_the_table_of_operations_is_complete() -> None:
    rows = skill_operations()
    assert [row.number for row in rows] == [str(number) for number in range(1, 43)]
    assert len({row.http for row in rows}) == len({row.title for row in rows}) == 42
    assert {row.call for row in [*rows, *further_operations()]} == CALLS


def test_the_table_of_operations_names_what_there_is() -> None:
    everything = public_names()
    for row in [*skill_operations(), *further_operations()]:
        assert set(re.findall(r"ClickSend\w+", row.users)) <= everything
        assert re.fullmatch(r"(GET|POST|PUT|DELETE) (/\w[\w-]*|/\{id\})+", row.http)
    assert all(re.fullmatch(r"\[.+\]\(\S+\.md(#\S+)?\)", row.example) for row in skill_operations())


def test_the_fields_of_the_connection_are_the_documented_ones() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", PAGES["howto/connection.md"], re.MULTILINE)
    assert {row for row in rows if row[0] not in ("password", "login", "host", "port", "schema", "extra")} == {
        (field.name, field.label, field.description.replace("|", "\\|")) for field in EXTRA_FIELDS
    }


def test_the_badges_of_the_readme_are_true() -> None:
    root = DOCS.parent
    project = tomllib.loads((root / "pyproject.toml").read_text())
    tested = sorted(path.stem.removeprefix("airflow-") for path in (root / "requirements").glob("airflow-*.in"))
    badges = set(re.findall(r"^!\[(.+)\]\(https://img", (root / "README.md").read_text(), re.MULTILINE))
    assert badges == {
        f"Airflow {', '.join(tested)}",
        f"Python {project['project']['requires-python'].removeprefix('>=')} or newer",
        f"Typed: mypy{' --strict' if project['tool']['mypy']['strict'] else ''}",
        f"License: {project['project']['license'].partition(' AND ')[0]}",
    }


@pytest.mark.parametrize("path", sorted(EXAMPLE_DAGS.rglob("*.py")), ids=lambda path: path.stem)
def test_an_example_dag_is_shown(path: Path) -> None:
    assert f"--8<--\n{path.relative_to(EXAMPLE_DAGS.parent).as_posix()}\n--8<--" in PAGES["examples.md"]


@pytest.mark.parametrize(("page", "code"), snippets(), ids=lambda value: value if value.endswith(".md") else "")
@pytest.mark.usefixtures("live_is_the_sandbox")
def test_the_python_of_a_page_runs(page: str, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    if page == "howto/deadlines.md" and not AIRFLOW_V_3_2_PLUS:
        pytest.skip("deadlines came with Airflow 3.2")
    if "providers.standard" in code and not AIRFLOW_V_3_0_PLUS:
        pytest.skip("the standard provider came with Airflow 3")
    if "operators.hitl" in code and not AIRFLOW_V_3_1_PLUS:
        pytest.skip("human-in-the-loop operators came with Airflow 3.1")
    if ("triggers.inbound" in code or "retry_policy" in code) and not AIRFLOW_V_3_3_PLUS:
        pytest.skip("it needs Airflow 3.3, and says so")
    sdk = importlib.import_module("airflow.providers.common.compat.sdk")
    with sdk.DAG("docs", schedule=None) as dag:
        exec(compile(code, page, "exec"), {"__name__": page})
    for task in dag.tasks:
        for name in task.template_fields:
            for sender, key in sdk.XComArg.iter_xcom_references(getattr(task, name, None)):
                assert key in ("return_value", "message_ids") or sender.multiple_outputs, (
                    f"{sender.task_id} has no {key}"
                )
