"""What a question remembers from one wait to the next, and from try to try: JSON, written down at each step."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.messaging.ask_wait import AskWait, Told
from airflow_provider_clicksend.messaging.conversation import Text

if TYPE_CHECKING:
    from airflow_provider_clicksend.engine.send_state import StateStore
    from airflow_provider_clicksend.engine.sender import Sent
    from airflow_provider_clicksend.messaging.answers import Options

#: The version of what is written.
VERSION = 1
#: Under which the state stands.
ASK_KEY = "clicksend.ask"


@dataclass
class AskState:
    """One question, from the first text to the answer.

    :param max_tries: what Airflow counted for the task; a larger count later means that a person cleared it.
    :param generation: how often the task was cleared in order to ask again.
    :param step: the step of the ladder that was begun last; -1 before the first.
    :param deadline: when that step ends, Unix seconds.
    :param steps: what became of each step: ``{"kind", "channel", "to", "at", "refused"}``, with full numbers.
    :param questions: texts that asked: ``{"id", "to", "at", "reference", "price"}``. :param calls: the same of calls.
    :param remarks: ids of what else was sent. :param told: what people were told, by their number.
    :param answer: the one that counts.
    :param closed: whether the others were told. :param page: whether the question stands on Airflow's page.
    """

    max_tries: int = 0
    generation: int = 0
    step: int = -1
    deadline: float = 0.0
    steps: list[dict[str, Any]] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    answer: dict[str, Any] | None = None
    closed: bool = False
    page: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the record."""
        return {"v": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, record: Any) -> AskState | None:
        """Read a record; None when there is none, or one of another version."""
        if not isinstance(record, Mapping) or record.get("v") != VERSION:
            return None
        return cls(**{known.name: record[known.name] for known in fields(cls) if known.name in record})

    @property
    def people(self) -> list[str]:
        """Everybody who was texted the question."""
        return list(dict.fromkeys(question["to"] for question in self.questions))

    def note_step(self, number: int, sent: Sent, step: Mapping[str, Any], *, is_spoken: bool, wait: float) -> None:
        """Remember a step, and who was asked by it.

        :param step: ``{"kind", "channel", "to"}``. :param wait: seconds until the next step.
        """
        asked = self.calls if is_spoken else self.questions
        for row in sent.result.rows:
            entry = {"id": row["message_id"], "to": row["to"], "at": sent.since, "reference": row["custom_string"]}
            asked.append({**entry, "price": row["message_price"]})
        refused = [{"to": row["to"], "status": row["status"]} for row in sent.result.refused]
        self.steps.append({**step, "at": sent.since, "refused": refused})
        self.step = number
        self.deadline = time.time() + wait

    def note_told(self, number: str, **changes: Any) -> None:
        """Remember that somebody was told something."""
        self.told[number] = asdict(replace(Told(**self.told.get(number, {})), **changes))

    def wait(self, options: Options, *, body: str, hints: int) -> AskWait:
        """Return the wait for the answer.

        :param body: what the question says. :param hints: how often a person is told which answers are understood.
        """
        return AskWait(
            questions=[
                Text(row["id"], row["to"], body, row["at"], row["reference"], awaited=True) for row in self.questions
            ],
            options=options,
            remarks=self.remarks,
            calls={row["id"]: row["to"] for row in self.calls},
            told={number: Told(**told) for number, told in self.told.items()},
            hints=hints,
        )


class NamedStore:
    """A part of a store, for one of several batches of a task."""

    def __init__(self, store: StateStore, name: str) -> None:
        self._store = store
        self._name = name

    def get(self, key: str) -> Any:
        """Return what was set."""
        return self._store.get(f"{self._name}.{key}")

    def set(self, key: str, value: Any) -> None:
        """Write durably."""
        self._store.set(f"{self._name}.{key}", value)

    def forget(self) -> None:
        """Leave it to the whole store."""
