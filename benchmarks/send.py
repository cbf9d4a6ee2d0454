"""What a text costs in CPU time and memory: our operator, the official SDK, and a bare loop below which nobody can be.

``python -m benchmarks.send`` takes some minutes, ``--quick`` less than one. Everything runs on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median

from benchmarks.senders import SENDERS
from benchmarks.table import table
from benchmarks.task import airflow_environment

SIZES, ROUNDS = (20_000, 200_000), 5
QUICK_SIZES, QUICK_ROUNDS = (2_000, 20_000), 3
NAMES = {
    "floor": "requests loop",
    "ours": "ClickSendSmsOperator",
    "rows": "ClickSendSmsOperator, a text for each row",
    "sdk": "clicksend-client",
}

Runs = dict[tuple[str, int], list[dict[str, float]]]


@contextmanager
def stub() -> Iterator[str]:
    """Run the stub and give its URL."""
    command = [sys.executable, "-m", "benchmarks.stub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout.readline() if process.stdout else "").strip()
        finally:
            process.terminate()


def run(name: str, count: int, url: str, env: dict[str, str]) -> dict[str, float]:
    """Run one sender in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.senders", name, str(count), url]
    done = subprocess.run(command, env=os.environ | env, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(sizes: tuple[int, ...], rounds: int) -> Runs:
    """Run everything in turn, round after round, so that a busy minute of the machine hits all alike."""
    runs: Runs = {}
    with tempfile.TemporaryDirectory() as home, stub() as url:
        env = airflow_environment(home, url)
        for number in range(rounds):
            for size in sizes:
                print(f"  round {number + 1} of {rounds}, {size:,} texts ...", file=sys.stderr, flush=True)
                for name in SENDERS:
                    runs.setdefault((name, size), []).append(run(name, size, url, env))
    return runs


def report(runs: Runs, sizes: tuple[int, ...], rounds: int) -> str:
    """Return the tables."""
    middle = {key: {what: median(run[what] for run in of) for what in of[0]} for key, of in runs.items()}
    rows = [row(name, size, middle) for size in sizes for name in SENDERS]
    head = ("", "texts", "CPU us a text", "times the loop", "times as fast as the SDK", "memory grew by MiB")
    return f"Medians of {rounds}; 1,000 texts a request. Memory: above the peak before the send.\n\n{table(head, rows)}"


def row(name: str, size: int, middle: Mapping[tuple[str, int], Mapping[str, float]]) -> tuple[str, ...]:
    """Return one line of the table."""
    cost, floor, sdk = (middle[of, size]["cpu_seconds"] / size for of in (name, "floor", "sdk"))
    grown = middle[name, size]["grown_kib"] / 1024
    return (NAMES[name], f"{size:,}", f"{cost * 1e6:.2f}", f"{cost / floor:.2f}", f"{sdk / cost:.2f}", f"{grown:.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer texts and rounds")
    sizes, rounds = (QUICK_SIZES, QUICK_ROUNDS) if parser.parse_args().quick else (SIZES, ROUNDS)
    print(report(measure(sizes, rounds), sizes, rounds))


if __name__ == "__main__":
    main()
