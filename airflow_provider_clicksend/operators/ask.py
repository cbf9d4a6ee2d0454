"""Questions to people, and their answers: each a task that waits without a worker."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BranchMixIn, SkipMixin

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_flag, as_number, check_choice
from airflow_provider_clicksend.links.clicksend import MESSAGES_LINKS
from airflow_provider_clicksend.messaging.answers import Options
from airflow_provider_clicksend.operators._base import ClickSendBaseOperator, Recipients
from airflow_provider_clicksend.operators._ladder import Call, Step, Text, seconds
from airflow_provider_clicksend.version_compat import (
    AIRFLOW_CALL_ERRORS,
    Context,
    skip_downstream,
)

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._ask import AskTask, Waiting
    from airflow_provider_clicksend.version_compat import BaseTrigger

__all__ = [
    "Call",
    "ClickSendAskBranchOperator",
    "ClickSendAskOperator",
    "ClickSendAskShortCircuitOperator",
    "Text",
]

#: What is added to a question that does not name its options, and what follows an answer that names none of them.
HOW_TO_ANSWER, HINT = "Reply {options}.", "Please answer {options}."
#: Seconds by which Airflow's own timeout of a deferral comes after the trigger's, which can say more.
_GRACE = 120


class ClickSendAskOperator(ClickSendBaseOperator):
    """Ask people by text, or by call, and return the first answer that fits.

    Returns ``{"answer", "answered_by", "answered_at", "text"}``: the option, the masked number, the time (ISO 8601,
    UTC) and the words as they came; with a `ladder` also ``"steps"``, what became of each. After a timeout with a
    default the last three are None.

    The question leaves once, whatever happens to the task, and is waited for in the triggerer; on Airflow 3.3 all
    questions of a connection share one poll. Only numbers that were asked count. An answer names one option by word,
    in any case and script. One that names none gets one text that says which are understood; when several questions
    are open to a person, a short code decides, and one text says so. STOP and its relatives are not an answer.

    Replies exist only when the account has an automation rule with action POLL for them; nothing is marked as read.

    :param question: what to ask. (templated)
    :param to: a number in E.164, or a list of numbers; all are asked at once. Not with a `ladder`. (templated)
    :param options: the answers that count, or a mapping of each to its translations.
    :param translations: further words for an option: ``{"YES": ["y", "ja", "да"]}``.
    :param timeout: how long to wait for an answer: a timedelta, or seconds. Not with a `ladder`.
    :param on_timeout: ``"fail"`` (without retry), ``"skip"``, or the option that counts when nobody has answered.
    :param ladder: steps instead of `to`: ``[Text(to=..., wait=...), Call(to=..., wait=...), ...]``; the next one begins
        when its predecessor's `wait` is over without an answer. An answer to an earlier step counts as long as the
        question is open. (templated)
    :param tell_others: whether the others who were texted get a closing text once somebody has answered.
    :param hints: how often one person is told which answers are understood, at most.
    :param hint: that text; ``{options}`` are the options.
    :param how_to_answer: what is added to a question that does not name all of its options; None adds nothing.
    :param full_number: whether the result shows the whole number of the person who answered.
    :param resend_on_clear: whether clearing the task asks everybody again. Otherwise a task that has its answer returns
        it again, and one that has none waits once more.
    :param sender: the ``from`` of texts: a number, since nobody can reply to a name. (templated)
    :param poll_interval: seconds between two looks.
    :param settle: seconds within which ClickSend's history shows an accepted message.
    :param on_unknown: what to do about messages that may have been sent while the history stays silent: ``"resend"``
        (nothing is lost) or ``"fail"`` (nobody is asked twice).
    :raises ClickSendConfigError: when the DAG is parsed, for options, steps or times that cannot work.
    """

    template_fields: Sequence[str] = ("to", "question", "ladder", "sender", "hint", "how_to_answer")
    native_fields = frozenset({"to"})
    optional_fields = frozenset({"sender", "how_to_answer"})
    object_fields = frozenset({"ladder"})
    operator_extra_links = MESSAGES_LINKS

    def __init__(
        self,
        *,
        question: str,
        options: Sequence[str] | Mapping[str, Sequence[str]],
        to: Any = None,
        translations: Mapping[str, Sequence[str]] | None = None,
        timeout: timedelta | float | None = None,
        on_timeout: str = "fail",
        ladder: Sequence[Step] | None = None,
        tell_others: bool = False,
        hints: int = 1,
        hint: str = HINT,
        how_to_answer: str | None = HOW_TO_ANSWER,
        full_number: bool = False,
        resend_on_clear: bool = False,
        sender: str | None = None,
        poll_interval: float = 30.0,
        settle: float = 60.0,
        on_unknown: str = "resend",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.answers = Options(options, translations)
        check_choice("on_timeout", on_timeout, ("fail", "skip", *self.answers.names))
        check_choice("on_unknown", on_unknown, ("resend", "fail"))
        if on_timeout in {"fail", "skip"} and on_timeout in self.answers.names:
            raise ClickSendConfigError(f"on_timeout={on_timeout!r} is also an option; rename it.", field="on_timeout")
        self._to = to
        self.question = question
        self.ladder = ladder
        self.timeout = _checked_wait(to, ladder, timeout)
        if any(step.is_spoken for step in ladder or ()):
            self.answers.keys()
        self.on_timeout = on_timeout
        self.tell_others = as_flag("tell_others", tell_others)
        self.hints = hints
        self.hint = hint
        self.how_to_answer = how_to_answer
        self.full_number = as_flag("full_number", full_number)
        self.resend_on_clear = as_flag("resend_on_clear", resend_on_clear)
        self.sender = sender
        self.poll_interval = float(as_number("poll_interval", poll_interval))
        self.settle = float(as_number("settle", settle))
        self.on_unknown = on_unknown
        self._running: AskTask | None = None
        self._push: Any = None
        self._context: Context = {}

    @property
    def to(self) -> Any:
        """The people; once rendered, wrapped so that the Airflow UI does not print their numbers."""
        return self._to

    @to.setter
    def to(self, value: Any) -> None:
        self._to = value if value is None or isinstance(value, Recipients) else Recipients(value)

    @cached_property
    def rungs(self) -> Sequence[Step]:
        """The steps; a question without a ladder has one."""
        to = self.to.value if isinstance(self.to, Recipients) else self.to
        return self.ladder or [Text(to, wait=self.timeout)]

    def call(self, client: ClickSendClient, context: Context) -> Any:
        """Ask and defer."""
        return self._go_on(self.new_task(client, context, None), context, None)

    def execute_complete(self, context: Context, event: Mapping[str, Any] | None = None) -> Any:
        """Act on what the trigger saw: defer again, or return the result."""
        from airflow_provider_clicksend.failing import failing_for_good

        with failing_for_good():
            event = event or {}
            return self._go_on(self.new_task(self.hook.get_conn(), context, event.get("memo")), context, event)

    def new_task(self, client: ClickSendClient, context: Context, memo: Any) -> AskTask:
        """Return what works on the question; `memo` is the state that came with an event."""
        from airflow_provider_clicksend.operators._ask import AskTask

        return AskTask(self, client, context, memo)

    def new_trigger(self, arguments: Mapping[str, Any]) -> BaseTrigger:
        """Return what waits."""
        from airflow_provider_clicksend.triggers.ask import ClickSendAskTrigger

        return ClickSendAskTrigger(**arguments)

    def _go_on(self, task: AskTask, context: Context, event: Mapping[str, Any] | None) -> Any:
        from airflow_provider_clicksend.operators._ask import Waiting

        self._running = task
        self._push = context["ti"].xcom_push if self.do_xcom_push else None
        self._context = context
        try:
            outcome = task.begin() if event is None else task.resume(event)
        finally:
            self._running = None
        if isinstance(outcome, Waiting):
            return self._defer(outcome)
        if self._push is not None:
            # Airflow skips tasks by an exception, after which nothing is returned.
            self._push(key="return_value", value=outcome)
        if self.ladder:
            self.push_steps(outcome["steps"])
        return self.conclude(outcome, context)

    def conclude(self, result: dict[str, Any], context: Context) -> Any:  # for subclasses
        """Do what follows from the answer, and return the result."""
        return result

    def push_asked(self, people: Sequence[Mapping[str, Any]]) -> None:
        """Push who was asked so far under the key ``asked``, for the tab *Messages*."""
        from airflow_provider_clicksend.links.clicksend import ASKED_KEY, push_for_tab

        if self._push is not None:
            push_for_tab(self._context, ASKED_KEY, list(people))

    def push_steps(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Push what became of the steps under the key ``steps``, even when nobody has answered."""
        if self._push is None or not self.ladder:
            return
        try:
            self._push(key="steps", value=list(steps))
        except AIRFLOW_CALL_ERRORS as error:
            self.log.warning("The steps could not be pushed to XCom: %s", error)

    def _defer(self, waiting: Waiting) -> Any:
        left = max(0.0, waiting.deadline - time.time())
        return self.defer(
            trigger=self.new_trigger(waiting.trigger),
            method_name="execute_complete",
            timeout=timedelta(seconds=left + _GRACE),
        )

    def on_kill(self) -> None:
        """Stop sending: Airflow 3 lets a killed task run on for some seconds."""
        if self._running is not None:
            self._running.talk.stop()


class ClickSendAskBranchOperator(ClickSendAskOperator, BranchMixIn):
    """Ask people, and go on with the tasks that belong to the answer; the others are skipped.

    :param branches: the task id, or ids, of each option: ``{"YES": "load", "NO": ["clean_up", "tell"]}``.
    :param options: the answers that count; by default those that have branches.
    :raises ClickSendConfigError: when the DAG is parsed: an option has no branch, or a branch no option.
    """

    inherits_from_skipmixin = True

    def __init__(
        self,
        *,
        branches: Mapping[str, str | Sequence[str]],
        options: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(options=list(branches) if options is None else options, **kwargs)
        odd = sorted(set(branches) ^ set(self.answers.names))
        if odd:
            raise ClickSendConfigError(
                f"branches: {', '.join(odd)}: each option needs a branch, and each branch an option.", field="branches"
            )
        self.branches = branches

    def conclude(self, result: dict[str, Any], context: Context) -> Any:
        """Follow the branch, and return the result."""
        ways = self.branches[result["answer"]]
        airflow_context: Any = context
        self.do_branch(airflow_context, ways if isinstance(ways, str) else list(ways))
        return result


class ClickSendAskShortCircuitOperator(ClickSendAskOperator, SkipMixin):
    """Ask people, and skip everything that follows when the answer says so.

    :param stop_on: the option, or options, after which nothing follows.
    :param ignore_downstream_trigger_rules: skip all tasks that follow, whatever their trigger rules say; else only
        those that follow directly.
    :raises ClickSendConfigError: when the DAG is parsed: `stop_on` is not one of the options.
    """

    inherits_from_skipmixin = True

    def __init__(
        self, *, stop_on: str | Sequence[str] = "NO", ignore_downstream_trigger_rules: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.stop_on = [stop_on] if isinstance(stop_on, str) else list(stop_on)
        for option in self.stop_on:
            check_choice("stop_on", option, self.answers.names)
        self.ignore_downstream_trigger_rules = as_flag(
            "ignore_downstream_trigger_rules", ignore_downstream_trigger_rules
        )

    def conclude(self, result: dict[str, Any], context: Context) -> Any:
        """Skip, or go on, and return the result."""
        if result["answer"] in self.stop_on:
            self.log.info("The answer is %s: what follows is skipped.", result["answer"])
            skip_downstream(self, context, all_of_them=self.ignore_downstream_trigger_rules)
        return result


def _checked_wait(to: Any, ladder: Sequence[Step] | None, timeout: timedelta | float | None) -> float:
    """Return the seconds to wait for the only step, 0 with a ladder.

    :raises ClickSendConfigError: the arguments do not go together.
    """
    if ladder is None:
        return seconds("timeout", timedelta(minutes=30) if timeout is None else timeout)
    if to is not None or timeout is not None:
        raise ClickSendConfigError("A ladder names people and waits itself: leave out `to` and `timeout`.", field="to")
    if not ladder or not all(isinstance(step, Step) for step in ladder):
        raise ClickSendConfigError("ladder: give a list of Text(...) and Call(...), at least one.", field="ladder")
    return 0.0
