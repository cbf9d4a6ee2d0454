"""Processes that never outlive us, not even when we are killed with SIGKILL.

`Supervisor` (our side) starts this file as a small process in a session of its own, which starts everything else and
owns a temporary folder. When its standard input ends, because we closed it or because we died, it kills all it has
started, removes the folder and goes. There is no other way in which things end, so each run of anything tests it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

LOG_TAIL_LINES = 25


class Supervisor:
    """Our side: start, kill and ask after named processes. A context manager: at its end nothing is left.

    `home` is the temporary folder; each process logs to `home/<name>.log`.
    """

    def __enter__(self) -> Self:
        """Start the supervisor process."""
        self._sessions: set[int] = set()
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            self.home = Path(self._answer()["home"])
        except KeyboardInterrupt:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End everything and wait until it is gone, however often Ctrl-C is pressed meanwhile."""
        stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        previous = [signal.signal(number, signal.SIG_IGN) for number in stops]
        self._process.communicate()
        if self._process.returncode:  # somebody killed the supervisor
            kill_all(lambda: in_sessions(self._sessions))
            shutil.rmtree(self.home, ignore_errors=True)
        for number, handler in zip(stops, previous, strict=True):
            signal.signal(number, handler)

    def start(self, name: str, command: list[str], env: dict[str, str]) -> int:
        """Start `command` in a session of its own, and return its process id.

        A name may be used again when its process has ended.
        """
        pid: int = self._ask(do="start", name=name, command=command, env=env)["session"]
        self._sessions.add(pid)
        return pid

    def kill(self, name: str) -> None:
        """SIGKILL the process `name` and everything in its session."""
        self._ask(do="kill", name=name)

    def exit_codes(self) -> dict[str, int | None]:
        """Return the exit code of each process that was started and not killed, None while it runs."""
        codes: dict[str, int | None] = self._ask(do="exit_codes")
        return codes

    def tail(self, name: str) -> str:
        """Return the end of what `name` printed."""
        lines = (self.home / f"{name}.log").read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join([f"The end of what {name} printed:", *(f"  {line}" for line in lines)])

    def _ask(self, **request: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # then there is no answer either
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The process that keeps all others has died or was killed.")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


class _Kept:
    """The supervisor's side: the processes and the folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.sessions: set[int] = set()

    def start(self, name: str, command: list[str], env: dict[str, str]) -> dict[str, Any]:
        with (self.home / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.processes[name] = process
        self.sessions.add(process.pid)
        return {"session": process.pid}

    def kill(self, name: str) -> dict[str, Any]:
        kill_all(lambda: in_sessions({self.processes[name].pid}))
        self.processes.pop(name).wait()
        return {}

    def exit_codes(self) -> dict[str, Any]:
        return {name: process.poll() for name, process in self.processes.items()}

    def end(self) -> None:
        # Children too, for those that left our sessions; sessions too, for those whose parent has died.
        kill_all(
            lambda: in_sessions(self.sessions) | {child.pid for child in psutil.Process().children(recursive=True)}
        )
        shutil.rmtree(self.home, ignore_errors=True)


def in_sessions(sessions: set[int]) -> set[int]:
    """Return the processes of these sessions: a task makes itself a group of its own, it stays in the session."""
    found = set()
    for pid in psutil.pids():
        try:
            if os.getsid(pid) in sessions:
                found.add(pid)
        except (ProcessLookupError, PermissionError):
            continue
    return found


def descendants() -> set[int]:
    """Return our children, their children and so on."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


def kill_all(find: Callable[[], set[int]]) -> None:
    """SIGKILL what `find()` finds until it finds nothing but the dead that wait to be reaped."""
    while living := {pid for pid in find() if not is_dead(pid)}:
        for pid in living:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)


def is_dead(pid: int) -> bool:
    """Tell whether a process is gone or only waits for its parent to ask for its exit code."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def serve() -> None:
    """Do what the lines on standard input ask for, until they end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    kept = _Kept(Path(tempfile.mkdtemp(prefix="clicksend-airflow-")))
    try:
        print(json.dumps({"home": str(kept.home)}), flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            action = getattr(kept, request.pop("do"))
            try:
                answer = action(**request)
            except OSError as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    except BrokenPipeError:
        pass  # whoever asked has died: the same as the end of the input
    finally:
        kept.end()


if __name__ == "__main__":
    serve()
