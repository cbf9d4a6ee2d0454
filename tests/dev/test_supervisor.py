"""What the supervisor has started never outlives its owner."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dev.supervisor import Supervisor, is_dead

# One process as ours, one that makes itself a group (as Airflow's tasks do), one that leaves the session.
FAMILY = """
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import os, time; os.setpgid(0, 0); time.sleep(600)"])
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
time.sleep(600)
"""
OWNER = f"""
import os, sys, time
from dev.supervisor import Supervisor
from dev.stopping import stop_when_told
stop_when_told()
with Supervisor() as supervisor:
    supervisor.start("family", [sys.executable, "-c", {FAMILY!r}], dict(os.environ))
    print(supervisor._process.pid, supervisor.home, flush=True)
    time.sleep(600)
"""


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def family_of(supervisor: int) -> list[int]:
    return [child.pid for child in psutil.Process(supervisor).children(recursive=True)]


@pytest.fixture
def owner() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_the_owner_is_killed(owner: subprocess.Popen[str], number: int) -> None:
    with owner:
        assert owner.stdout is not None
        pid, home = owner.stdout.readline().split()
        wait_until(lambda: len(family_of(int(pid))) == 3)
        family = [int(pid), *family_of(int(pid))]
        owner.send_signal(number)
    wait_until(lambda: all(map(is_dead, family)) and not Path(home).exists())


def test_one_process_can_be_killed_and_started_again() -> None:
    command = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
    with Supervisor() as supervisor:
        supervisor.start("other", command, {})
        supervisor.start("one", command, {})
        wait_until(lambda: "up" in supervisor.tail("one"))
        supervisor.kill("one")
        assert supervisor.exit_codes() == {"other": None}
        supervisor.start("one", command, {})
        wait_until(lambda: supervisor.tail("one").count("up") == 2)
        assert supervisor.exit_codes() == {"other": None, "one": None}


def test_a_process_that_ended_tells_its_exit_code_and_its_last_words() -> None:
    with Supervisor() as supervisor:
        supervisor.start("brief", [sys.executable, "-c", "import sys; sys.exit('no port is free')"], {})
        wait_until(lambda: supervisor.exit_codes()["brief"] == 1)
        assert "no port is free" in supervisor.tail("brief")


def test_a_command_that_does_not_exist_is_an_error_and_the_supervisor_lives_on() -> None:
    with Supervisor() as supervisor:
        with pytest.raises(RuntimeError, match="no-such-command"):
            supervisor.start("nothing", ["/no-such-command"], {})
        assert supervisor.exit_codes() == {}


def test_nothing_is_left_when_the_supervisor_is_killed() -> None:
    with Supervisor() as supervisor:
        supervisor.start("family", [sys.executable, "-c", FAMILY.replace(", start_new_session=True", "")], {})
        pid = supervisor._process.pid
        wait_until(lambda: len(family_of(pid)) == 3)
        family = family_of(pid)
        supervisor._process.kill()
        with pytest.raises(RuntimeError, match="was killed"):
            supervisor.exit_codes()
    assert all(map(is_dead, family))
    assert not supervisor.home.exists()
