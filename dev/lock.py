"""Resolve `requirements/*.txt` again from pyproject.toml and `requirements/*.in`: `make lock`."""

from __future__ import annotations

from dev.setup_venv import ROOT, ensure_uv, run

# One lock for every platform and every Python from the oldest we support.
RESOLVE = ("pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11", "--no-annotate")


def lock(name: str, *sources: str) -> None:
    """Write `requirements/<name>.txt` from these arguments of `uv pip compile`."""
    target = ROOT / "requirements" / f"{name}.txt"
    run(target.name, ensure_uv(), *RESOLVE, "--custom-compile-command", "make lock", *sources, "-o", target)


def main() -> None:
    """Lock the documentation's tools, the benchmarks' peers, and one environment for each version of Airflow."""
    pyproject = str(ROOT / "pyproject.toml")
    lock("docs", "--group", f"{pyproject}:docs")
    lock("benchmarks", pyproject, "--extra", "sandbox", str(ROOT / "requirements" / "benchmarks.in"))
    lock("cluster", pyproject, "--extra", "sandbox", str(ROOT / "requirements" / "cluster.in"))
    for source in sorted((ROOT / "requirements").glob("airflow-*.in")):
        extras = ("--extra", "sandbox", "--extra", "sql", "--extra", "phonenumbers")
        lock(source.stem, pyproject, *extras, "--group", f"{pyproject}:dev", str(source))


if __name__ == "__main__":
    main()
