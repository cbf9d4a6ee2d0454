"""What became of a batch, from what was answered and what the history shows."""

from decimal import Decimal

import pytest

from airflow_provider_clicksend.api.models.messages import HistoryRow, SendResult
from airflow_provider_clicksend.messaging.batch_result import (
    Chunk,
    Evidence,
    Tally,
    identity,
    result,
    retried,
    unanswered,
)
from airflow_provider_clicksend.messaging.reference import message_reference

BATCH = "af-0123456789abcdef"
ANN, BOB = "+15551230001", "+15551230002"


def message(to, place=0, **more):
    return {"to": to, "body": "hi", "custom_string": message_reference(BATCH, place, to), **more}


def row(to, custom_string, **more):
    return HistoryRow(message_id=f"id of {custom_string}", direction="out", to=to, custom_string=custom_string, **more)


def row_of(sent, **more):
    return row(sent["to"], sent["custom_string"], **more)


def answer(*messages):
    return SendResult.read({"messages": list(messages), "_currency": {"currency_name_short": "AUD"}})


ACCEPTED = {"status": "SUCCESS", "to": ANN, "message_id": "A", "message_parts": 2, "message_price": "7.7050"}
REFUSED = {"status": "INVALID_RECIPIENT", "to": BOB, "message_id": "B", "custom_string": "x", "schedule": ""}


def test_each_message_of_an_answer_counts_by_its_own_status():
    tally = Tally(listed=True)
    tally.add_accepted(answer(ACCEPTED, REFUSED))
    tally.add_refused(answer(ACCEPTED, REFUSED).refused)
    assert (tally.accepted, tally.parts, tally.total_price, tally.currency) == (1, 2, Decimal("7.7050"), "AUD")
    assert tally.refused == [{"to": BOB, "status": "INVALID_RECIPIENT", "custom_string": "x"}]


def test_a_result_is_json_with_ids_parts_and_price():
    tally = Tally(listed=True)
    tally.add_accepted(answer(ACCEPTED))
    assert result(tally, handle={}) == {
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
    tally = Tally(listed=False)
    tally.add_accepted(answer(*[ACCEPTED] * 3))
    handle = {"reference": BATCH, "since": 1, "count": 3}
    outcome = result(tally, handle=handle)
    assert (outcome["message_ids"], outcome["accepted"], outcome["messages"]) == (handle, 3, [])


def test_a_tally_survives_being_written_down():
    tally = Tally(listed=True)
    tally.add_accepted(answer(ACCEPTED))
    tally.add_refused(answer(REFUSED).refused)
    assert Tally.from_json(tally.to_json(), tally.rows, listed=True) == tally


def test_rows_that_a_killed_try_wrote_without_counting_them_are_not_taken_for_accepted():
    tally = Tally(listed=True)
    tally.add_accepted(answer(ACCEPTED))
    assert Tally.from_json(tally.to_json(), [*tally.rows, {"message_id": "B"}], listed=True).rows == tally.rows


def test_chunks_are_told_apart_by_who_is_in_them_even_under_one_custom_string():
    own = [{"to": to, "custom_string": "order-17"} for to in (ANN, BOB)]
    assert Chunk(0, own[:1]).digest != Chunk(0, own[1:]).digest
    assert Chunk(0, own).digest == Chunk(0, [dict(one, body="another") for one in own]).digest


def test_our_reference_is_known_without_the_number_and_the_users_is_not():
    ours = message(ANN)["custom_string"]
    assert identity(BATCH, ours, ANN) == identity(BATCH, ours, None)
    assert identity(BATCH, "order-17", ANN) != identity(BATCH, "order-17", BOB)
    assert identity(BATCH, "order-17", ANN) == identity(BATCH, "order-17", ANN.removeprefix("+"))
    assert identity("", ours, ANN) != identity("", ours, BOB)


def test_what_an_answer_does_not_mention_is_in_doubt():
    sent = [message(ANN, 0), message(ANN, 1), message(BOB, 2)]
    answered = {**ACCEPTED, "custom_string": sent[1]["custom_string"]}
    assert unanswered(sent, answer(answered)) == [sent[0], sent[2]]
    assert unanswered(sent, answer(answered, answered, answered)) == []


def test_any_number_of_answers_speaks_for_a_list():
    assert unanswered([{"list_id": 1, "custom_string": "x"}], answer()) == []


def test_evidence_is_complete_when_every_message_was_seen():
    sent = [message(ANN, 0), message(BOB, 1)]
    evidence = Evidence(sent, batch=BATCH)
    evidence.add(row_of(sent[0]))
    assert (evidence.complete, evidence.missing) == (False, [sent[1]])
    evidence.add(row_of(sent[1]))
    assert evidence.complete
    assert [evidence.take(one).custom_string for one in sent] == [one["custom_string"] for one in sent]
    assert evidence.take(sent[0]) is None  # each row speaks for one message


@pytest.mark.parametrize(
    "shown",
    [
        row(ANN, None),
        row(ANN, ""),
        row(ANN, "somebody else's"),
        row(ANN, message(ANN)["custom_string"]).model_copy(update={"direction": "in"}),
        row_of(message(ANN), status="INVALID_RECIPIENT"),
    ],
    ids=["no reference", "an empty one", "another", "a reply", "a refusal"],
)
def test_other_rows_of_the_history_prove_nothing(shown):
    evidence = Evidence([message(ANN)], batch=BATCH)
    evidence.add(shown)
    assert not evidence.complete


def test_our_reference_is_recognised_however_the_history_writes_the_number():
    evidence = Evidence([message(ANN)], batch=BATCH)
    evidence.add(row("0412 345 678", message(ANN)["custom_string"]))
    assert evidence.complete


def test_a_reference_of_the_users_counts_for_its_number_only():
    own = {"to": ANN, "custom_string": "order-17"}
    evidence = Evidence([own], batch=BATCH)
    evidence.add(row(BOB, "order-17"))
    assert not evidence.complete
    evidence.add(row(ANN.removeprefix("+"), "order-17"))
    assert evidence.complete


def test_a_list_in_another_order_is_recognised_by_its_recipients():
    before = [message(ANN, 0), message(BOB, 1), message(ANN, 2)]
    now = [message(BOB, 0), message(ANN, 1), message(ANN, 2)]
    evidence = Evidence(now, batch=BATCH, current=frozenset(one["custom_string"] for one in now))
    for _ in range(2):  # a history that is read twice shows everything twice
        for one in before:
            evidence.add(row_of(one))
    assert [evidence.take(one).to for one in now] == [BOB, ANN, ANN]
    assert evidence.take(now[1]) is None


def test_only_temporary_refusals_are_tried_again_until_a_person_clears_the_task():
    assert retried({"status": "THROTTLED"}, cleared=False)
    assert retried({"status": "INTERNAL_ERROR"}, cleared=False)
    assert not retried({"status": "INVALID_RECIPIENT"}, cleared=False)
    assert retried({"status": "INVALID_RECIPIENT"}, cleared=True)
