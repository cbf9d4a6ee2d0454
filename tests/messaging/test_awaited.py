"""What counts as one of the messages that somebody waits for."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.exceptions import ClickSendConfigError
from airflow_provider_clicksend.messaging.awaited import Awaited

HANDLE = {"reference": "af-0123456789abcdef", "since": 1_000_000, "count": 1500}


@pytest.mark.parametrize(
    ("message_ids", "ids"),
    [
        pytest.param("A-1", ("A-1",), id="one id"),
        pytest.param(["A", "B", "A"], ("A", "B"), id="a list, each once"),
        pytest.param([["A"], ["B", "C"]], ("A", "B", "C"), id="the outputs of a mapped send"),
        pytest.param([], (), id="nothing"),
    ],
)
def test_ids_are_understood_in_every_form_that_a_send_gives_them(message_ids, ids):
    awaited = Awaited.read(message_ids, since=7)
    assert (awaited.ids, awaited.count, awaited.since) == (ids, len(ids), 7)
    assert Awaited.read(awaited.as_json(), since=7) == awaited


@pytest.mark.parametrize("wrong", [None, 5, "['A', 'B']", "", {"reference": "af-1"}, ["A", {"x": 1}], [None], b"A"])
def test_what_is_no_message_id_is_named_before_anything_is_asked(wrong):
    with pytest.raises(ClickSendConfigError) as caught:
        Awaited.read(wrong)
    assert caught.value.field == "message_ids"


def test_a_batch_is_recognised_by_its_reference_and_not_by_one_that_begins_alike():
    batch = Awaited.read(HANDLE)
    assert (batch.count, batch.since) == (1500, 1_000_000)
    assert batch.includes("any", "af-0123456789abcdef-aaaaaaaaaa-0")
    assert not batch.includes("any", "af-0123456789abcdefff-aaaaaaaaaa-0")
    assert not batch.includes("any", None)
    assert Awaited.read(batch.as_json()) == batch


def test_settled_ids_are_not_asked_for_again_and_a_batch_stays_whole():
    assert Awaited.read(["A", "B", "C"]).without(["B"]).ids == ("A", "C")
    assert Awaited.read(HANDLE).without(["B"]) == Awaited.read(HANDLE)
