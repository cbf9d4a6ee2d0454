"""One wait for the answer to a question: who has answered what, and to whom something must be said first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.conversation import Text, question_code, rivals, same_person
from airflow_provider_clicksend.messaging.numbers import digits, mask_number
from airflow_provider_clicksend.messaging.reference import MESSAGE_PREFIX
from airflow_provider_clicksend.messaging.replies import Reply, ReplyWait
from airflow_provider_clicksend.messaging.text_match import is_opt_out, words

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.answers import Options

#: So many looks a question leaves it to an older one to tell a person which answers are understood.
PATIENCE = 3


@dataclass(frozen=True)
class Asked(Awaited):
    """The messages of one question.

    :param calls: the ids of calls, whose receipts carry the keys that were pressed.
    """

    calls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """Keys that were pressed in a call.

    :param timestamp: Unix seconds.
    """

    message_id: str
    keys: str
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """What one person was told beside the question.

    :param hints: how often which answers are understood. :param until: the time of the last reply that this was about.
    :param code: whether to answer with the question's code.
    """

    hints: int = 0
    until: int = 0
    code: bool = False


class AskWait(ReplyWait):
    """One wait for an answer.

    :param questions: the texts that asked. :param remarks: ids of what else this question has sent.
    :param calls: the number that each call went to. :param options: the answers that count.
    :param told: what people were told already, by their number. :param hints: how often a person is told at most.
    """

    def __init__(
        self,
        *,
        questions: Sequence[Text],
        options: Options,
        remarks: Iterable[str] = (),
        calls: Mapping[str, str] | None = None,
        told: Mapping[str, Told] | None = None,
        hints: int = 1,
    ) -> None:
        calls = calls or {}
        ids = (*(text.message_id for text in questions), *remarks)
        since = min((text.sent_at for text in questions), default=0)
        count = len(ids) + len(calls)
        self.asked = Asked(ids, None, count, since, tuple(questions), calls=tuple(calls))
        super().__init__(self.asked)
        self.options = options
        self.calls = calls
        self.told = told or {}
        self.hints = hints
        self._questions = {text.message_id: text for text in questions}
        self._people = tuple(dict.fromkeys(text.to for text in questions))
        self._texts.update(self._questions)
        self._looks: Counter[str] = Counter()
        #: Who has opted out.
        self.gone: list[str] = []
        self._presses: dict[tuple[str, str], Press] = {}

    def note(
        self, replies: Iterable[Reply], texts: Iterable[Text] = (), presses: Iterable[Press] = ()
    ) -> dict[str, Any] | None:
        """Take in what a look saw, and return what must be done about it, as JSON, or None.

        ``{"kind": "answer", "option", "number", "at", "text"}`` is the first answer that fits. Before there is one,
        ``{"kind": "say", "hints": [...], "codes": [...]}`` names the people who must be told something, and
        ``{"kind": "opted_out"}`` says that nobody is left who could answer.
        """
        _, gone = self.sort(replies, map(self._as_sent, texts))
        self._presses.update({(press.message_id, press.keys): press for press in presses})
        answers = [*self._by_text(), *self._by_key()]
        if answers:
            return min(answers, key=lambda answer: 2**62 if answer["at"] is None else answer["at"])
        self.gone = [person for person in self._people if any(same_person(person, r.sender) for r in gone)]
        if self._people and not self.calls and len(self.gone) == len(self._people):
            return {"kind": "opted_out"}
        hints, codes = list(self._hints()), list(self._codes_to_tell())
        return {"kind": "say", "hints": hints, "codes": codes} if hints or codes else None

    def progress(self) -> str:
        """Return what is waited for, for the log."""
        people = len({*self._people, *self.calls.values()})
        gone = f" Opted out: {', '.join(map(mask_number, self.gone))}." if self.gone else ""
        return f"Waiting for an answer from {people} {'person' if people == 1 else 'people'}.{gone}"

    def _as_sent(self, text: Text) -> Text:
        """Give our texts the reference that they left with, whatever the history makes of it."""
        ours = self._questions.get(text.message_id)
        return replace(text, custom_string=ours.custom_string) if ours else text

    def _person(self, reply: Reply) -> str | None:
        """Return the number that was asked, of somebody who was asked."""
        return next((person for person in self._people if same_person(person, reply.sender)), None)

    def _codes_of(self, person: str | None) -> list[str]:
        mine = (text for text in self._questions.values() if text.to == person)
        return [question_code(text.custom_string) for text in mine if text.custom_string]

    def _option(self, reply: Reply) -> str | None:
        return self.options.named(reply.body, codes=self._codes_of(self._person(reply)))

    def _by_text(self) -> Iterator[dict[str, Any]]:
        for reply in self.came:
            person, option = self._person(reply), self._option(reply)
            if person and option and not is_opt_out(reply.body):
                yield {
                    "kind": "answer",
                    "option": option,
                    "number": person,
                    "at": reply.timestamp,
                    "text": reply.body,
                }

    def _by_key(self) -> Iterator[dict[str, Any]]:
        keys = self.options.keys() if self.calls else {}
        for press in self._presses.values():
            option, number = keys.get(digits(press.keys)), self.calls.get(press.message_id)
            if option and number:
                yield {
                    "kind": "answer",
                    "option": option,
                    "number": number,
                    "at": press.timestamp,
                    "text": press.keys,
                }

    def _hints(self) -> Iterator[dict[str, Any]]:
        """Yield the people whose last reply fits no option."""
        latest: dict[str, int] = {}
        for reply in self.came:
            person = self._person(reply)
            told = self.told.get(person or "", Told())
            when = reply.timestamp or 0
            is_new = when > told.until or not told.hints
            if person and is_new and told.hints < self.hints and not is_opt_out(reply.body):
                latest[person] = max(when, latest.get(person, 0))
        for person, when in latest.items():
            yield {"to": person, "until": when}

    def _codes_to_tell(self) -> Iterator[dict[str, Any]]:
        """Yield the people who must name the question that they answer."""
        asked_with = {self._person(reply): reply for reply in self.ambiguous}
        for person, reply in asked_with.items():
            if person is None or self.told.get(person, Told()).code:
                continue
            since = reply.timestamp or 0
            open_too = self._rivals(reply)
            self._looks[person] += 1
            if self._was_told(person, since) or (not self._leads(person, open_too) and self._looks[person] <= PATIENCE):
                continue
            others = {question_code(t.custom_string): t.body for t in open_too if t.custom_string}
            yield {"to": person, "code": self._codes_of(person)[-1:], "others": others}

    def _rivals(self, reply: Reply) -> list[Text]:
        """Return the newest question of each other task that a reply may answer, whether that task waits yet or not."""
        beside = rivals(reply, is_ours=self._is_ours, texts=self._texts.values(), inbound=self._inbound)
        questions: dict[str, Text] = {}
        for text in sorted(beside, key=lambda text: text.sent_at):
            reference = text.custom_string or (MESSAGE_PREFIX if text.awaited else "")
            if reference.startswith(MESSAGE_PREFIX):
                questions["-".join((text.custom_string or text.message_id).split("-")[:3])] = text
        return list(questions.values())

    def _leads(self, person: str, others: Iterable[Text]) -> bool:
        """Tell whether ours is the oldest of the questions, so that one text only goes out."""
        mine = min((t.sent_at, t.message_id) for t in self._questions.values() if t.to == person)
        return all(mine < (text.sent_at, text.message_id) for text in others)

    def _was_told(self, person: str, since: int) -> bool:
        codes = set(self._codes_of(person))
        texts = (t for t in self._texts.values() if same_person(t.to, person) and t.sent_at >= since)
        return any(codes & words(text.body) for text in texts)
