"""The reference that makes a message recognisable across tries.

ClickSend has no idempotency key; the nearest is ``custom_string``, which it echoes in the answer, the history, receipts
and replies. A reference names the task instance and the message in it, never the try:

``af-<16 hex of DAG, run, task, map index>-<10 hex of the number>-<n-th message to that number>``

The number rather than the row's position, so that a list which changed its order or grew between two tries still
recognises who was texted; the count, so that two equal texts to one number in one batch are two messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

MAX_REFERENCE = 50


def batch_reference(dag_id: str, run_id: str, task_id: str, map_index: int, generation: int = 0) -> str:
    """Return the part of the reference that all messages of one task instance share.

    :param generation: how often the task was cleared in order to send again; 0 otherwise.
    """
    parts: list[object] = [dag_id, run_id, task_id, map_index]
    if generation:
        parts.append(generation)
    return f"af-{blake2b(repr(parts).encode(), digest_size=8).hexdigest()}"


def message_references(batch: str, recipients: Iterable[str]) -> list[str]:
    """Return one reference a message, in order, each at most 50 characters.

    :param batch: from `batch_reference`.
    :param recipients: the number, or the list, of each message.
    """
    key = batch.encode()
    seen: dict[str, int] = {}
    references = []
    for recipient in recipients:
        nth = seen[recipient] = seen.get(recipient, -1) + 1
        digest = blake2b(recipient.encode(), digest_size=5, key=key).hexdigest()
        references.append(f"{batch}-{digest}-{nth}")
    return references


def belongs_to(batch: str, custom_string: str | None) -> bool:
    """Tell whether a message that carries this custom string is one of the batch."""
    return custom_string is not None and custom_string.startswith(f"{batch}-")
