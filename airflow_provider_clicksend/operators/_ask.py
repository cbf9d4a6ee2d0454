"""What a question does on the worker: it asks, acts on what the trigger saw, and waits again. Each message leaves once.

The state is written down after every step, and a step that was cut short is repeated under the same names.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.api.errors import (
    ClickSendError,
    ClickSendMessageRefusedError,
    ClickSendNoAnswerError,
)
from airflow_provider_clicksend.engine.ask_look import AskLook
from airflow_provider_clicksend.engine.ask_state import ASK_KEY, AskState
from airflow_provider_clicksend.engine.send_state import StateUnavailableError
from airflow_provider_clicksend.engine.sender import SendStoppedError, Sent
from airflow_provider_clicksend.messaging import question_texts as texts
from airflow_provider_clicksend.messaging.ask_result import shown_answer, shown_people, shown_steps
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.reference import batch_reference, closing_reference, remark_reference
from airflow_provider_clicksend.messaging.refusals import hint_for
from airflow_provider_clicksend.operators._talk import Talk
from airflow_provider_clicksend.operators._task_tries import state_store, task_key, task_try
from airflow_provider_clicksend.version_compat import AirflowFailException, AirflowSkipException, Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.operators._ladder import Step
    from airflow_provider_clicksend.operators.ask import ClickSendAskOperator


@dataclass(frozen=True, slots=True)
class Waiting:
    """The question is open.

    :param deadline: Unix seconds. :param trigger: further arguments of the trigger.
    """

    deadline: float
    trigger: dict[str, Any]


class AskTask:
    """One execution of a task that asks: its beginning, or what follows an event.

    :param memo: the state that came with the event, where no store keeps it.
    """

    def __init__(
        self, operator: ClickSendAskOperator, client: ClickSendClient, context: Context, memo: Any = None
    ) -> None:
        self._operator = operator
        self._client = client
        self._log = operator.log
        self._key = task_key(context)
        self._try = task_try(context)
        self._store = state_store(context)
        written = AskState.from_json(self._store.get(ASK_KEY)) if self._store is not None else None
        found = written or AskState.from_json(memo)
        self.state = found or AskState(max_tries=self._try.max_tries)
        self.talk = Talk(
            client,
            self._store,
            self._try,
            is_known=found is not None or self._try.number <= 1,
            sender=operator.sender,
            settle=operator.settle,
            on_unknown=operator.on_unknown,
        )

    def begin(self) -> Waiting | dict[str, Any]:
        """Ask, unless an earlier try has, and return what is waited for, or the result."""
        if self._try.max_tries > self.state.max_tries:
            self._cleared()
        self._write()
        if self.state.answer is not None:
            return self._answered()
        return self._next_step() if self.state.step < 0 else self._wait()

    def resume(self, event: Any) -> Waiting | dict[str, Any]:
        """Act on what the trigger saw.

        :raises AirflowFailException: for no event, or one that no trigger of ours sends.
        """
        match event:
            case {"status": "done", "result": {"kind": "answer"} as answer}:
                return self.answer(answer)
            case {"status": "done", "result": {"kind": "say", "hints": list(hints), "codes": list(codes)}}:
                self._say(hints, codes)
                return self._wait()
            case {"status": "done", "result": {"kind": "opted_out"}}:
                people = ", ".join(map(mask_number, self.state.people))
                self._log.warning("Everybody who was asked has opted out: %s.", people)
                return self._next_step()
            case {"status": "timeout"}:
                return self._time_is_up()
            case {"status": "error", "message": str(message)}:
                raise AirflowFailException(message)
        raise AirflowFailException(f"{self._operator.task_id} was resumed by an event that no ClickSend trigger sends.")

    def answer(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Write down the answer that counts, and return the result."""
        self.state.answer = dict(answer)
        self._write()
        self._log.info("Answered %s by %s.", answer["option"], self._who() or "nobody in time")
        return self._answered()

    def _who(self) -> str | None:
        """Return who answered, as others may know it."""
        number = (self.state.answer or {}).get("number")
        return mask_number(number) if number else None

    def _cleared(self) -> None:
        state = self.state
        if self._operator.resend_on_clear:
            self.state = AskState(max_tries=self._try.max_tries, generation=state.generation + 1)
            return
        if state.answer is not None:
            self._log.warning(
                "This task was cleared. It has its answer and does not ask again; resend_on_clear=True would."
            )
        elif state.step >= 0:
            self._log.warning("This task was cleared. Nobody is asked again; the answer is waited for once more.")
            state.deadline = time.time() + self._ladder[state.step].wait
        state.max_tries = self._try.max_tries

    def _next_step(self) -> Waiting | dict[str, Any]:
        """Go on to the next step that reaches somebody."""
        last = None
        while self.state.step + 1 < len(self._ladder):
            step = self._ladder[self.state.step + 1]
            sent = self._ask(self.state.step + 1, step)
            if sent.result.accepted:
                return self._wait()
            last = sent
        if last is not None and not self.state.questions and not self.state.calls:
            refused = last.result.refused
            raise ClickSendMessageRefusedError(refused, hint=hint_for(refused))
        return self._nobody()

    def _ask(self, number: int, step: Step) -> Sent:
        """Begin a step: each of its messages leaves once, however often this is cut short."""
        operator, options = self._operator, self._operator.answers
        question = step.body or operator.question
        if step.is_spoken:
            body = texts.call_text(question, options)
        else:
            body = texts.question_text(question, options, operator.how_to_answer)
        sent = self.talk.say(
            f"{self.state.generation}.step{number}",
            [{"to": to, "body": body} for to in step.people],
            reference=self._reference,
            channel=step.channel,
            common=step.fields(),
            number=number,
        )
        self._record(number, step, sent)
        return sent

    def _record(self, number: int, step: Step, sent: Sent) -> None:
        for row in sent.result.refused:
            self._log.warning("%s cannot be asked: %s", mask_number(row["to"]), row["status"])
        kind = _kind(step)
        about = {"kind": kind, "channel": step.channel, "to": step.people}
        self.state.note_step(number, sent, about, is_spoken=step.is_spoken, wait=step.wait)
        self._write()
        self._operator.push_asked(shown_people(self.state.questions, self.state.calls, self.state.steps))
        self._log.info("Asked %d people by %s, for %g s.", sent.result.accepted, kind, step.wait)

    def _wait(self) -> Waiting:
        state, operator = self.state, self._operator
        return Waiting(
            state.deadline,
            {
                "message_ids": [row["id"] for row in (*state.questions, *state.calls)],
                "deadline": state.deadline,
                "poll_interval": operator.poll_interval,
                "clicksend_conn_id": operator.clicksend_conn_id,
                "question": operator.question,
                "options": operator.answers.words,
                "hints": operator.hints,
                "memo": state.to_json(),
            },
        )

    def _time_is_up(self) -> Waiting | dict[str, Any]:
        """Look a last time, then go on: a decision without an answer must not overlook one."""
        operator = self._operator
        wait = self.state.wait(operator.answers, body=operator.question, hints=operator.hints)
        seen = AskLook(self._client).look([wait.asked], last=True)
        found = seen.noted_by(wait)
        if found is not None and found["kind"] == "answer":
            return self.answer(found)
        if seen.error is not None:
            if self.state.step + 1 == len(self._ladder):
                raise seen.error
            self._log.warning("ClickSend could not be read: %s", seen.error)
        return self._next_step()

    def _nobody(self) -> Waiting | dict[str, Any]:
        """Do what is to be done when nobody has answered."""
        operator = self._operator
        steps = self.steps()
        reached = "; ".join(f"{step['kind']} to {', '.join(step['to'])}: {step['outcome']}" for step in steps)
        problem = f"Nobody answered the question ({reached}). {self._why()}"
        if operator.on_timeout not in {"fail", "skip"}:
            self._log.warning("%s It counts as %s.", problem, operator.on_timeout)
            return self.answer({"option": operator.on_timeout, "number": None, "at": None, "text": None})
        operator.push_steps(steps)
        if operator.on_timeout == "skip":
            self._log.warning("%s", problem)
            raise AirflowSkipException(problem)
        raise ClickSendNoAnswerError(problem, steps=steps)

    def _why(self) -> str:
        from airflow_provider_clicksend.engine import look as polls

        if not self.state.questions:
            return ""
        rule = polls.any_poll_rule(self._client, self._client.automations.inbound_rules)
        return "" if rule is not False else "The account has no automation rule with action POLL for replies."

    def _say(self, hints: Sequence[Mapping[str, Any]], codes: Sequence[Mapping[str, Any]]) -> None:
        """Tell people what they must write. It is written down whether it could be sent or not: once is enough."""
        operator, state = self._operator, self.state
        for hint in hints:
            told = state.told.get(hint["to"], {}).get("hints", 0) + 1
            body = texts.hint_text(operator.answers, operator.hint)
            self._remark(f"hint{self._place(hint['to'])}.{told}", [hint["to"]], body, number=told)
            state.note_told(hint["to"], hints=told, until=hint["until"])
            self._write()
        for entry in codes:
            for code in entry["code"]:
                body = texts.code_text(operator.question, code, operator.answers, entry["others"])
                self._remark(f"code{self._place(entry['to'])}", [entry["to"]], body)
            state.note_told(entry["to"], code=True)
            self._write()

    def _answered(self) -> dict[str, Any]:
        """Tell the others, once, and return the result."""
        answer = self.state.answer or {}
        who = self._who()
        if self._operator.tell_others and who and not self.state.closed:
            others = [number for number in self.state.people if number != answer["number"]]
            body = texts.closing_text(self._operator.question, answer["option"], who)
            if others:
                self._remark("closing", others, body, reference=closing_reference(self._reference))
            self.state.closed = True
            self._write()
        if self._store is not None and not self._operator.resend_on_clear:
            self._store.forget()
        return self._result(answer)

    def _result(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        result = shown_answer(answer, now=time.time(), full_number=self._operator.full_number)
        return {**result, "steps": self.steps()} if self._operator.ladder else result

    def steps(self) -> list[dict[str, Any]]:
        """Return what became of each step of the ladder, with masked numbers."""
        begun = self.state.steps
        left = [(_kind(step), step.people) for step in self._ladder[len(begun) :]]
        return shown_steps(begun, left, (self.state.answer or {}).get("number"))

    def _remark(self, name: str, to: Sequence[str], body: str, *, number: int = 0, reference: str = "") -> None:
        """Say something beside the question. That it cannot be said does not end the question."""
        try:
            sent = self.talk.say(
                f"{self.state.generation}.{name}",
                [{"to": one, "body": body} for one in to],
                reference=reference or remark_reference(self._reference),
                number=number,
            )
        except (StateUnavailableError, SendStoppedError):
            raise
        except ClickSendError as error:
            self._log.warning("A text about the question could not be sent: %s", error)
            return
        self.state.remarks += [row["message_id"] for row in sent.result.rows]

    def _place(self, number: str) -> int:
        return self.state.people.index(number)

    @property
    def _ladder(self) -> Sequence[Step]:
        return self._operator.rungs

    @property
    def _reference(self) -> str:
        return batch_reference(*self._key, generation=self.state.generation)

    def _write(self) -> None:
        if self._store is not None:
            self._store.set(ASK_KEY, self.state.to_json())


def _kind(step: Step) -> str:
    return channel_named(step.channel).noun
