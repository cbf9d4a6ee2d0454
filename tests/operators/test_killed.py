"""A send that is killed while it runs."""

from __future__ import annotations

import threading
import time

import pytest

from airflow_provider_clicksend.api.errors import ClickSendOutcomeUnknownError
from airflow_provider_clicksend.engine import requests as sending
from airflow_provider_clicksend.engine.sender import SendStoppedError
from tests.support.tasks import Task
from tests.support.texts import ANN, CARL, SEND, numbers, sms


class Running:
    """A send that hangs at its second request, in a thread of its own."""

    def __init__(self, sandbox, monkeypatch, **arguments):
        monkeypatch.setattr(sending, "CHUNK", 3)
        sandbox.fault("hang", "/v3/sms/send", skip=1, seconds=1)
        self.operator = sms(to=numbers(9), schedule=int(time.time()) + 3600, settle=0.2, **arguments)
        self.error = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        while sandbox.request_counts().get(SEND, 0) < 2:
            assert self.thread.is_alive()
            time.sleep(0.02)
        time.sleep(0.25)  # the history shows what was accepted

    def _run(self):
        try:
            Task(self.operator).run()
        except (SendStoppedError, ClickSendOutcomeUnknownError) as error:
            self.error = error

    def kill(self):
        self.operator.on_kill()
        self.thread.join(timeout=20)
        assert not self.thread.is_alive()
        assert self.error is not None


@pytest.mark.parametrize("echo", ["exact", "null"])
def test_a_killed_send_cancels_what_is_scheduled_and_sends_no_more(sandbox, monkeypatch, echo):
    sandbox.world(history_echo=echo)
    other = Task(sms(to=CARL, schedule=int(time.time()) + 3600), run_id="another")
    other.run()
    Running(sandbox, monkeypatch, cancel_on_kill=True).kill()
    assert [message["to"] for message in sandbox.messages()] == [CARL, *numbers(3)]
    assert [bool(message["cancelled"]) for message in sandbox.messages()] == [False, True, True, True]


def test_a_killed_send_cancels_nothing_unless_told_to(sandbox, monkeypatch):
    Running(sandbox, monkeypatch).kill()
    assert [bool(message["cancelled"]) for message in sandbox.messages()] == [False] * 3


def test_what_ended_by_itself_is_not_taken_back(sandbox):
    task = Task(sms(to=ANN, schedule=int(time.time()) + 3600, cancel_on_kill=True))
    task.run()
    task.operator.on_kill()  # as Airflow does after a timeout
    assert not sandbox.messages()[0]["cancelled"]
