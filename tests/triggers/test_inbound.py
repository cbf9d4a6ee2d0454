"""The trigger that starts DAGs by text, driven as Airflow 3.3's triggerer drives it, against the sandbox."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.engine import inbound_look
from airflow_provider_clicksend.inbound import MEMORY_KEY, RECEIVED_KEY
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.triggers import inbound as module
from airflow_provider_clicksend.triggers.inbound import ClickSendInboundTrigger
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS
from tests.support.tasks import Task

pytestmark = pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="needs Airflow 3.3, and says so")

ANN, BOB, EVE = "+15551234567", "+15557654321", "+15550000666"
TICK = 0.1


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "SHORTEST_POLL", TICK)
    yield
    ClickSendInboundTrigger.members.clear()


class Store:
    """Airflow's state store of one asset: what is not JSON does not survive."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.fails = 0

    async def aget(self, key: str, default: Any = None) -> Any:
        self._fail()
        return json.loads(self.values[key]) if key in self.values else default

    async def aset(self, key: str, value: Any) -> None:
        self._fail()
        self.values[key] = json.dumps(value)

    def _fail(self) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the supervisor is gone")


class Accessors:
    def __init__(self, *stores: Store) -> None:
        self._by_name = {f"asset {number}": store for number, store in enumerate(stores)}


def watcher(*stores: Store, **arguments: Any) -> ClickSendInboundTrigger:
    arguments = {"from_numbers": [ANN, BOB], "keyword": "STATUS", "poll_interval": TICK} | arguments
    trigger = ClickSendInboundTrigger(**arguments)
    trigger.asset_state_store = Accessors(*stores)  # type: ignore[assignment]
    return trigger


class Triggerer:
    """Runs watchers through Airflow's own manager of shared streams."""

    def __init__(self) -> None:
        from airflow.triggers.shared_stream import SharedStreamManager

        self.streams = SharedStreamManager()
        self.payloads: dict[int, list[dict[str, Any]]] = {}
        #: Whether events reach the database.
        self.stores = True
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *triggers: ClickSendInboundTrigger) -> None:
        self._tasks += [asyncio.create_task(self._run(number, one)) for number, one in enumerate(triggers)]

    async def _run(self, number: int, trigger: ClickSendInboundTrigger) -> None:
        key = trigger.shared_stream_key()
        shared = self.streams.subscribe(trigger_id=number, trigger=trigger, key=key)
        async for event in trigger.filter_shared_stream(shared):
            seq = self.streams.bind_pending_event(trigger_id=number, key=key)
            self.payloads.setdefault(number, []).append(event.payload)
            if self.stores:
                asyncio.get_running_loop().call_later(0.05, self.streams.confirm_persisted, [seq])

    def bodies(self, number: int = 0) -> list[list[str]]:
        return [[text["body"] for text in payload["texts"]] for payload in self.payloads.get(number, [])]

    async def die(self) -> None:
        """End as with SIGKILL: what was not written down is gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.streams.stop_all()
        ClickSendInboundTrigger.members.clear()


@asynccontextmanager
async def triggerer(*triggers: ClickSendInboundTrigger) -> AsyncIterator[Triggerer]:
    running = Triggerer()
    running.start(*triggers)
    try:
        yield running
    finally:
        await running.die()


async def until(done: Callable[[], Any], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


async def next_second() -> None:
    """Wait until what comes is later than what came. In the second of an answer, every text may be the answer."""
    await asyncio.sleep(1.1 - time.time() % 1)


def flat(lists: list[list[str]]) -> list[str]:
    return [entry for one in lists for entry in one]


def memory(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(store.values[MEMORY_KEY])
    return found


async def watching(store: Store) -> None:
    await until(lambda: MEMORY_KEY in store.values)


def test_a_text_gives_one_event_with_its_payload(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        sandbox.reply(ANN, "STATUS before anybody watched")
        async with triggerer(watcher(store, pattern=r"STATUS (?P<topic>\w+)")) as running:
            await watching(store)
            came = sandbox.reply(ANN, "STATUS sales")
            sandbox.reply(EVE, "STATUS sales")
            sandbox.reply(BOB, "STOP")
            sandbox.reply(BOB, "hello")
            await until(running.bodies)
            await asyncio.sleep(5 * TICK)
        [payload] = running.payloads[0]
        [text] = payload["texts"]
        assert (text["from"], text["groups"], text["message_id"]) == (ANN, {"topic": "sales"}, came["message_id"])
        assert memory(store)["pending"] == {}, "Airflow has stored the event"

    asyncio.run(story())


def test_a_burst_is_delivered_whole_and_each_text_once(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        async with triggerer(watcher(store)) as running:
            await watching(store)
            for number in range(20):
                sandbox.reply(ANN, f"STATUS {number}")
            await until(lambda: sum(map(len, running.bodies())) >= 20)
            await asyncio.sleep(5 * TICK)
        assert sorted(flat(running.bodies())) == sorted(f"STATUS {number}" for number in range(20))

    asyncio.run(story())


def test_what_comes_while_no_triggerer_lives_is_delivered_by_the_next(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        async with triggerer(watcher(store)) as running:
            await watching(store)
            sandbox.reply(ANN, "STATUS one")
            await until(lambda: MEMORY_KEY in store.values and running.bodies() and not memory(store)["pending"])
        sandbox.reply(ANN, "STATUS two")
        async with triggerer(watcher(store)) as running:
            await until(running.bodies)
            await asyncio.sleep(5 * TICK)
        assert running.bodies() == [["STATUS two"]]

    asyncio.run(story())


@pytest.mark.parametrize("received", [False, True])
def test_an_event_that_was_on_its_way_is_sent_again_unless_a_dag_has_got_it(sandbox: Sandbox, received: bool) -> None:
    async def story() -> None:
        store = Store()
        async with triggerer(watcher(store)) as running:
            running.stores = False
            await watching(store)
            sandbox.reply(ANN, "STATUS one")
            await until(running.bodies)
        assert memory(store)["pending"], "nobody knows whether Airflow has it"
        if received:
            store.values[RECEIVED_KEY] = json.dumps(running.payloads[0][0]["number"])
        async with triggerer(watcher(store)) as running:
            sandbox.reply(ANN, "STATUS two")
            await until(lambda: "STATUS two" in flat(running.bodies()))
            await asyncio.sleep(5 * TICK)
        # ClickSend's times are whole seconds: which of two texts of one second was first, nobody can tell.
        assert sorted(flat(running.bodies())) == (["STATUS two"] if received else ["STATUS one", "STATUS two"])

    asyncio.run(story())


def test_two_watchers_share_one_poll_and_each_gets_its_own(sandbox: Sandbox) -> None:
    async def story() -> None:
        first, second = Store(), Store()
        async with triggerer(watcher(first), watcher(second, keyword="RUN", from_numbers=[BOB])) as running:
            await watching(first)
            await watching(second)
            sandbox.control("DELETE", "requests")
            await asyncio.sleep(10 * TICK)
            polls = sandbox.request_counts()["GET /v3/sms/inbound"]
            sandbox.reply(ANN, "STATUS sales")
            sandbox.reply(BOB, "RUN sales")
            sandbox.reply(ANN, "RUN sales")
            await until(lambda: running.bodies(0) and running.bodies(1))
            await asyncio.sleep(5 * TICK)
        assert polls <= 11
        assert (running.bodies(0), running.bodies(1)) == ([["STATUS sales"]], [["RUN sales"]])

    asyncio.run(story())


def test_an_answer_to_a_question_of_ours_starts_nothing(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        Task(ClickSendSmsOperator(task_id="ask", to=ANN, body="Load it? Reply YES or NO")).run()
        async with triggerer(watcher(store, keyword=None, pattern="(?i)(?P<word>.*)")) as running:
            await watching(store)
            sandbox.reply(ANN, "Yes")
            sandbox.reply(BOB, "what is up")
            await until(running.bodies)
            await next_second()
            sandbox.reply(ANN, "and now a command")  # the question is answered
            await until(lambda: len(running.bodies()) > 1)
        assert running.bodies() == [["what is up"], ["and now a command"]]

    asyncio.run(story())


def test_what_comes_in_the_second_of_the_answer_starts_nothing_either(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        Task(ClickSendSmsOperator(task_id="ask", to=ANN, body="Load it? Reply YES or NO")).run()
        async with triggerer(watcher(store, keyword=None, pattern="(?i)(?P<word>.*)")) as running:
            await watching(store)
            await next_second()
            sandbox.reply(ANN, "Yes")
            sandbox.reply(ANN, "yes please")  # it may have been the first of both
            sandbox.reply(BOB, "what is up")
            await until(running.bodies)
            await asyncio.sleep(5 * TICK)
        assert running.bodies() == [["what is up"]]

    asyncio.run(story())


def test_a_question_that_the_history_shows_late_is_seen_before_the_answer_is_judged(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        sandbox.settings(history_lag=1.5)
        async with triggerer(watcher(store, keyword=None, pattern=".*")) as running:
            await watching(store)
            await asyncio.to_thread(Task(ClickSendSmsOperator(task_id="ask", to=ANN, body="Load it? YES or NO")).run)
            sandbox.reply(ANN, "Yes")
            await asyncio.sleep(2.5)
        assert running.bodies() == []

    asyncio.run(story())


@pytest.mark.parametrize(
    "world",
    [
        {"replies_read_by_others": True},
        {"reply_form": "sparse", "reply_attribution": "none"},
        {"number_form": "national"},
        {"number_form": "spaced", "unread_order": "oldest_first"},
        {"q_to": "nothing", "q_other": "nothing"},
        {"q_to": "ignored", "q_other": "ignored"},
        {"date_filter": "ignored", "history_order": "oldest_first"},
        {"clock_offset": 5000.0},
        {"date_header": "missing"},
        {"date_header_offset": 200.0},
        {"date_header_offset": -200.0},
        {"history_echo": "null", "reply_echo": "null"},
        {"other_replies": 120},
    ],
    ids=str,
)
def test_a_text_starts_once_in_every_world(sandbox: Sandbox, world: dict[str, Any]) -> None:
    async def story() -> None:
        store = Store()
        sandbox.world(**world)
        sandbox.reply(ANN, "STATUS old")
        await asyncio.sleep(0.3)  # it shows
        async with triggerer(watcher(store)) as running:
            await watching(store)
            sandbox.reply(ANN, "STATUS sales")
            await until(running.bodies)
            await asyncio.sleep(5 * TICK)
        async with triggerer(watcher(store)) as again:
            await asyncio.sleep(5 * TICK)
        assert (running.bodies(), again.bodies()) == ([["STATUS sales"]], [])
        assert running.payloads[0][0]["texts"][0]["from"] == ANN

    asyncio.run(story())


def test_where_the_history_never_shows_a_text_it_is_judged_after_a_while(sandbox: Sandbox, monkeypatch) -> None:
    async def story() -> None:
        store = Store()
        monkeypatch.setattr(inbound_look, "SETTLE", 0.8)
        sandbox.settings(history_lag=3600)
        async with triggerer(watcher(store)) as running:
            await watching(store)
            began = time.monotonic()
            sandbox.reply(ANN, "STATUS sales")
            await until(running.bodies)
            assert time.monotonic() - began >= 0.8

    asyncio.run(story())


def test_a_store_that_fails_delays_a_text_and_loses_none(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        store.fails = 2
        async with triggerer(watcher(store)) as running:
            await watching(store)
            store.fails = 3
            sandbox.reply(ANN, "STATUS sales")
            await until(running.bodies)
            await until(lambda: not memory(store)["pending"])
        assert running.bodies() == [["STATUS sales"]]

    asyncio.run(story())


def test_a_gateway_that_is_down_delays_a_text_and_loses_none(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        async with triggerer(watcher(store)) as running:
            await watching(store)
            sandbox.fault("503", "/v3/sms/history", times=2)
            sandbox.reply(ANN, "STATUS sales")
            await until(running.bodies, 20)
            await asyncio.sleep(5 * TICK)
        assert running.bodies() == [["STATUS sales"]]

    asyncio.run(story())


def test_a_watcher_of_two_assets_remembers_in_both(sandbox: Sandbox) -> None:
    async def story() -> None:
        one, other = Store(), Store()
        async with triggerer(watcher(one, other)) as running:
            await watching(other)
            sandbox.reply(ANN, "STATUS one")
            await until(lambda: running.bodies() and not memory(one)["pending"] and not memory(other)["pending"])
        async with triggerer(watcher(other, Store())) as again:
            await asyncio.sleep(5 * TICK)
        assert again.bodies() == []

    asyncio.run(story())


def test_a_pin_must_be_right_and_is_never_passed_on(sandbox: Sandbox, monkeypatch) -> None:
    async def story() -> None:
        store = Store()
        monkeypatch.setenv("AIRFLOW_VAR_COMMAND_PIN", "909090")
        pattern = r"RUN (?P<job>\w+)( (?P<pin>\d{6}))?"
        trigger = watcher(store, keyword=None, pattern=pattern, pin_variable="command_pin")
        async with triggerer(trigger) as running:
            await watching(store)
            sandbox.reply(ANN, "RUN sales")
            sandbox.reply(ANN, "RUN sales 123456")
            sandbox.reply(ANN, "RUN orders 909090")
            await until(running.bodies)
            await asyncio.sleep(5 * TICK)
        assert running.bodies() == [["RUN orders ***"]]
        assert "909090" not in json.dumps([running.payloads, store.values])

    asyncio.run(story())


def test_it_also_runs_alone(sandbox: Sandbox) -> None:
    async def story() -> None:
        store = Store()
        trigger = watcher(store)
        async with aclosing(trigger.run()) as events:
            first = asyncio.create_task(anext(events))
            await watching(store)
            sandbox.reply(ANN, "STATUS sales")
            event = await asyncio.wait_for(first, 8)
        assert [text["body"] for text in event.payload["texts"]] == ["STATUS sales"]

    asyncio.run(story())


def test_neither_the_trigger_nor_its_event_shows_a_number_or_a_text(sandbox: Sandbox, caplog, capfd) -> None:
    async def story() -> None:
        store = Store()
        async with triggerer(watcher(store)) as running:
            await watching(store)
            sandbox.reply(ANN, "STATUS sales")
            sandbox.reply(EVE, "STATUS secret")
            await until(running.bodies)

    with caplog.at_level("INFO"):
        asyncio.run(story())
    logged = caplog.text + "".join(capfd.readouterr())
    shown = logged + repr(watcher()) + str(module.InboundEvent(1, [{"from": ANN, "body": "sales"}]))
    assert "1 texts start nothing. +1555***0666: from a number that is not allowed." in logged
    assert not [secret for secret in (ANN, EVE, "sales", "secret") if secret in shown]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"from_numbers": None}, "from_numbers"),
        ({"keyword": None}, "keyword"),
        ({"pattern": "("}, "pattern"),
        ({"pattern": r"(?P<pin>\d+)"}, "pin_variable"),
        ({"pin_variable": "pin"}, "pattern"),
        ({"poll_interval": 0.05}, "poll_interval"),
    ],
)
def test_wrong_arguments_are_named_when_the_dag_is_parsed(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(ClickSendConfigError) as caught:
        watcher(**arguments)
    assert caught.value.field == field
