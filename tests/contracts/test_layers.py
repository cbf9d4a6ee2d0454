"""Imports point down only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import airflow_provider_clicksend

ROOT = Path(airflow_provider_clicksend.__file__).parent
PACKAGE = ROOT.name

#: Lower layers first. Whatever is not in a folder (the table of fields, the versions, the errors) is `root`.
LAYERS = ["api", "root", "messaging", "engine", "hooks", "top"]
TOP = {"operators", "sensors", "triggers", "notifications", "queues", "decorators", "links", "cli", "plugins"}
#: What a module of the root may be imported by the layer below it for.
BELOW = {f"{PACKAGE}.__version__"}


def layer(module: str) -> str:
    parts = module.split(".")
    if len(parts) < 2:
        return "root"
    if parts[1] in TOP:
        return "top"
    return parts[1] if parts[1] in {"api", "messaging", "engine", "hooks", "sandbox"} else "root"


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it, `TYPE_CHECKING` included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            module = node.module or ""
            # `from package import module` imports the module.
            found |= {f"{module}.{alias.name}" if module == PACKAGE else module for alias in node.names}
    return found


def files() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = [PACKAGE, *path.relative_to(ROOT).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] == PACKAGE


def arrows() -> set[tuple[str, str]]:
    return {
        (module, target)
        for module, path in files().items()
        for target in imports_of(path)
        if ours(target) and target not in BELOW
    }


def test_imports_point_down_only() -> None:
    outside_the_house = {"sandbox"}
    up = [
        f"{module} -> {target}"
        for module, target in arrows()
        if not {layer(module), layer(target)} & outside_the_house
        and LAYERS.index(layer(module)) < LAYERS.index(layer(target))
        and module != f"{PACKAGE}.exceptions"
    ]
    assert up == []


def test_the_sandbox_imports_nothing_of_the_rest_and_nothing_but_the_command_line_imports_it() -> None:
    crossing = {(a, b) for a, b in arrows() if (layer(a) == "sandbox") != (layer(b) == "sandbox")}
    assert {a for a, _ in crossing} <= {f"{PACKAGE}.cli"}


def airflow_importers(*layers: str) -> list[str]:
    return [
        f"{module} -> {target}"
        for module, path in files().items()
        if layer(module) in layers
        for target in imports_of(path)
        if target.split(".")[0] == "airflow"
    ]


def test_the_client_the_messaging_the_engine_and_the_sandbox_know_no_airflow() -> None:
    assert airflow_importers("api", "messaging", "engine", "sandbox") == []


def test_only_one_module_knows_versions_of_airflow() -> None:
    asking = {
        module
        for module, path in files().items()
        if any(word in path.read_text() for word in ("AIRFLOW_VERSION", "airflow_version", "import __version__ as"))
    }
    assert asking == {f"{PACKAGE}.version_compat"}


def test_messaging_does_no_input_and_output_and_has_no_clock() -> None:
    forbidden = {"time", "socket", "requests", "urllib", "asyncio", "threading", "logging", "os", "pathlib", "random"}
    found = [
        f"{module} -> {target}"
        for module, path in files().items()
        if layer(module) == "messaging"
        for target in imports_of(path)
        if target.split(".")[0] in forbidden
    ]
    assert found == []


def test_only_the_client_opens_a_socket() -> None:
    http = {"requests", "urllib3", "httpx", "aiohttp"}
    opens = re.compile(r"\bsocket\.(socket|create_connection)\b|\bhttp\.client\b|\burlopen\b")
    opening = {
        module
        for module, path in files().items()
        if layer(module) != "sandbox"
        and (any(target.split(".")[0] in http for target in imports_of(path)) or opens.search(path.read_text()))
    }
    # The failures read what the HTTP library raises; they open nothing.
    parts = ("client", "transport", "failure_facts", "transport_failures")
    assert opening == {f"{PACKAGE}.api.{part}" for part in parts}
