"""Every way to wait, run by Airflow itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from airflow_provider_clicksend.api import ClickSendClient

DAGS = Path(__file__).parent / "dags"
PHONES = ("+15551230001", "+15551230002")
WAYS = ("poke", "reschedule", "deferred")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("airflow_database")
def test_airflow_waits_in_every_mode_and_every_time_out_is_explained(sandbox):
    sandbox.settings(deliver_after=2)
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        sent = client.sms.send([{"to": phone, "body": "Load it?"} for phone in PHONES])
    answer = threading.Timer(8, lambda: sandbox.reply(PHONES[0], "YES"))
    answer.start()
    settings = {"IDS": ",".join(str(message.message_id) for message in sent.messages)}
    settings |= {"AIRFLOW__CORE__DAGS_FOLDER": str(DAGS), "PYTHONPATH": str(Path.cwd())}
    program = [sys.executable, DAGS / "waiting_modes.py"]
    done = subprocess.run(program, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
    answer.join()
    log = done.stdout + done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("STATES ")]
    expected = {"delivered": "success", "answered": "success", "unanswered": "failed", "skipped": "skipped"}
    assert json.loads(line.removeprefix("STATES ")) == {
        f"{name}_{way}": state for name, state in expected.items() for way in WAYS
    }
    assert "specified timeout of 1.0. No reply to 2 messages" in log  # poke and reschedule
    assert "Nothing within 1 s. No reply to 2 messages" in log  # deferred
    assert not any(phone in log for phone in PHONES)
