"""What a look for replies finds, whoever else texts these people or reads their replies."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.engine.reply_look import ReplyLook
from airflow_provider_clicksend.exceptions import ClickSendServerError
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.replies import ReplyWait
from tests.sensors.gateway import KEY

ANN = "+15551234567"
NOW = int(time.time())


@pytest.fixture
def client(gateway):
    with ClickSendClient(KEY, base_url=gateway.url) as client:
        yield client


def came_in(gateway, body="YES", *, at=NOW, sender=ANN, message_id="H-1"):
    gateway.sent(message_id, "Received", direction="in", to="+15550000000", body=body, date=at, **{"from": sender})


def end_of(client, wait, looks=1, last=False):
    """Look several times, and return how the wait ended."""
    reply_look = ReplyLook(client)
    for _ in range(looks):
        seen = reply_look.look([wait.wanted()], last=last)
        result = wait.note(seen.seen, seen.texts)
        if result is not None:
            return result
    return None


def test_an_answer_that_is_attributed_to_an_alert_in_between_is_found(gateway, client):
    gateway.sent("A", date=NOW - 60, body="Load?", custom_string="af-1111111111111111-0-aa")
    gateway.sent("ALERT", date=NOW - 30, custom_string="al-2222")
    gateway.reply("ALERT", timestamp=NOW)
    assert end_of(client, ReplyWait(Awaited.read("A")))["message_id"] == "IN-1"


def test_of_two_open_questions_that_nobody_here_waits_for_both_no_answer_is_taken(gateway, client):
    gateway.sent("A", date=NOW - 60, body="Load?", custom_string="af-1111111111111111-0-aa")
    gateway.sent("B", date=NOW - 30, body="Drop?", custom_string="af-2222222222222222-0-aa")
    gateway.reply("B", "NO", timestamp=NOW)
    for message_id in "AB":
        wait = ReplyWait(Awaited.read(message_id))
        assert end_of(client, wait) is None
        assert len(wait.ambiguous) == 1


def test_a_second_reply_that_somebody_has_marked_as_read_is_found_in_the_history(gateway, client):
    gateway.sent("A", date=NOW - 60)
    gateway.reply("A", "who is this?", timestamp=NOW - 20)
    gateway.reply("A", "YES", message_id="IN-2", timestamp=NOW)
    gateway.read |= {"IN-1", "IN-2"}
    came_in(gateway, "who is this?", at=NOW - 20)
    came_in(gateway, "YES", message_id="H-2")
    wait = ReplyWait(Awaited.read("A"), pattern="^YES$")
    assert end_of(client, wait)["body"] == "YES"
    assert len(wait.came) == 2


@pytest.mark.parametrize("many", [8, 25])
def test_a_reply_in_the_middle_of_1500_of_others_is_found_in_turn(gateway, client, many):
    ids = [f"M{i:02}" for i in range(many)]
    for number, message_id in enumerate(ids):
        gateway.sent(message_id, to=f"+155512300{number:02}", date=NOW - 60)
    for i in range(1500):
        if i == 750:
            gateway.reply(ids[-2], message_id="OURS", timestamp=NOW, **{"from": f"+155512300{many - 2:02}"})
        gateway.reply(f"X{i}", message_id=f"X{i}", timestamp=NOW, **{"from": f"+4477009{i:05}"})
    assert end_of(client, ReplyWait(Awaited.read(ids)), looks=-(-many // 5))["message_id"] == "OURS"
    assert end_of(client, ReplyWait(Awaited.read(ids)), last=True)["message_id"] == "OURS"


def test_what_was_learnt_is_not_asked_again(gateway, client):
    gateway.sent("A", date=NOW - 60)
    reply_look = ReplyLook(client)
    reply_look.look([Awaited.read("A")])
    gateway.asked.clear()
    reply_look.look([Awaited.read("A")])
    assert gateway.asked == ["/sms/inbound", "/sms/inbound/A", "/sms/history"]


def test_no_answer_is_taken_while_the_other_texts_to_the_person_cannot_be_read(gateway, client):
    gateway.sent("A", date=NOW - 60)
    gateway.reply("A", timestamp=NOW)
    reply_look = ReplyLook(client)
    gateway.broken = 500
    assert isinstance(reply_look.look([Awaited.read("A")]).error, ClickSendServerError)
    gateway.broken = None
    assert [r.message_id for r in reply_look.look([Awaited.read("A")]).seen] == ["IN-1"]


def test_nothing_to_look_for_asks_for_nothing(gateway, client):
    assert ReplyLook(client).look([]).seen == []
    assert gateway.asked == []


def test_a_reply_to_a_large_send_is_found_under_many_newer_texts_and_the_send_is_read_once(gateway, client):
    reference, sent_at = "af-0123456789abcdef", NOW - 3600
    for i in range(1200):
        gateway.sent(
            f"M{i}", date=sent_at + i // 500, to=f"+1555{i:07}", body="Load?", custom_string=f"{reference}-x-{i}"
        )
    for i in range(12_000):
        gateway.sent(f"NEW{i}", date=sent_at + 60 + i // 4, to="+15559999999", body="theirs")
    gateway.reply("NEW1", timestamp=NOW, **{"from": "+15550000700"})
    wait = ReplyWait(Awaited.read({"reference": reference, "since": sent_at, "count": 1200}))
    look = ReplyLook(client)
    requests = []
    for _ in range(3):
        gateway.asked.clear()
        seen = look.look([wait.wanted()])
        requests.append(len(gateway.asked))
    assert wait.note(seen.seen, seen.texts)["from"] == "+15550000700"
    assert requests[0] <= 12 + 15
    assert max(requests[1:]) <= 15
