"""What tasks pushed, as a person sees it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from airflow_provider_clicksend.messaging.ask_result import shown_people
from airflow_provider_clicksend.messaging.message_table import MessageTable, Pushed, message_table

ANNA, BERT, CARL = "+15551234567", "+61411000001", "+4915112345678"


def sent(*accepted: str, refused: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """The result of a send as the operator pushes it."""
    rows = [{"message_id": f"ID-{to}", "to": to, "message_price": "0.0770", "status": "SUCCESS"} for to in accepted]
    left = [{"to": to, "status": "COUNTRY_NOT_ENABLED", "custom_string": None} for to in refused]
    return {
        "channel": "sms",
        "message_ids": [row["message_id"] for row in rows],
        "accepted": len(rows),
        "refused": left,
        "total_price": f"{0.077 * len(rows):.4f}",
        "currency": "USD",
        "messages": [*rows, *({**row, "message_id": None} for row in left)],
    } | more


def table(*values: Any, **keys: Any) -> MessageTable:
    """The table of tasks that pushed these results, and these values under keys of their own."""
    pushed = [Pushed(f"task_{n}", -1, "return_value", value) for n, value in enumerate(values)]
    return message_table([*(Pushed("ask", -1, key, value) for key, value in keys.items()), *pushed])


def short(found: MessageTable, state: str | None = None) -> list[tuple[str, str]]:
    return [(row.to, row.state) for row in found.in_state(state)]


def test_accepted_and_refused_messages_stand_with_masked_numbers_problems_first() -> None:
    found = table(sent(ANNA, refused=(BERT,)))
    assert short(found) == [("+6141***0001", "refused"), ("+1555***4567", "accepted")]
    assert found.in_state("refused")[0].reason == (
        "COUNTRY_NOT_ENABLED: Enable the country for the account in ClickSend's dashboard."
    )
    assert found.prices == {"USD": Decimal("0.0770")}
    assert ANNA not in repr(found)


def test_what_a_wait_found_out_stands_at_the_message_whichever_task_comes_first() -> None:
    outcomes = [
        {"message_id": f"ID-{ANNA}", "outcome": "delivered", "status_code": "201", "status_text": "Success"},
        {"message_id": f"ID-{BERT}", "outcome": "failed", "status_code": "301", "status_text": "No such number"},
        {"message_id": f"ID-{CARL}", "outcome": "pending", "status_code": "200", "status_text": "Sent"},
    ]
    found = table({"delivered": 1, "failed": 1, "messages": outcomes}, sent(ANNA, BERT, CARL))
    assert short(found) == [
        ("+6141***0001", "failed"),
        ("+1555***4567", "delivered"),
        ("+4915***5678", "accepted"),
    ]
    assert found.in_state("failed")[0].reason == "No such number (301)"


def test_a_reply_stands_at_the_text_that_it_answers_by_its_id_or_else_by_the_number() -> None:
    reply = {"message_id": "IN-1", "original_message_id": f"ID-{ANNA}", "from": ANNA, "to": "+1", "body": "YES"}
    assert [row.answer for row in table(sent(BERT, ANNA), reply).in_state("answered")] == ["YES"]
    later = {**reply, "original_message_id": "ANOTHER", "body": "x" * 900}
    (row,) = table(sent(BERT, ANNA), later).in_state("answered")
    assert (row.to, len(row.answer)) == ("+1555***4567", 460)


def test_a_reply_wins_over_the_receipt_of_its_text() -> None:
    receipt = {"delivered": 1, "messages": [{"message_id": f"ID-{ANNA}", "outcome": "delivered"}]}
    reply = {"original_message_id": f"ID-{ANNA}", "from": ANNA, "body": "YES"}
    for order in ((reply, receipt), (receipt, reply)):
        assert table(sent(ANNA), *order).counts()["answered"] == 1


def test_a_large_send_counts_what_it_does_not_list() -> None:
    large = sent(accepted=5000, message_ids={"reference": "af-1", "since": 5, "count": 5000}, refused=(BERT,))
    large["messages"] = []
    found = table(large, {"delivered": 4000, "failed": 1, "messages": []})
    assert found.counts() == {"refused": 1, "failed": 0, "accepted": 1000, "delivered": 4000, "answered": 0}
    assert (found.unlisted, short(found)) == (5000, [("+6141***0001", "refused")])


def test_a_question_shows_who_was_asked_while_it_is_open_and_who_answered() -> None:
    people = shown_people(
        [{"id": "Q1", "to": ANNA, "price": "0.0200"}],
        [{"id": "C1", "to": BERT}],
        [{"channel": "sms", "refused": [{"to": CARL, "status": "INVALID_RECIPIENT"}]}],
    )
    assert ANNA not in repr(people)
    states = [("+4915***5678", "refused"), ("+1555***4567", "accepted"), ("+6141***0001", "accepted")]
    assert short(table(asked=people)) == states
    answer = Pushed("ask", -1, "return_value", {"answer": "YES", "answered_by": "+1555***4567"})
    found = message_table([Pushed("ask", -1, "asked", people), answer])
    assert [(row.to, row.channel, row.answer) for row in found.in_state("answered")] == [("+1555***4567", "sms", "YES")]


def test_a_dry_run_sends_nothing_and_costs_nothing() -> None:
    found = table(sent(accepted=0, total_price="12.0000"))
    assert (found.rows, found.prices) == ([], {})


def test_a_result_that_is_kept_elsewhere_is_named_and_hides_nothing_else() -> None:
    found = table("s3://bucket/key", sent(ANNA), None, {"something": "else"})
    assert found.unreadable == ["task_0", "task_2", "task_3"]
    assert len(found.rows) == 1
