"""What somebody waits for: messages by their ids, or a whole batch by its reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.reference import belongs_to

if TYPE_CHECKING:
    from airflow_provider_clicksend.messaging.conversation import Text

_MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]+")


@dataclass(frozen=True)
class Awaited:
    """The messages of one wait.

    :param ids: message ids, each once, in the order they were given; empty for a batch.
    :param reference: what the `custom_string` of every message of a batch begins with; None for ids.
    :param count: how many messages there are.
    :param since: Unix seconds before which none of them was sent.
    :param texts: what is known already of who was asked, and when.
    """

    ids: tuple[str, ...]
    reference: str | None
    count: int
    since: int
    texts: tuple[Text, ...] = ()

    @classmethod
    def read(cls, message_ids: object, *, since: int = 0) -> Awaited:
        """Understand the `message_ids` of a sensor or trigger: an id, ids (lists in a list too), or a batch handle.

        :param since: Unix seconds, 0 when nobody knows; a handle knows better.
        :raises ClickSendConfigError: it is none of these.
        """
        if isinstance(message_ids, Mapping):
            return cls._of_handle(message_ids)
        ids = tuple(dict.fromkeys(_flat(message_ids)))
        return cls(ids=ids, reference=None, count=len(ids), since=since)

    @classmethod
    def _of_handle(cls, handle: Mapping[str, Any]) -> Awaited:
        try:
            reference, since, count = str(handle["reference"]), int(handle["since"]), int(handle["count"])
        except (KeyError, TypeError, ValueError) as exc:
            raise ClickSendConfigError(
                "message_ids is a mapping, but not a batch handle {reference, since, count} of a send operator.",
                field="message_ids",
            ) from exc
        return cls(ids=(), reference=reference, count=count, since=since)

    def as_json(self) -> list[str] | dict[str, Any]:
        """Return what `read` understands: the ids, or the handle."""
        if self.reference is None:
            return list(self.ids)
        return {"reference": self.reference, "since": self.since, "count": self.count}

    @cached_property
    def _known_ids(self) -> frozenset[str]:
        return frozenset(self.ids)

    def includes(self, message_id: str | None, custom_string: str | None) -> bool:
        """Tell whether the message with this id and `custom_string` is one of them."""
        if self.reference is None:
            return message_id in self._known_ids
        return belongs_to(self.reference, custom_string)

    def without(self, message_ids: Iterable[str]) -> Awaited:
        """Return what is left when these ids need not be asked for any more; a batch stays whole."""
        gone = frozenset(message_ids)
        ids = tuple(message_id for message_id in self.ids if message_id not in gone)
        return self if self.reference else replace(self, ids=ids, count=len(ids))


def _flat(message_ids: object) -> Iterator[str]:
    """Yield the ids; the outputs of a mapped send come as a sequence of lists."""
    if isinstance(message_ids, str) and _MESSAGE_ID.fullmatch(message_ids):
        yield message_ids
    elif isinstance(message_ids, Iterable) and not isinstance(message_ids, str | bytes | Mapping):
        for entry in message_ids:
            yield from _flat(entry)
    else:
        raise ClickSendConfigError(
            f"message_ids holds a {type(message_ids).__name__} that is not a message id: give an id, a list of ids or "
            'a batch handle, such as `send.output["message_ids"]`. (A list in a Jinja template arrives as one string '
            "unless the DAG has render_template_as_native_obj=True.)",
            field="message_ids",
        )
