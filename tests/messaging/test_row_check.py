"""Most rows pass at a glance, which must never let pass what a closer look refuses."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from airflow_provider_clicksend.api.models.outgoing import SmsMessage
from airflow_provider_clicksend.messaging.row_check import RowCheck

ANN = "+15551230001"
NUMBERS = st.one_of(st.from_regex(r"\+?[0-9 ]{6,17}", fullmatch=True), st.none(), st.integers(), st.just(ANN))
BODIES = st.one_of(st.text(), st.none(), st.floats(), st.binary())


def row_check(**arguments: Any) -> RowCheck:
    rules = {"required": (), "now": None, "max_parts": None, "refuse_braces": True, **arguments}
    return RowCheck({}, model=SmsMessage, **rules)


@given(NUMBERS, BODIES, st.booleans(), st.sampled_from([None, 1]))
@example(ANN, "hi {name}", True, None)
@example(ANN, "hi" * 100, True, 1)
@example(ANN, "a cat \ud83d", False, None)
@example(ANN, " None ", False, None)
@example(ANN, "\u3000", False, None)
def test_what_passes_at_a_glance_passes_every_check(
    to: object, body: object, refuse_braces: bool, max_parts: int | None
) -> None:
    check = row_check(refuse_braces=refuse_braces, max_parts=max_parts)
    if check.passes(to, body):
        check.check({"to": to, "body": body})


def test_a_number_and_words_pass_at_a_glance() -> None:
    assert row_check().passes(ANN, "Grüße 🚚")
