"""What a look for commands knows of a person."""

from __future__ import annotations

import time
from types import SimpleNamespace

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.engine.inbound_look import InboundLook

ANN = "+15551234567"


def test_a_search_that_fails_now_does_not_say_that_nobody_was_asked_though_it_has_worked_before(sandbox):
    watcher = SimpleNamespace(looked_at=time.time(), numbers=[ANN], may_start=lambda text: text.sender == ANN and ANN)
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        look = InboundLook(client)
        client.sms.send([{"to": "+15559990000", "body": "hello"}])
        sandbox.reply(ANN, "STATUS")
        time.sleep(0.5)  # the history lags
        assert look.look([watcher]).conversations[ANN].sent == ()
        client.sms.send([{"to": ANN, "body": "Load it?"}])
        sandbox.reply(ANN, "yes")
        time.sleep(0.5)
        sandbox.world(q_to="error")
        seen = look.look([watcher])
    assert [text.body for text in seen.conversations[ANN].sent] == ["Load it?"]
