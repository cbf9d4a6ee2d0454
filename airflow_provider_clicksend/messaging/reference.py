"""The reference that makes a message recognisable across tries.

ClickSend has no idempotency key; the nearest is ``custom_string``, which it echoes in the answer, the history, receipts
and replies. A reference names the task and the text, never the try and never the place:

``af-<16 hex of DAG, run, task>-<map index>-<16 hex of recipient and words>-<number among equal ones>``

The same words to the same person from the same task in the same run are the same text, even when a list changes its
order or a mapped task its indexes between two tries; other words are another text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

#: Characters of a custom_string (the limit that ClickSend's own n8n node states).
MAX_REFERENCE = 50

_MARK = blake2b(digest_size=8)
_BASE_36 = "0123456789abcdefghijklmnopqrstuvwxyz"
#: How the references of texts begin, and those of alerts, which nobody is expected to answer.
MESSAGE_PREFIX, ALERT_PREFIX = "af-", "al-"
#: How those begin that tell people that a question needs no answer any more.
CLOSING_PREFIX = "ac-"
_REFERENCE = re.compile(r"a[flc]-([0-9a-f]{16})-[0-9a-z]+-([0-9a-f]{16})-([0-9]+)", re.IGNORECASE)


class TextKey(NamedTuple):
    """What makes a text the same text: its task, its recipient and words, and its number among equal ones."""

    task: str
    words: str
    number: str


def batch_reference(dag_id: str, run_id: str, task_id: str, map_index: int, generation: int = 0) -> str:
    """Return the part of the reference that all messages of one task instance share.

    :param map_index: -1 for a task that is not mapped. It tells batches apart, not texts.
    :param generation: how often the task was cleared in order to send again; 0 otherwise.
    """
    parts: list[object] = [dag_id, run_id, task_id]
    if generation:
        parts.append(generation)
    return f"{MESSAGE_PREFIX}{blake2b(repr(parts).encode(), digest_size=8).hexdigest()}-{_base_36(map_index)}"


def alert_reference(dag_id: str, run_id: str, event: str) -> str:
    """Return the batch reference of an alert: a text that is not a question, whatever it says.

    :param event: what tells the event from others of its run.
    """
    return remark_reference(batch_reference(dag_id, run_id, event, -1))


def remark_reference(batch: str) -> str:
    """Return the batch reference of texts about a question that are not a question themselves.

    :param batch: that of the question.
    """
    return ALERT_PREFIX + batch.removeprefix(MESSAGE_PREFIX)


def closing_reference(batch: str) -> str:
    """Return the batch reference of texts that close a question.

    :param batch: that of the question.
    """
    return CLOSING_PREFIX + batch.removeprefix(MESSAGE_PREFIX)


def closes(closing: str | None, question: str | None) -> bool:
    """Tell whether the text with one custom string closes the question with the other."""
    if not closing or not question or not closing.startswith(CLOSING_PREFIX):
        return False
    return closing.split("-")[1:3] == question.split("-")[1:3]


def message_reference(batch: str, words: str, number: int = 0) -> str:
    """Return the reference of one message, at most 50 characters.

    :param batch: from `batch_reference`. :param words: from `words_mark`.
    :param number: among equal messages of the batch, from 0.
    """
    return f"{batch}-{words}-{number}"


def words_mark(message: Mapping[str, Any]) -> str:
    """Return 16 hex digits that stand for the recipient and for what the message says or shows."""
    to = str(message.get("to") or f"list {message.get('list_id')}").removeprefix("+")
    said = f"{to}\0{message.get('body')}"
    if "media_file" in message:
        said += f"\0{message.get('subject')}\0{message['media_file']}"
    mark = _MARK.copy()  # quicker than a new one
    mark.update(said.encode("utf-8", "surrogatepass"))
    return mark.hexdigest()


def text_key(custom_string: object) -> TextKey | None:
    """Return what a custom string of ours identifies, in any case of letters; None for anybody else's."""
    found = _REFERENCE.fullmatch(str(custom_string or "").strip())
    return TextKey(*(part.lower() for part in found.groups())) if found else None


def belongs_to(batch: str, custom_string: str | None) -> bool:
    """Tell whether a message that carries this custom string is one of the batch."""
    return custom_string is not None and custom_string.startswith(f"{batch}-")


def _base_36(number: int) -> str:
    if number < 0:
        return "x"
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _BASE_36[rest] + digits
        if not number:
            return digits
