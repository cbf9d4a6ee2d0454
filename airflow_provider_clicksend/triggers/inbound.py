"""A trigger that starts DAGs by text. It only reads: what is to be answered is answered by the started DAG."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.connection import DEFAULT_CONN_ID
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.triggers._inbound_looks import Looks, looks
from airflow_provider_clicksend.triggers._inbound_memory import Memory
from airflow_provider_clicksend.version_compat import (
    AIRFLOW_CALL_ERRORS,
    AIRFLOW_V_3_3_PLUS,
    BaseEventTrigger,
    SharedStreamProducer,
    TriggerEvent,
    variable,
)

if TYPE_CHECKING:
    from airflow_provider_clicksend.engine.inbound_look import InboundSeen
    from airflow_provider_clicksend.messaging.commands import Command, CommandRules, Verdict
    from airflow_provider_clicksend.messaging.inbox import Inbox
    from airflow_provider_clicksend.messaging.pin import PinVerdict
    from airflow_provider_clicksend.messaging.replies import Reply

#: Seconds between two polls, at least: Airflow holds back events that follow each other at once.
SHORTEST_POLL = 3.0


class InboundEvent(TriggerEvent):
    """An event that does not show what it carries: Airflow logs events, and texts are not for logs."""

    def __init__(self, number: int, texts: list[dict[str, Any]]) -> None:
        super().__init__({"number": number, "texts": texts})  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return f"TriggerEvent<{len(self.payload['texts'])} texts>"

    __str__ = __repr__


class ClickSendInboundTrigger(BaseEventTrigger):
    """Watch for texts that are commands, as the trigger of an ``AssetWatcher`` or behind ``MessageQueueTrigger``.

    It needs Airflow 3.3. Each poll that finds commands gives one event, whose payload holds all of them under
    ``texts``; `airflow_provider_clicksend.inbound.new_texts` reads them in the started DAG. The watchers of one
    connection share one poll. What was there before the first look starts nothing.

    :param from_numbers: who may start something: a list of numbers in E.164. There is no "anybody".
    :param keyword: the word, or one of the words, that a text must begin with.
    :param pattern: a regular expression that the whole text must fit; its named groups become part of the payload. At
        least one of `keyword` and `pattern` is needed.
    :param pin_variable: the Airflow Variable that holds the PIN which the group ``pin`` of the pattern must match.
    :param poll_interval: seconds between two polls, at least 3.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    """

    #: The names of the kwargs.
    fields: ClassVar[tuple[str, ...]] = (
        "from_numbers",
        "keyword",
        "pattern",
        "pin_variable",
        "poll_interval",
        "clicksend_conn_id",
    )
    #: Who is served by which shared stream, in this triggerer.
    members: ClassVar[defaultdict[Hashable, set[Any]]] = defaultdict(set)

    rules: CommandRules

    def __init__(
        self,
        *,
        from_numbers: list[str] | str | None = None,
        keyword: list[str] | str | None = None,
        pattern: str | None = None,
        pin_variable: str | None = None,
        poll_interval: float = 15.0,
        clicksend_conn_id: str = DEFAULT_CONN_ID,
    ) -> None:
        from airflow_provider_clicksend.messaging.commands import CommandRules
        from airflow_provider_clicksend.messaging.pin import PinCheck

        super().__init__()  # type: ignore[no-untyped-call]
        if not AIRFLOW_V_3_3_PLUS:
            raise ClickSendConfigError(
                "ClickSendInboundTrigger needs Airflow 3.3: earlier ones give a watcher nowhere to keep what it has "
                "seen, so that texts would start a DAG twice or never.",
                field="trigger",
            )
        self.rules = CommandRules.read(from_numbers, keyword, pattern)
        check_pin_arguments(self.rules, pin_variable)
        if poll_interval < SHORTEST_POLL:
            raise ClickSendConfigError(
                f"poll_interval={poll_interval}: at least {SHORTEST_POLL:.0f} seconds, because Airflow holds back "
                "events that follow each other sooner.",
                field="poll_interval",
            )
        self.from_numbers = from_numbers
        self.keyword = keyword
        self.pattern = pattern
        self.pin_variable = pin_variable
        self.poll_interval = poll_interval
        self.clicksend_conn_id = clicksend_conn_id
        self._memory = Memory(self)
        self._pins = PinCheck()
        self._read: dict[str, Command | Verdict] = {}

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its kwargs."""
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {name: getattr(self, name) for name in self.fields}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.clicksend_conn_id!r} for {len(self.rules.numbers)} numbers>"

    # --- what a look asks of us

    @property
    def numbers(self) -> Sequence[str]:
        """The numbers that may give commands."""
        return self.rules.numbers

    @property
    def looked_at(self) -> float | None:
        """When everything was seen last, or None before the first look."""
        return self._memory.inbox.looked_at if self._memory.inbox else None

    def may_start(self, text: Reply) -> str | None:
        """Return the allowed number of a text that is new and reads like a command. It blocks."""
        inbox = self._memory.inbox
        command = self._understand(text) if inbox and inbox.is_new(text) else None
        return getattr(command, "number", None)

    def _understand(self, text: Reply) -> Command | Verdict:
        from airflow_provider_clicksend.messaging.commands import text_id

        key = text_id(text)
        if key not in self._read:  # a slow one is matched once, not at every look
            self._read[key] = self.rules.read_text(text)
        return self._read[key]

    # --- how Airflow drives us

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Watch on our own, as in a task that defers on this trigger."""
        await self._memory.open(self.poll_interval)
        last: int | None = None
        async with aclosing(looks(self, lambda: {self})) as seen:
            async for number, look in seen:
                if last is not None:
                    await self.confirm(last)  # nobody tells us, but a poll later it is stored
                event = await self._event_of(number, look)
                last = number
                if event is not None:
                    yield event

    def shared_stream_key(self) -> Hashable:
        """Name what a look depends on besides the numbers."""
        return (type(self).__qualname__, self.clicksend_conn_id, self.poll_interval)

    @classmethod
    def create_shared_stream_producer(cls, kwargs: dict[str, Any]) -> SharedStreamProducer:
        """Return what looks for all watchers of one connection.

        :param kwargs: those of any of them.
        """
        return Looks(cls(**kwargs))

    async def filter_shared_stream(
        self, shared_stream: AsyncIterator[tuple[int, InboundSeen]]
    ) -> AsyncIterator[TriggerEvent]:
        """Take from everybody's looks what is ours."""
        key = self.shared_stream_key()
        await self._memory.open(self.poll_interval)
        self.members[key].add(self)
        try:
            async for number, look in shared_stream:
                event = await self._event_of(number, look)
                if event is not None:
                    yield event
        finally:
            self.members[key].discard(self)

    # --- what a look means for us

    async def _event_of(self, number: int, look: InboundSeen) -> InboundEvent | None:
        """Return the event for what is new in a look. It is written down before it leaves."""
        inbox = self._memory.inbox
        if inbox is None:
            if look.is_whole:
                await self._memory.begin(look)
                self.log.info("Watching for texts; the %d that are already there start nothing.", len(look.seen))
            return None
        if look.since > inbox.looked_at:
            return None  # it was begun before we joined, and may have left out what came while nobody watched
        commands = await self._judge(look, inbox)
        if look.is_whole:
            inbox.looked(look.now)
        event = await self._memory.send(number, commands, look.now) if commands else None
        if event is None:
            return None
        self.log.info("%d texts start something.", len(commands))
        return InboundEvent(event, [command.as_json() for command in commands])

    async def confirm(self, number: int) -> None:
        """Note that Airflow has stored what the look of this number gave."""
        await self._memory.confirm(number)

    async def _judge(self, look: InboundSeen, inbox: Inbox) -> list[Command]:
        """Return the commands among what is new; the rest is done with."""
        from airflow_provider_clicksend.messaging.commands import Command, text_id

        commands: list[Command] = []
        others: Counter[str] = Counter()
        new = [text for text in look.seen if inbox.is_new(text) and text_id(text) not in look.unsettled]
        for text in sorted(new, key=lambda text: text.timestamp or 0):
            # Off the loop: a pattern may take half a second on a text.
            found: Command | Verdict | PinVerdict | None = await asyncio.to_thread(self._decide, text, look)
            if isinstance(found, Command) and self.pin_variable:
                found = await self._check_pin(found, look.now)
            if found is None:
                continue  # another look will tell
            self._read.pop(text_id(text), None)
            if isinstance(found, Command):
                commands.append(found)
            else:
                inbox.judge([text], look.now)
                self._memory.is_dirty = True
                others[f"{mask_number(text.sender)}: {found.value}"] += 1
        for reason, count in others.items():
            self.log.info("%d texts start nothing. %s.", count, reason)
        return commands

    def _decide(self, text: Reply, look: InboundSeen) -> Command | Verdict | None:
        """Return the command, or why it is none, or None while that cannot be told. It blocks."""
        from airflow_provider_clicksend.messaging.commands import Command, Verdict

        found = self._understand(text)
        if not isinstance(found, Command):
            return found
        conversation = look.conversations.get(found.number)
        if conversation is None:
            return None
        verdict = self.rules.judge(found, conversation.sent, conversation.came)
        return found if verdict is Verdict.COMMAND else verdict

    async def _check_pin(self, command: Command, now: float) -> Command | PinVerdict | None:
        from airflow_provider_clicksend.messaging.pin import PinVerdict

        try:
            right = await asyncio.to_thread(variable, self.pin_variable or "")
        except AIRFLOW_CALL_ERRORS as error:
            self.log.warning("The Variable of the PIN could not be read: %s.", type(error).__name__)
            return None
        verdict = self._pins.check(command.number, command.pin, right or "", now)
        return command if verdict is PinVerdict.RIGHT else verdict


def check_pin_arguments(rules: CommandRules, pin_variable: str | None) -> None:
    """Refuse a PIN that nobody checks, and a check for which the text has no PIN.

    :raises ClickSendConfigError: names the argument.
    """
    if rules.asks_for_pin and not pin_variable:
        raise ClickSendConfigError(
            "pattern has the group `pin`, but pin_variable is not given: name the Airflow Variable that holds the PIN.",
            field="pin_variable",
        )
    if pin_variable and not rules.asks_for_pin:
        raise ClickSendConfigError(
            "pin_variable is given, but pattern has no group `pin`: add one, such as (?P<pin>\\d{6}).", field="pattern"
        )
