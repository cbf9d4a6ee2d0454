"""What became of a batch, from what was answered and what the history shows."""

from decimal import Decimal

from airflow_provider_clicksend.api.models.messages import SendResult
from airflow_provider_clicksend.messaging.batch_result import (
    BatchResult,
    Chunk,
    as_xcom,
    retried,
    unanswered,
)
from airflow_provider_clicksend.messaging.reference import message_reference, words_mark

BATCH = "af-0123456789abcdef-x"
ANN, BOB = "+15551230001", "+15551230002"


def message(to, place=0, **more):
    return {
        "to": to,
        "body": "hi",
        "custom_string": message_reference(BATCH, words_mark({"to": to, "body": "hi"}), place),
        **more,
    }


def answer(*messages):
    return SendResult.read({"messages": list(messages), "_currency": {"currency_name_short": "AUD"}})


ACCEPTED = {"status": "SUCCESS", "to": ANN, "message_id": "A", "message_parts": 2, "message_price": "7.7050"}
REFUSED = {"status": "INVALID_RECIPIENT", "to": BOB, "message_id": "B", "custom_string": "x", "schedule": ""}


def test_each_message_of_an_answer_counts_by_its_own_status():
    outcome = BatchResult(listed=True)
    outcome.add_accepted(answer(ACCEPTED, REFUSED))
    outcome.add_refused(answer(ACCEPTED, REFUSED).refused)
    assert (outcome.accepted, outcome.parts, outcome.total_price, outcome.currency) == (1, 2, Decimal("7.7050"), "AUD")
    assert outcome.refused == [{"to": BOB, "status": "INVALID_RECIPIENT", "custom_string": "x"}]


def test_a_result_is_json_with_ids_parts_and_price():
    outcome = BatchResult(listed=True)
    outcome.add_accepted(answer(ACCEPTED))
    assert as_xcom(outcome, handle={}) == {
        "scheduled": 0,
        "message_ids": ["A"],
        "accepted": 1,
        "refused": [],
        "total_price": "7.7050",
        "parts": 2,
        "currency": "AUD",
        "messages": [
            {
                "message_id": "A",
                "to": ANN,
                "custom_string": None,
                "message_parts": 2,
                "message_price": "7.7050",
                "status": "SUCCESS",
            }
        ],
    }


def test_the_result_of_many_keeps_counts_and_a_handle_only():
    outcome = BatchResult(listed=False)
    outcome.add_accepted(answer(*[ACCEPTED] * 3))
    handle = {"reference": BATCH, "since": 1, "count": 3}
    shown = as_xcom(outcome, handle=handle)
    assert (shown["message_ids"], shown["accepted"], shown["messages"]) == (handle, 3, [])


def test_a_outcome_survives_being_written_down():
    outcome = BatchResult(listed=True)
    outcome.add_accepted(answer(ACCEPTED))
    outcome.add_refused(answer(REFUSED).refused)
    assert BatchResult.from_json(outcome.to_json(), outcome.rows, listed=True) == outcome


def test_rows_that_a_killed_try_wrote_without_counting_them_are_not_taken_for_accepted():
    outcome = BatchResult(listed=True)
    outcome.add_accepted(answer(ACCEPTED))
    assert (
        BatchResult.from_json(outcome.to_json(), [*outcome.rows, {"message_id": "B"}], listed=True).rows == outcome.rows
    )


def test_chunks_are_told_apart_by_who_is_in_them_even_under_one_custom_string():
    own = [{"to": to, "custom_string": "order-17"} for to in (ANN, BOB)]
    assert Chunk(0, own[:1]).digest != Chunk(0, own[1:]).digest
    assert Chunk(0, own).digest == Chunk(0, [dict(one, body="another") for one in own]).digest


def test_what_an_answer_does_not_mention_is_in_doubt():
    sent = [message(ANN, 0), message(ANN, 1), message(BOB, 2)]
    answered = {**ACCEPTED, "custom_string": sent[1]["custom_string"]}
    assert unanswered(sent, answer(answered)) == [sent[0], sent[2]]
    assert unanswered(sent, answer(answered, answered, answered)) == []


def test_an_answer_without_references_is_matched_by_number():
    sent = [message(ANN), message(BOB)]
    assert unanswered(sent, answer(ACCEPTED | {"to": ANN.removeprefix("+")})) == [sent[1]]


def test_any_number_of_answers_speaks_for_a_list():
    assert unanswered([{"list_id": 1, "custom_string": "x"}], answer()) == []


def test_only_temporary_refusals_are_tried_again_until_a_person_clears_the_task():
    assert retried({"status": "THROTTLED"}, cleared=False)
    assert retried({"status": "INTERNAL_ERROR"}, cleared=False)
    assert not retried({"status": "INVALID_RECIPIENT"}, cleared=False)
    assert retried({"status": "INVALID_RECIPIENT"}, cleared=True)
