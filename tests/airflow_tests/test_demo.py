"""`make demo` shows its run and ends; stopped at any moment, it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]


class Demo:
    """A `make demo` whose processes can be told from all others by their environment."""

    def __init__(self, temporary: Path) -> None:
        self.mark = uuid.uuid4().hex
        self.temporary = temporary
        environment = os.environ | {"DEMO_UNDER_TEST": self.mark, "TMPDIR": str(temporary)}
        self.make = subprocess.Popen(
            # A test run in the background of a shell has SIGINT ignored, and so would its children; a person's has not.
            ["env", "--default-signal=INT", "make", "demo"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def script(self) -> int:
        """Return the process that make runs."""
        return psutil.Process(self.make.pid).children()[0].pid

    def left(self) -> list[str]:
        """Return what is left of it: processes and temporary files."""
        processes = [process for process in psutil.process_iter() if self._is_ours(process)]
        return [str(process) for process in processes] + [str(path) for path in self.temporary.iterdir()]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("DEMO_UNDER_TEST") == self.mark
        except psutil.Error:
            return False

    def has_left_nothing(self, within: float) -> bool:
        deadline = time.monotonic() + within
        while self.left() and time.monotonic() < deadline:
            time.sleep(0.2)
        return not self.left()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    if demo.make.poll() is None:
        os.killpg(demo.make.pid, signal.SIGKILL)
    demo.make.communicate()


def test_it_shows_the_whole_run_and_ends_by_itself(demo: Demo) -> None:
    output, _ = demo.make.communicate(timeout=240)
    assert demo.make.returncode == 0, output
    parts = [
        "text     to",
        "deferred: waits for the handset",
        "receipt  delivered",
        "reply    from",
        "leave   skipped",
        "`load` ran",
    ]
    found = [output.find(part) for part in parts]
    assert -1 not in found, output
    assert found == sorted(found), output
    assert demo.left() == []


# The moments fall into the start of the sandbox, the database, the start of Airflow, and the run.
@pytest.mark.parametrize("seconds", [0.2, 2, 5, 13])
def test_ctrl_c_leaves_nothing(demo: Demo, seconds: float) -> None:
    time.sleep(seconds)
    os.killpg(demo.make.pid, signal.SIGINT)
    output, _ = demo.make.communicate(timeout=20)
    assert demo.make.returncode != 0, output
    assert demo.has_left_nothing(within=5), demo.left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_make_alone_leaves_nothing(demo: Demo, number: int) -> None:
    time.sleep(6)
    demo.make.send_signal(number)
    demo.make.communicate(timeout=20)
    assert demo.has_left_nothing(within=5), demo.left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_demo_leaves_nothing(demo: Demo, number: int) -> None:
    time.sleep(9)
    os.kill(demo.script(), number)
    demo.make.communicate(timeout=20)
    assert demo.has_left_nothing(within=5), demo.left()
