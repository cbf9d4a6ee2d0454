"""The reference that makes a message recognisable across tries.

ClickSend has no idempotency key; the nearest is ``custom_string``, which it echoes in the answer, the history, receipts
and replies. A reference names the task instance and the message in it, never the try:

``af-<16 hex of DAG, run, task, map index>-<place in the batch>-<10 hex of the recipient>``

The place makes two equal texts to one number two messages; the recipient tells, when the list changed its order
between two tries, who was texted all the same.
"""

from __future__ import annotations

from hashlib import blake2b

#: Characters of a custom_string (the limit that ClickSend's own n8n node states).
MAX_REFERENCE = 50


def batch_reference(dag_id: str, run_id: str, task_id: str, map_index: int, generation: int = 0) -> str:
    """Return the part of the reference that all messages of one task instance share.

    :param generation: how often the task was cleared in order to send again; 0 otherwise.
    """
    parts: list[object] = [dag_id, run_id, task_id, map_index]
    if generation:
        parts.append(generation)
    return f"af-{blake2b(repr(parts).encode(), digest_size=8).hexdigest()}"


def message_reference(batch: str, place: int, recipient: str) -> str:
    """Return the reference of one message, at most 50 characters.

    :param batch: from `batch_reference`.
    :param place: in the batch, from 0.
    :param recipient: its number, or the id of its list.
    """
    return f"{batch}-{place}-{blake2b(recipient.encode(), digest_size=5).hexdigest()}"


def recipient_mark(reference: str) -> str:
    """Return the part of a reference that tells the recipient."""
    return reference.rpartition("-")[2]


def belongs_to(batch: str, custom_string: str | None) -> bool:
    """Tell whether a message that carries this custom string is one of the batch."""
    return custom_string is not None and custom_string.startswith(f"{batch}-")
