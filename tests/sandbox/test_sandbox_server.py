"""The sandbox as a process: its line, its signals, its file."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from airflow_provider_clicksend.sandbox.testing import Sandbox, serve

PHONE = "+15551234567"
ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Sandbox]]:
    """Run the sandbox as its own process on a free port; it is killed if it still runs at the end."""
    command = [sys.executable, "-m", "airflow_provider_clicksend.sandbox", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        found = re.search(r"on (http://127\.0\.0\.1:\d+) \(key: (\S+)\)", line)
        assert found, line
        try:
            yield running, Sandbox(found[1], found[2])
        finally:
            running.kill()


def send(sandbox: Sandbox, *references: str) -> None:
    requests.post(
        f"{sandbox.url}/clicksend/v3/sms/send",
        headers={"Authorization": f"Bearer {sandbox.api_key}"},
        json={"messages": [{"to": PHONE, "body": "Hello", "custom_string": reference} for reference in references]},
        timeout=10,
    ).raise_for_status()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0_and_silence_on_stderr(number: signal.Signals) -> None:
    with process("--api-key", "mine") as (running, sandbox):
        assert sandbox.api_key == "mine"
        send(sandbox, "one")
        running.send_signal(number)
        assert running.wait(timeout=20) == 0
        assert running.stderr is not None
        assert running.stderr.read() == ""


def test_a_port_in_use_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "airflow_provider_clicksend.sandbox", "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Cannot listen on 127.0.0.1 port {port}: Address already in use")
    assert "--port 0" in ended.stderr


def test_a_killed_sandbox_has_everything_again_after_a_restart(tmp_path: Path) -> None:
    file = str(tmp_path / "sandbox.db")
    with process("--database", file, "--history-lag", "0", "--deliver-after", "0.5") as (running, sandbox):
        send(sandbox, *(f"text-{n}" for n in range(500)))
        sandbox.decide("failed", to="+15550000000")
        sandbox.settings(profile="sdk")
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=10)
    with process("--database", file) as (_, sandbox):
        assert (sandbox.count()["accepted"], sandbox.count()["distinct"]) == (500, 500)
        assert (sandbox.settings()["profile"], sandbox.settings()["history_lag"]) == ("sdk", 0)
        assert sandbox.request_counts() == {"POST /v3/sms/send": 1}
        time.sleep(0.5)
        receipts = requests.get(
            f"{sandbox.url}/clicksend/v3/sms/receipts", headers={"Authorization": "Bearer sandbox-key"}, timeout=5
        )
        assert receipts.json()["data"]["total"] == 500


def test_a_kill_in_the_middle_of_sends_leaves_whole_requests_and_every_answered_one(tmp_path: Path) -> None:
    file = str(tmp_path / "sandbox.db")
    answered = 1
    with process("--database", file) as (running, sandbox):
        send(sandbox, *(f"first-{n}" for n in range(500)))
        killer = threading.Timer(0.2, running.kill)
        killer.start()
        with contextlib.suppress(requests.ConnectionError):
            while True:
                send(sandbox, *(f"{answered}-{n}" for n in range(500)))
                answered += 1
        killer.join()
        running.wait(timeout=10)
    with process("--database", file) as (_, sandbox):
        assert sandbox.count()["accepted"] in {500 * answered, 500 * (answered + 1)}


def test_without_a_file_a_new_sandbox_starts_empty() -> None:
    for _ in range(2):
        with serve(history_lag=0) as sandbox:
            assert sandbox.count()["accepted"] == 0
            send(sandbox, "one")


def test_a_reset_keeps_the_key_and_nothing_else(sandbox: Any, api: Any) -> None:
    api.send_one()
    sandbox.reply(PHONE, "YES")
    sandbox.fault("500")
    sandbox.settings(balance=1, throttle_window=9)
    sandbox.reset()
    assert sandbox.settings()["balance"] == "100000.0000"
    assert sandbox.settings()["throttle_window"] == 0
    assert (sandbox.messages(), sandbox.request_counts()) == ([], {})
    assert api.rows("/v3/sms/inbound") == []
    assert api.get("/v3/account").status_code == 200
