"""Which inbound text is the answer that somebody waits for."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.models.messages import InboundMessage
from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.messaging import replies
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.replies import Reply, ReplyWait, match

ANN, BOB = "+61411111199", "+61422222288"


def reply(message_id="IN-1", *, original="A", sender=ANN, body="YES", timestamp=100, custom_string=""):
    return Reply(message_id, original, sender, "+61400000000", body, timestamp, custom_string)


def test_an_inbound_row_becomes_json_with_the_names_of_clicksend():
    row = {"timestamp": "1436174407", "from": ANN, "body": "Sweet", "original_body": "?", "original_message_id": "A"}
    row |= {"to": BOB, "custom_string": "22PKU978RF", "message_id": "IN", "_keyword": "sweet"}
    assert replies.from_inbound(InboundMessage.read(row)).as_json() == {
        "message_id": "IN",
        "original_message_id": "A",
        "from": ANN,
        "to": BOB,
        "body": "Sweet",
        "timestamp": 1436174407,
        "custom_string": "22PKU978RF",
    }


def test_a_row_without_body_or_original_still_is_a_reply():
    row = replies.from_inbound(InboundMessage.read({"message_id": "IN"}), original_message_id="A")
    assert (row.original_message_id, row.body) == ("A", "")


@pytest.mark.parametrize(
    ("from_numbers", "pattern", "fits"),
    [
        (None, None, True),
        ([ANN], None, True),
        ([BOB], None, False),
        ([BOB, ANN], "YES", True),
        ([BOB], "YES", False),
        ([ANN], "NO", False),
        (None, "yes", False),
        (None, "(?i)yes", True),
        (None, "ES$", True),
        (None, "^ES", False),
    ],
)
def test_number_and_pattern_must_both_fit(from_numbers, pattern, fits):
    assert match(reply(), from_numbers=from_numbers, pattern=pattern) is fits


def test_a_sender_without_its_plus_is_the_same_sender():
    assert match(reply(sender=ANN.removeprefix("+")), from_numbers=[ANN])
    assert not match(reply(sender=None), from_numbers=[ANN])


def test_the_first_reply_is_the_earliest_whatever_the_order_of_the_list():
    late, early, undated = reply("C", timestamp=300), reply("B", timestamp=200), reply("A", timestamp=None)
    assert replies.first([undated, late, early]) == early
    assert replies.first([]) is None


def test_a_reply_that_two_rules_deliver_is_one_reply():
    assert replies.dedupe([reply("IN"), reply("IN"), reply("IN-2")]) == [reply("IN"), reply("IN-2")]


def test_a_reply_that_does_not_fit_does_not_hide_a_later_one_that_does():
    wait = ReplyWait(Awaited.read("A"), pattern="^(YES|NO)$")
    assert wait.note([reply("IN-1", body="who is this?")]) is None
    found = wait.note([reply("IN-1", body="who is this?"), reply("IN-2", body="NO", timestamp=200)])
    assert found is not None
    assert found["message_id"] == "IN-2"


def test_replies_to_other_messages_are_left_alone():
    wait = ReplyWait(Awaited.read(["A", "B"]))
    assert wait.note([reply(original="X"), reply(original=None)]) is None
    assert wait.came == []
    assert wait.note([reply(original="B")]) is not None


def test_a_reply_to_a_batch_is_known_by_the_custom_string():
    wait = ReplyWait(Awaited.read({"reference": "af-0123456789abcdef", "since": 1, "count": 2000}))
    assert wait.note([reply(custom_string="af-ffffffffffffffff-x-0")]) is None
    assert wait.note([reply(custom_string="af-0123456789abcdef-x-0")]) is not None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"pattern": "("}, "pattern"),
        ({"pattern": 5}, "pattern"),
        ({"from_numbers": ["0412345678"]}, "from_numbers"),
        ({"from_numbers": []}, "from_numbers"),
        ({"from_numbers": ""}, "from_numbers"),
        ({"from_numbers": 5}, "from_numbers"),
    ],
)
def test_wrong_arguments_are_named(arguments, field):
    with pytest.raises(ClickSendConfigError) as caught:
        ReplyWait(Awaited.read("A"), **arguments)
    assert caught.value.field == field


def test_one_number_may_come_alone_and_wrong_ones_are_masked():
    assert ReplyWait(Awaited.read("A"), from_numbers=ANN).from_numbers == [ANN]
    with pytest.raises(ClickSendConfigError) as caught:
        replies.check_numbers([ANN, "0491570156789"])
    assert "0491570156789" not in str(caught.value)


def test_without_a_message_there_is_nothing_to_reply_to():
    with pytest.raises(ClickSendConfigError, match="no message to reply to"):
        ReplyWait(Awaited.read([]))
