"""Whatever the live API turns out to be, and whatever fault a request meets: nobody is texted twice, none is lost."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_clicksend.api.errors import ClickSendOutcomeUnknownError
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.sandbox.worlds import World
from tests.once.test_fault_matrix import IN_DOUBT, PASSING
from tests.once.worlds import each_world
from tests.support.tasks import Task

SETTLE = 0.15
#: Where a text is truncated in the history, it is so in the middle of this emoji.
BODY = "The load of table a\N{DELIVERY TRUCK} is done."
#: `huge` costs more than all the others together and differs from `drip` in nothing that a world changes.
IN_ANY_WORLD = [fault for fault in IN_DOUBT if fault != "huge"]
FAULTS = [*PASSING, *IN_ANY_WORLD, *(f"accepted-then-{fault}" for fault in IN_ANY_WORLD)]
#: A few of each kind are tried at every change; all of them in `make test`.
FEW_FAULTS = ["dropped", "502", "accepted-then-502", "accepted-then-302"]
FEW_WORLDS = {"history_echo=null", "number_form=national", "q_to=nothing", "clock_offset=86400.0"}
#: No reference in the history on top of it: then numbers, words and time are all that is left to go by.
NO_ECHO = {"answer_echo": "null", "history_echo": "null"}
#: Where the history shows neither references nor words, nobody can tell who was texted.
UNKNOWABLE = {"history_body=null"}

#: These fields change nothing that a send or the history shows.
NOT_OF_SENDING = ("receipt", "reply", "mms_receipts", "unread_order", "replies", "id_errors", "other_replies")
#: These change neither a send nor a wait; the operators they concern have tests of their own.
OTHERS = ("remove_duplicates", "cancel_all_match", "unknown_connection", "refusals", "list_opted_out", "list_numbers")

WORLDS = each_world()


def having(*left_out: str) -> pytest.MarkDecorator:
    names = [name for name in WORLDS if not name.startswith(left_out)]
    return pytest.mark.parametrize(
        "name", [pytest.param(name, marks=[] if name in FEW_WORLDS else pytest.mark.slow) for name in names]
    )


def send_through(sandbox: Sandbox, faults: list[str]) -> dict[str, int]:
    """Send to three people through each fault, up to three tries, and return how often each was texted."""
    for number, fault in enumerate(faults):
        sandbox.fault(fault, "/v3/sms/send", retry_after=0)
        to = [f"+1555{number:03}{person:04}" for person in range(3)]
        send_in_three_tries(ClickSendSmsOperator(task_id=f"send_{number}", to=to, body=BODY, settle=SETTLE), to)
    return {to: count for (to, _, _), count in sandbox.copies().items()}


def send_in_three_tries(operator: ClickSendSmsOperator, to: list[str]) -> None:
    """A try either says that all were accepted, or that nobody knows."""
    task = Task(operator, store=True)
    for _ in range(3):
        try:
            assert task.run()["accepted"] == len(to)
        except ClickSendOutcomeUnknownError:
            continue
        return


def everybody(faults: list[str]) -> list[str]:
    return [f"+1555{number:03}{person:04}" for number in range(len(faults)) for person in range(3)]


@having(*NOT_OF_SENDING, *OTHERS)
def test_everybody_is_texted_exactly_once_in_every_world(sandbox: Sandbox, name: str) -> None:
    faults = FEW_FAULTS if name in FEW_WORLDS else FAULTS
    sandbox.world(**WORLDS[name])
    assert send_through(sandbox, faults) == dict.fromkeys(everybody(faults), 1)


@having(*NOT_OF_SENDING, *OTHERS, *NO_ECHO)
def test_everybody_is_texted_exactly_once_by_number_words_and_time(sandbox: Sandbox, name: str) -> None:
    sandbox.world(**NO_ECHO, **WORLDS[name])
    copies = send_through(sandbox, FEW_FAULTS)
    if name in UNKNOWABLE:
        assert set(copies.values()) <= {1, 2}
    else:
        assert copies == dict.fromkeys(everybody(FEW_FAULTS), 1)


#: These change how the history is searched and read.
OF_SEARCHING = ("q_", "number_form", "date_filter", "history_order", "history_late", "clock_offset", "date_header")
BUSY_WORLDS = [name for name in WORLDS if name.startswith(OF_SEARCHING)]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in FEW_WORLDS | {"q_to=error"} else pytest.mark.slow) for name in BUSY_WORLDS],
)
def test_everybody_is_texted_exactly_once_where_others_send_more_in_the_meantime_than_a_look_reads(
    sandbox: Sandbox, name: str
) -> None:
    sandbox.world(**{"other_texts": 700} | WORLDS[name])
    sandbox.other_traffic(texts=1500, ago=200, spread=190)
    assert send_through(sandbox, FEW_FAULTS) == dict.fromkeys(everybody(FEW_FAULTS), 1)


#: Guesses that are harmless one by one, and were not together: all pairs of them were tried.
TOGETHER = {
    "shuffled, no search": {"history_order": "shuffled", "q_to": "error"},
    "shuffled, national": {"history_order": "shuffled", "number_form": "national"},
    "a day ahead, nobody says so": {"clock_offset": -86_400.0, "date_header": "missing"},
}


@pytest.mark.parametrize("world", TOGETHER.values(), ids=list(TOGETHER))
def test_everybody_is_texted_exactly_once_where_two_guesses_are_wrong(sandbox: Sandbox, world: dict[str, Any]) -> None:
    sandbox.world(**{"other_texts": 150} | NO_ECHO | world)
    sandbox.other_traffic(texts=300, ago=2000, spread=1990)
    assert send_through(sandbox, FEW_FAULTS) == dict.fromkeys(everybody(FEW_FAULTS), 1)


def test_every_world_has_a_proof() -> None:
    fields = {name.partition("=")[0] for name in WORLDS}
    assert fields == set(World.model_fields)
    assert {name for name in fields if name.startswith(OTHERS)} == set(OTHERS)
