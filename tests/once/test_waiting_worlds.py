"""Whatever the live API turns out to be, and whatever fault a look meets: a wait ends rightly."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.engine.delivery_look import DeliveryLook
from airflow_provider_clicksend.engine.reply_look import ReplyLook
from airflow_provider_clicksend.engine.waiting import Done, Sleep, WaitSteps
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.delivery import DeliveryWait
from airflow_provider_clicksend.messaging.replies import ReplyWait
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.once.test_worlds import FAULTS, FEW_FAULTS, FEW_WORLDS, OTHERS, WORLDS

ANN, BOB = "+15551230001", "+15551230002"
#: Looks that a wait may take once nothing is in its way any more; the last one spares nothing.
LOOKS = 12


@pytest.fixture
def client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClickSendClient]:
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url, timeout=1) as client:
        yield client


each_world_that_matters = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in FEW_WORLDS else pytest.mark.slow)
        for name in WORLDS
        if not name.startswith(OTHERS)
    ],
)


def meet(sandbox: Sandbox, name: str) -> int:
    """Let each next request meet a fault, and return how many that are."""
    faults = [fault for fault in (FEW_FAULTS if name in FEW_WORLDS else FAULTS) if not fault.startswith("accepted")]
    for fault in faults:
        sandbox.fault(fault, "/v3/sms/*", method="GET", retry_after=0)
    return len(faults)


def end_of(look: Callable[[bool], Any], wait: Any, looks: int) -> dict[str, Any]:
    """Look until the wait is over; only a wait that is done has a result."""
    steps = WaitSteps(wait)
    for number in range(looks):
        step = steps.after(look(number == looks - 1))
        if isinstance(step, Done):
            return step.result
        assert isinstance(step, Sleep), step
        time.sleep(0.01)
    raise AssertionError(f"not over after {looks} looks")


@each_world_that_matters
def test_a_wait_for_delivery_ends_with_what_became_of_each(
    sandbox: Sandbox, client: ClickSendClient, name: str
) -> None:
    sandbox.world(**WORLDS[name])
    assert delivery(sandbox, client, lambda: meet(sandbox, name)) == (1, 1)


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_wait_for_delivery_ends_where_neither_ids_nor_the_history_tell(
    sandbox: Sandbox, client: ClickSendClient, status: int
) -> None:
    sandbox.world(history_status_code="null", id_errors={"*": status})
    assert delivery(sandbox, client, lambda: 0) == (1, 1)


def delivery(sandbox: Sandbox, client: ClickSendClient, meet_faults: Callable[[], int]) -> tuple[int, int]:
    """Send two texts, and return how many were delivered and how many failed, as a wait sees it."""
    sandbox.settings(deliver_after=0)
    sandbox.decide("failed", to=BOB)
    sent = client.sms.send([{"to": to, "body": "hi", "custom_string": f"x-{to}"} for to in (ANN, BOB)])
    wait = DeliveryWait(Awaited.read([message.message_id for message in sent.messages]), on_undelivered="warn")
    look = DeliveryLook(client)
    time.sleep(0.1)
    faults = meet_faults()
    result = end_of(lambda last: look([wait.wanted()], last=last), wait, faults + LOOKS)
    return result["delivered"], result["failed"]


@each_world_that_matters
def test_a_wait_for_a_reply_ends_with_it(sandbox: Sandbox, client: ClickSendClient, name: str) -> None:
    sandbox.world(**WORLDS[name])
    [sent] = client.sms.send([{"to": ANN, "body": "Load?", "custom_string": "x-1"}]).messages
    sandbox.reply(ANN, "YES")
    sandbox.reply(BOB, "NO")
    wait = ReplyWait(Awaited.read(sent.message_id), from_numbers=[ANN])
    look = ReplyLook(client)
    time.sleep(0.1)
    faults = meet(sandbox, name)
    result = end_of(lambda last: look.look([wait.wanted()], last=last), wait, faults + LOOKS)
    assert result["body"] == "YES"
