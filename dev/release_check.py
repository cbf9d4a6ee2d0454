"""Build the release, and use it as somebody who has only installed it: `make release-check`.

The wheel goes into an environment of its own. From there, in an empty folder, its sandbox is started and one of the
example DAGs that it brings is run; the sandbox says what was sent. Nothing is published.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from dev.setup_venv import ROOT, VENVS, ensure_uv, python_in, run

LOCK = ROOT / "requirements" / "airflow-3.3.txt"
PACKAGE = "airflow_provider_clicksend"
#: What must be in the wheel besides the modules.
NEEDED = (
    f"{PACKAGE}/py.typed",
    f"{PACKAGE}/example_dags/send_sms.py",
    f"{PACKAGE}/sandbox/control/templates/",
    f"{PACKAGE}/sandbox/control/static/",
)
#: Runs in the new environment, in an empty folder: nothing of the checkout is within its reach.
PROGRAM = f"""
import os, sys
from pathlib import Path
import {PACKAGE}
from {PACKAGE}.sandbox.testing import serve

home = Path({PACKAGE}.__file__).parent
assert "site-packages" in str(home), home
with serve() as sandbox:
    os.environ["AIRFLOW_CONN_CLICKSEND_DEFAULT"] = sandbox.connection
    from airflow.dag_processing.dagbag import DagBag
    bag = DagBag(home / "example_dags" / "send_sms.py")
    assert not bag.import_errors, bag.import_errors
    run = bag.dags["send_sms"].test()
    assert run.state == "success", run.state
    print("texts:", len(sandbox.messages()))
    assert sandbox.messages()
"""


def build(folder: Path) -> Path:
    """Build the source archive, from it the wheel, and return the wheel."""
    uv = ensure_uv()
    run("the source archive and the wheel", uv, "build", "--quiet", "--out-dir", folder, ROOT)
    twine = (uv, "tool", "run", "--quiet", "twine")
    run("the check of their metadata", *twine, "check", "--strict", *folder.glob("airflow_*"))
    run("the check that all imports are declared", uv, "tool", "run", "--quiet", "deptry", ".")
    [wheel] = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    missing = [needed for needed in NEEDED if not any(name.startswith(needed) for name in names)]
    if missing:
        sys.exit(f"{wheel.name} lacks {', '.join(missing)}.")
    return wheel


def use(wheel: Path, folder: Path) -> None:
    """Install the wheel, and send with it."""
    uv, venv = ensure_uv(), VENVS / "release-check"
    install = (uv, "pip", "install", "--quiet", "--python", python_in(venv))
    run("an environment", uv, "venv", "--quiet", "--clear", "--python", sys.executable, venv)
    run("Airflow and the wheel in it", *install, "-r", LOCK, f"{wheel}[sandbox]")
    home = folder / "home"
    home.mkdir()
    env = {
        "PATH": f"{venv / 'bin'}:/usr/bin:/bin",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": f"{venv}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages/"
        f"{PACKAGE}/example_dags",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    }
    providers = [str(venv / "bin" / "airflow"), "providers", "get", "airflow-provider-clicksend", "-o", "json"]
    for what, command in (
        ("Airflow's database", [str(venv / "bin" / "airflow"), "db", "migrate"]),
        ("Airflow finds the provider", providers),
        ("an example DAG over its sandbox", [str(python_in(venv)), "-c", PROGRAM]),
    ):
        print(f"  {what} ...", flush=True)
        done = subprocess.run(command, check=False, cwd=home, env=env, capture_output=True, text=True, timeout=300)
        if done.returncode:
            sys.exit(f"Failed: {what}.\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        if command is providers:
            print(f"    {json.loads(done.stdout)[0]}")
    print("The release works for somebody who has only installed it.")


def main() -> None:
    """Build and use it."""
    with tempfile.TemporaryDirectory(prefix="clicksend-release-") as temporary:
        folder = Path(temporary)
        dist = folder / "dist"
        use(build(dist), folder)


if __name__ == "__main__":
    main()
