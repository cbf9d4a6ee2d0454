"""What a question came to, as others may see it: numbers masked, times as ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from airflow_provider_clicksend.api.channels import SMS, VOICE
from airflow_provider_clicksend.messaging.numbers import mask_number


def shown_answer(answer: Mapping[str, Any], *, now: float, full_number: bool) -> dict[str, Any]:
    """Return the answer of ``{"option", "number", "at", "text"}``; nobody has given it when there is no number.

    :param now: Unix seconds, for an answer without a time.
    """
    number = answer["number"]
    return {
        "answer": answer["option"],
        "answered_by": number if number is None or full_number else mask_number(number),
        "answered_at": None if number is None else _iso(answer["at"] or now),
        "text": answer["text"],
    }


def shown_steps(
    begun: Sequence[Mapping[str, Any]], left: Iterable[tuple[str, Sequence[str]]], answered_by: str | None
) -> list[dict[str, Any]]:
    """Return what became of each step: ``{"kind", "to", "at", "outcome"}``.

    An outcome is "answered", "no answer", "refused" (by ClickSend, for all of its people) or "not needed".

    :param begun: ``{"kind", "to", "at", "refused"}``. :param left: kind and people of those that never began.
    :param answered_by: the number whose answer counts.
    """
    answered = max((n for n, step in enumerate(begun) if answered_by and answered_by in step["to"]), default=None)
    rows = [_shown(step, is_answered=n == answered) for n, step in enumerate(begun)]
    return rows + [
        {"kind": kind, "to": list(map(mask_number, people)), "at": None, "outcome": "not needed"}
        for kind, people in left
    ]


def shown_people(
    questions: Iterable[Mapping[str, Any]], calls: Iterable[Mapping[str, Any]], steps: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return who was asked so far: ``{"to", "channel", "message_id", "price", "status"}``.

    A message that was refused has a status and no id.
    """
    sent = [(SMS.name, row) for row in questions] + [(VOICE.name, row) for row in calls]
    shown = [
        {"to": row["to"], "channel": channel, "message_id": row["id"], "price": row.get("price"), "status": None}
        for channel, row in sent
    ]
    shown += [
        {"to": row["to"], "channel": step.get("channel"), "message_id": None, "price": None, "status": row["status"]}
        for step in steps
        for row in step["refused"]
    ]
    return [{**row, "to": mask_number(row["to"])} for row in shown]


def _shown(step: Mapping[str, Any], *, is_answered: bool) -> dict[str, Any]:
    refused = {row["to"] for row in step["refused"]}
    outcome = "answered" if is_answered else "refused" if refused.issuperset(step["to"]) else "no answer"
    return {
        "kind": step["kind"],
        "to": list(map(mask_number, step["to"])),
        "at": _iso(step["at"]),
        "outcome": outcome,
    }


def _iso(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds, UTC).isoformat()
