"""Whatever the live API turns out to be, and however busy the account is: a text starts its DAG once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from airflow_provider_clicksend.engine import inbound_look
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.triggers import inbound
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS
from tests.once.test_worlds import OTHERS, WORLDS
from tests.triggers.test_inbound import ANN, TICK, Store, triggerer, until, watcher, watching

pytestmark = pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="needs Airflow 3.3, and says so")

#: Some in which a quiet account shows a text in the end, and a busy one hides it behind the others.
TOGETHER: dict[str, dict[str, Any]] = {
    "read by others, no search": {"replies_read_by_others": True, "q_to": "error", "q_other": "error"},
    "read by others, a search that finds nothing": {
        "replies_read_by_others": True,
        "q_to": "nothing",
        "q_other": "nothing",
    },
    "read by others, national numbers": {"replies_read_by_others": True, "number_form": "national"},
}
EACH = {name: world for name, world in WORLDS.items() if not name.startswith(OTHERS)}
QUICK = {"q_other=error", "q_to=error", *TOGETHER}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "SHORTEST_POLL", TICK)
    # Where the newest row is not among the first, a text is judged after a minute.
    monkeypatch.setattr(inbound_look, "SETTLE", 2.0)
    monkeypatch.setattr(inbound.ClickSendInboundTrigger, "members", type(inbound.ClickSendInboundTrigger.members)(set))


def crowd(sandbox: Sandbox, *, ago: int, spread: int) -> None:
    """Let others text, and answer, more than a look reads."""
    sandbox.other_traffic(texts=1500, replies=1500, ago=ago, spread=spread)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in (EACH | TOGETHER)]
)
def test_a_text_starts_once_in_a_busy_account(sandbox: Sandbox, name: str) -> None:
    async def story() -> None:
        store = Store()
        sandbox.world(**(EACH | TOGETHER)[name])
        crowd(sandbox, ago=600, spread=590)
        sandbox.reply(ANN, "STATUS old")
        await asyncio.sleep(0.3)  # it shows
        async with triggerer(watcher(store)) as running:
            await watching(store)
            sandbox.reply(ANN, "STATUS sales")
            crowd(sandbox, ago=5, spread=10)
            await until(running.bodies, 20)
            await asyncio.sleep(3 * TICK)
        async with triggerer(watcher(store)) as again:
            await asyncio.sleep(3 * TICK)
        assert (running.bodies(), again.bodies()) == ([["STATUS sales"]], [])

    asyncio.run(story())
