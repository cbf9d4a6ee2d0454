"""Make `.venvs/<name>` from `requirements/<lock>.txt`: `python3 -m dev.setup_venv airflow-3.3`.

Runs on a bare Python 3.11+ before anything is installed, so it uses the standard library only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dev.stopping import stop_when_told

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venvs"
UV_VERSION = "0.13.9"
OLDEST_PYTHON = (3, 11)


def python_in(venv: Path) -> Path:
    """Return the interpreter of an environment."""
    return venv / "bin" / "python"


def run(what: str, *command: str | Path) -> None:
    """Say what is done, do it, say how long it took; end the set-up with the reason when it fails."""
    print(f"  {what} ...", flush=True)
    began = time.monotonic()
    # A company's own certificates are among the system's, seldom among uv's.
    env = {"UV_SYSTEM_CERTS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | os.environ
    words = [str(part) for part in command]
    # In a group of its own, so that a Ctrl-C can end it with all its children and without their stack traces.
    with subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            failed = process.wait()
        except KeyboardInterrupt:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if failed:
        sys.exit(f"Set-up stopped at: {what}.\n  The command was: {' '.join(words)}\n  Its message is above.")
    print(f"    done in {time.monotonic() - began:.1f} s", flush=True)


def ensure_uv() -> Path:
    """Return a pinned `uv` of our own, installing it when it is not there."""
    home = VENVS / f"uv-{UV_VERSION}"
    uv = home / "bin" / "uv"
    if not uv.exists():
        run("a small environment for the installer", sys.executable, "-m", "venv", "--clear", home)
        run(f"the installer, uv {UV_VERSION}", python_in(home), "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}")
    return uv


def set_up(name: str, lock: str, python: str) -> None:
    """Create the environment `name` with what `requirements/<lock>.txt` pins and this project itself."""
    print(f"Setting up .venvs/{name} (once; a minute or two when nothing is cached)", flush=True)
    uv, venv = ensure_uv(), VENVS / name
    install = (uv, "pip", "install", "--quiet", "--python", python_in(venv))
    requirements = ROOT / "requirements" / f"{lock}.txt"
    run("the environment", uv, "venv", "--quiet", "--clear", "--python", python, venv)
    run(f"the packages of requirements/{lock}.txt", *install, "--compile-bytecode", "-r", requirements)
    run("this project, editable", *install, "--no-deps", "--editable", ROOT)
    (venv / ".ready").touch()


def main() -> None:
    """Read the command line and set one environment up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="folder under .venvs")
    parser.add_argument("--lock", help="lock file under requirements/, without .txt (default: the name)")
    parser.add_argument("--python", default=sys.executable, help="interpreter or version range (default: this one)")
    options = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Python 3.11 or newer is needed, {sys.executable} is {sys.version.split()[0]}: make PYTHON=python3.12"
        )
    stop_when_told()
    with tempfile.TemporaryDirectory(prefix="clicksend-setup-", ignore_cleanup_errors=True) as temporary:
        os.environ["TMPDIR"] = temporary  # what an interrupted installer leaves goes with it
        set_up(options.name, options.lock or options.name, options.python)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nSet-up stopped; the next `make` begins it again.")
