"""Stop when told to, and when the `make` that runs us is told to."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

POLL_SECONDS = 0.25


def _holds_interrupt(pid: int) -> bool:
    """Tell whether `pid` blocks SIGINT, as make does while it handles one. Always false without /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    blocked = next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)


def _follow(make: int) -> None:
    """Interrupt this process once `make` is interrupted or gone."""
    seen = 0
    # Twice in a row, because make also blocks its signals for a moment when it starts a job.
    while seen < 2:  # noqa: PLR2004
        time.sleep(POLL_SECONDS)
        seen = seen + 1 if os.getppid() != make or _holds_interrupt(make) else 0
    os.kill(os.getpid(), signal.SIGINT)


def stop_when_told() -> None:
    """Raise KeyboardInterrupt in the main thread on SIGINT, SIGTERM or SIGHUP, to us or to the make above us.

    Ctrl-C reaches the whole terminal group. A signal to make alone does not: make then only waits for its recipe to
    end, and a killed make leaves it running.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Set even for SIGINT: a shell that starts us in the background has it ignored.
        signal.signal(number, signal.default_int_handler)
    if "MAKELEVEL" in os.environ:
        threading.Thread(target=_follow, args=(os.getppid(),), daemon=True, name="follow-make").start()
