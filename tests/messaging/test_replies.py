"""Which inbound text is the answer that somebody waits for."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.api.models.messages import InboundMessage
from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.messaging import replies
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.conversation import Text, question_code
from airflow_provider_clicksend.messaging.replies import Reply, ReplyWait, match
from airflow_provider_clicksend.messaging.timeouts import no_reply

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
    assert replies.dedupe([reply("IN"), reply("IN"), reply("IN-2", body="NO")]) == [
        reply("IN"),
        reply("IN-2", body="NO"),
    ]


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


# Several questions to one person. ClickSend attributes each answer to the newest text.

HOUR = 3600
NOW = 1_800_000_000
FIRST, SECOND, ALERT = "af-1111111111111111-0-aaaaaaaaaa", "af-2222222222222222-0-aaaaaaaaaa", "al-3333333333333333"


def text(message_id="A", *, to=ANN, body="Load tonight?", at=NOW, custom_string=FIRST, awaited=False):
    return Text(message_id, to, body, at, custom_string, awaited)


def answer(message_id="IN-1", body="NO", *, at=NOW + 60, original="B", sender=ANN):
    return reply(message_id, original=original, sender=sender, body=body, timestamp=at)


def asked_twice(**second):
    return [text("A"), text("B", at=NOW + 10, custom_string=SECOND, **second)]


@pytest.mark.parametrize("ids", ["A", "B"])
@pytest.mark.parametrize("awaited", [True, False])
def test_while_two_questions_are_open_a_bare_answer_counts_for_neither(ids, awaited):
    wait = ReplyWait(Awaited.read(ids))
    assert wait.note([answer()], asked_twice(awaited=awaited)) is None
    assert [r.message_id for r in wait.ambiguous] == ["IN-1"]
    assert wait.came == []
    assert "1 reply came that may answer another question to the same person" in no_reply(wait)


def test_an_answer_with_a_code_counts_for_the_question_of_that_code_only():
    said = [answer(body=f"no, {question_code(FIRST).lower()}.")]
    assert ReplyWait(Awaited.read("A")).note(said, asked_twice()) is not None
    assert ReplyWait(Awaited.read("B")).note(said, asked_twice()) is None


def test_a_code_inside_another_word_is_no_code():
    wait = ReplyWait(Awaited.read("A"))
    assert wait.note([answer(body=f"x{question_code(FIRST)}")], asked_twice()) is None


def test_an_answer_that_came_before_the_second_question_was_asked_is_for_the_first():
    said = [answer(at=NOW + 5, original="A")]
    assert ReplyWait(Awaited.read("A")).note(said, asked_twice()) is not None
    assert ReplyWait(Awaited.read("B")).note(said, asked_twice()) is None


def test_once_the_first_question_is_answered_a_bare_answer_counts_for_the_second():
    said = [answer("IN-1", "NO", at=NOW + 5, original="A"), answer("IN-2", "YES", at=NOW + 60)]
    found = ReplyWait(Awaited.read("B")).note(said, asked_twice())
    assert found is not None
    assert found["message_id"] == "IN-2"


@pytest.mark.parametrize(
    ("body", "custom_string"),
    [("disk full. Reply?", ALERT), ("Loaded 5 rows.", SECOND), ("Your parcel is here.", "shop"), ("", "")],
)
def test_an_alert_or_a_notice_in_between_takes_the_attribution_and_not_the_answer(body, custom_string):
    texts = [text("A"), text("B", body=body, at=NOW + 10, custom_string=custom_string)]
    assert ReplyWait(Awaited.read("A")).note([answer(original="B")], texts) is not None


def test_a_question_of_another_program_that_is_newer_than_ours_makes_a_bare_answer_ambiguous():
    texts = [text("A"), text("B", body="Vous venez\uff1f", at=NOW + 10, custom_string="shop")]
    assert ReplyWait(Awaited.read("A")).note([answer()], texts) is None


def test_a_question_of_yesterday_is_no_longer_open():
    texts = [text("B", at=NOW - 21 * HOUR, custom_string=SECOND), text("A")]
    assert ReplyWait(Awaited.read("A")).note([answer(original="A")], texts) is not None


def test_a_text_that_came_before_our_question_answers_it_not():
    assert ReplyWait(Awaited.read("A")).note([answer(at=NOW - 1, original="OLD")], [text("A")]) is None


@pytest.mark.parametrize("sender", ["+61 411 111 199", "61411111199", "0411 111 199", "(0411) 111-199"])
def test_a_number_in_any_form_is_the_same_person(sender):
    wait = ReplyWait(Awaited.read("A"), from_numbers=[ANN])
    assert wait.note([answer(original=None, sender=sender)], [text("A")]) is not None


@pytest.mark.parametrize(
    "body", ["\uff39\uff25\uff33", "Y\u200bES", "\u200fYES\u200e", "Y\u00adES", "\ufeffyes", "Y\u2060E\ufe0fS"]
)
def test_a_body_is_compared_normalised_and_returned_as_it_came(body):
    found = ReplyWait(Awaited.read("A"), pattern="(?i)^yes$").note([answer(body=body)], [text("A")])
    assert found is not None
    assert found["body"] == body


def test_a_pattern_of_full_width_letters_finds_them_too():
    assert match(reply(body="\uff39\uff25\uff33"), pattern="\uff39\uff25\uff33")
    assert match(reply(body="a\u200bb"), pattern="a[\u200b]?b")


def test_a_pattern_with_nested_repetition_ends_soon_and_once():
    wait = ReplyWait(Awaited.read("A"), pattern=r"^(a|a|b?a)+$")
    started = time.thread_time()
    for _ in range(3):
        assert wait.note([answer(body="a" * 60 + "!")], [text("A")]) is None
    assert time.thread_time() - started < 3  # the processor's, whatever else keeps it busy
    assert [r.message_id for r in wait.too_slow] == ["IN-1"]
    assert "took too long" in no_reply(wait)


def test_one_reply_of_the_list_and_of_the_history_under_different_ids_is_one():
    listed, of_history = answer("IN-1", original="B"), answer("H-9", original=None, sender="61411111199")
    assert replies.dedupe([of_history, listed]) == [listed]


@pytest.mark.parametrize(
    "body", ["STOP", " stop. ", "Unsubscribe", "OPT OUT", "\uff33\uff34\uff2f\uff30", "S\u200bTOP"]
)
def test_stop_ends_the_wait_with_its_own_outcome(body):
    wait = ReplyWait(Awaited.read("A"), pattern="(?i)^yes$")
    assert wait.note([answer(body=body)], [text("A")]) == {"outcome": "opted_out", "from": [ANN]}


def test_stop_ends_it_also_while_two_questions_are_open():
    assert ReplyWait(Awaited.read("A")).note([answer(body="STOP")], asked_twice())["outcome"] == "opted_out"


def test_stop_within_a_sentence_is_an_answer():
    assert ReplyWait(Awaited.read("A")).note([answer(body="stop the load")], [text("A")])["body"] == "stop the load"


def test_a_reply_that_fits_an_explicit_pattern_wins_over_opting_out():
    found = ReplyWait(Awaited.read("A"), pattern="(?i)^(go|cancel)$").note([answer(body="Cancel")], [text("A")])
    assert found["body"] == "Cancel"


def test_while_one_of_those_who_were_asked_has_not_opted_out_the_wait_goes_on():
    wait = ReplyWait(Awaited.read(["A", "B"]))
    texts = [text("A"), text("B", to=BOB)]
    assert wait.note([answer(body="STOP", original="A")], texts) is None
    assert wait.note([answer("IN-2", "QUIT", sender=BOB)], texts) == {"outcome": "opted_out", "from": [ANN, BOB]}
