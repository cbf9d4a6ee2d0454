"""A batch in the making: recipients and what they have in common become messages, checked before anything leaves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.values import CheckedMessages, is_missing, kind_of, reads_missing, unix_seconds
from airflow_provider_clicksend.messaging.history_match import Message
from airflow_provider_clicksend.messaging.inputs import number_problem
from airflow_provider_clicksend.messaging.reference import message_reference, words_mark
from airflow_provider_clicksend.messaging.row_check import USUAL, RowCheck
from airflow_provider_clicksend.messaging.segments import cut_to_parts

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.outgoing import OutgoingMessage

_NAMED_ROWS = 20

#: What a recipient may be. A dict is a mapping, and quicker to tell.
_RECIPIENTS = (str, dict, Mapping)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_BRACES = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Batch:
    """Recipients, and what their messages have in common.

    :param recipients: numbers in E.164, or rows (``{"to", "body", ...}``) that override what is common.
    :param common: ``body``, ``from``, ``schedule`` ... of every message.
    :param reference: the batch reference.
    :param model: what a message of this channel is to the API.
    :param row_fields: what a row may hold.
    :param required: what every message must have besides a recipient and a body.
    :param template: text with ``{placeholders}`` that each row fills; then a row may hold anything.
    :param max_parts: a text may not need more parts; `cut` cuts it instead of refusing it.
    :param one_each: no number gets two messages, so that nothing else need tell them apart.
    :param words: stands for the words in references, where a later try may fill other values into them (with
        `one_each`).
    :param zoned: whether messages keep the ``timezone`` of their rows, for those who schedule them.
    :param refuse_braces: a body that holds ``{name}``, which nothing fills, is an error.
    """

    recipients: Sequence[str | Mapping[str, Any]]
    common: Mapping[str, Any]
    reference: str
    model: type[OutgoingMessage]
    row_fields: frozenset[str]
    required: tuple[str, ...] = ()
    template: str | None = None
    max_parts: int | None = None
    cut: bool = False
    one_each: bool = False
    words: str | None = None
    zoned: bool = False
    refuse_braces: bool = False
    _common: dict[str, Any] = field(init=False, repr=False)
    _equal_places: dict[str, list[int]] | None = field(init=False, repr=False, default=None)
    _is_checked: bool = field(init=False, repr=False, default=False)
    _are_distinct: bool | None = field(init=False, repr=False, default=None)
    _are_usual: bool = field(init=False, repr=False, default=False)

    def __post_init__(self) -> None:
        given = {name: value for name, value in self.common.items() if value is not None}
        if "schedule" in given:
            given["schedule"] = _seconds_if_any(given["schedule"])
        object.__setattr__(self, "_common", self._cut(given))

    def with_reference(self, reference: str) -> Batch:
        """Return the same checked messages under another reference."""
        batch = replace(self, reference=reference)
        for name in ("_is_checked", "_are_distinct", "_are_usual"):
            object.__setattr__(batch, name, getattr(self, name))
        return batch

    def __len__(self) -> int:
        return len(self.recipients)

    def messages(self, start: int, stop: int) -> list[Message]:
        """Return the messages at these places, marked as checked where they need no other check than `check`."""
        equals = self._places_of_equals()
        places = range(start, min(stop, len(self)))
        messages = [self._message(place, self.recipients[place], equals) for place in places]
        return CheckedMessages(messages) if self._is_checked else messages

    def check(self, *, now: float | None, sent_again: bool = False) -> None:
        """Check every message.

        :param now: Unix seconds, to refuse a schedule in the past; None when an earlier try may have used it in time.
        :param sent_again: whether a clear sends all again; then a custom string of the user's would stand for both.
        :raises ClickSendConfigError: names the rows and what is wrong with them.
        """
        if not self.recipients:
            raise ClickSendConfigError("`to` is empty: there is nobody to send to.", field="to")
        check = RowCheck(
            self._common,
            model=self.model,
            required=self.required,
            now=now,
            max_parts=self.max_parts,
            refuse_braces=self.refuse_braces and not self.template,
        )
        bad: list[str] = []
        places: dict[tuple[str, str], int] = {}
        numbers: set[object] = set()
        is_plain = not self.template and not self.cut and "custom_string" not in self._common
        are_usual = True
        for place, row in enumerate(self.recipients):
            if is_plain and _is_usual(row):
                if check.knows_rows and check.passes(row["to"], row["body"]):
                    numbers.add(row["to"])
                    continue
            else:
                are_usual = False
            if is_plain and isinstance(row, str) and check.knows_numbers:
                problem = number_problem(row)
            else:
                problem = self._problem(row, check) or self._repetition(place, row, places)
            if not problem and sent_again and places:
                problem = "has a custom_string of its own, with which resend_on_clear cannot tell old from new"
            if problem:
                bad.append(self._named_problem(place, row, problem))
            else:
                numbers.add(_number_of(row))
        _refuse(bad)
        object.__setattr__(self, "_is_checked", check.is_complete)
        object.__setattr__(self, "_are_distinct", len(numbers) == len(self))
        object.__setattr__(self, "_are_usual", are_usual)

    def _named_problem(self, place: int, row: object, problem: str) -> str:
        is_alone = len(self) == 1 and not isinstance(row, Mapping)
        return f"to {problem}" if is_alone else f"to[{place}] {problem}"

    def _problem(self, row: str | Mapping[str, Any], check: RowCheck) -> str | None:
        try:
            if not isinstance(row, _RECIPIENTS):
                return number_problem(row) or "is not a number"
            check.check(self._own_fields(row))
        except ClickSendConfigError as error:
            if error.field in self._common and (isinstance(row, str) or error.field not in row):
                raise  # it is wrong for all
            return str(error).rstrip(".")
        return None

    def _repetition(self, place: int, row: str | Mapping[str, Any], places: dict[tuple[str, str], int]) -> str | None:
        """Find two messages that only their place tells apart: with a custom string of the user's, nothing does."""
        text = (None if isinstance(row, str) else row.get("custom_string")) or self._common.get("custom_string")
        if text is None:
            return None
        number = row if isinstance(row, str) else str(row.get("to"))
        first = places.setdefault((text, "" if self.one_each else number), place)
        return None if first == place or self.one_each else f"has the number and the custom_string of to[{first}]"

    def _message(self, place: int, row: str | Mapping[str, Any], equals: Mapping[str, list[int]]) -> Message:
        message = self._without_reference(row)
        if not message.get("custom_string"):
            mark = words_mark(message if self.words is None else {**message, "body": self.words})
            before = equals[mark].index(place) if mark in equals else 0
            message["custom_string"] = message_reference(self.reference, mark, before)
        return message

    def _without_reference(self, row: str | Mapping[str, Any]) -> Message:
        if self._are_usual and isinstance(row, dict):
            return {**self._common, **row}
        if not self.template and isinstance(row, str):
            return {**self._common, "to": row}
        return {**self._common, **self._own_fields(row)}

    @property
    def are_numbers_distinct(self) -> bool:
        """Whether nobody is to get more than one message."""
        if self._are_distinct is None:
            distinct = len(set(map(_number_of, self.recipients))) == len(self)
            object.__setattr__(self, "_are_distinct", distinct)
        return bool(self._are_distinct)

    @property
    def has_equal_messages(self) -> bool:
        """Whether somebody is to get the same words more than once."""
        return bool(self._places_of_equals())

    def _places_of_equals(self) -> dict[str, list[int]]:
        if self.one_each:
            return {}
        if self._equal_places is None:
            object.__setattr__(self, "_equal_places", self._find_equal_places())
        return self._equal_places or {}

    def _find_equal_places(self) -> dict[str, list[int]]:
        """Return the places of each message that stands there several times: mostly there is none."""
        if self.are_numbers_distinct:
            return {}
        marks = [words_mark(self._without_reference(row)) for row in self.recipients]
        places: dict[str, list[int]] = {mark: [] for mark, count in Counter(marks).items() if count > 1}
        for place, mark in enumerate(marks) if places else ():
            if mark in places:
                places[mark].append(place)
        return places

    def _own_fields(self, row: str | Mapping[str, Any]) -> dict[str, Any]:
        """Return what a message does not have in common with the others.

        :raises ClickSendConfigError: names what the row may not hold, or lacks for the template.
        """
        if isinstance(row, str) and not self.template:
            return {"to": row}
        given = {"to": row} if isinstance(row, str) else row
        if not self.template and not given.keys() <= self.row_fields:
            names = sorted(map(str, given.keys() - self.row_fields))
            meant = get_close_matches(names[0], self.row_fields, n=1)
            hint = f" (did you mean {meant[0]}?)" if meant else ""
            raise ClickSendConfigError(f"has the unknown field {', '.join(names)}{hint}", field=names[0])
        fields = {name: value for name, value in given.items() if value is not None and name in self.row_fields}
        if not self.zoned:
            fields.pop("timezone", None)
        if "sender" in fields:
            fields["from"] = fields.pop("sender")
        if "schedule" in fields:
            fields["schedule"] = _seconds_if_any(fields["schedule"])
        if self.template:
            fields["body"] = fill(self.template, given)
        return self._cut(fields)

    def _cut(self, fields: dict[str, Any]) -> dict[str, Any]:
        if self.cut and self.max_parts and isinstance(fields.get("body"), str):
            fields["body"] = cut_to_parts(fields["body"], self.max_parts)
        return fields


def _refuse(bad: list[str]) -> None:
    if not bad:
        return
    more = f" and {len(bad) - _NAMED_ROWS} more" if len(bad) > _NAMED_ROWS else ""
    named = f"{'; '.join(bad[:_NAMED_ROWS])}{more}"
    stop = "" if named.endswith("?") else "."
    raise ClickSendConfigError(f"{named}{stop} Nothing was sent.", field="to")


def _number_of(row: str | Mapping[str, Any]) -> object:
    return row if isinstance(row, str) else row.get("to")


def _is_usual(row: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a row holds a number, words and nothing else, as most do."""
    if type(row) is not dict or len(row) != len(USUAL):
        return False
    return row.get("to") is not None and row.get("body") is not None


def fill(template: str, row: Mapping[str, Any]) -> str:
    """Fill ``{name}`` placeholders from a row.

    :raises ClickSendConfigError: names the placeholders that the row lacks, or that no row can fill.
    """
    names = placeholders(template)
    missing = [name for name in names if is_missing(row.get(name)) or _is_word_for_nothing(row[name])]
    if missing:
        raise ClickSendConfigError(f"lacks {', '.join(missing)}, which the template needs", field=missing[0])
    for name in names:
        if isinstance(row[name], Mapping | list | tuple | set | bytes):
            raise ClickSendConfigError(
                f"{name} is {kind_of(row[name])}; the template needs text or a number", field=name
            )
    return _PLACEHOLDER.sub(lambda match: str(row[match.group(1)]), template)


@lru_cache(maxsize=16)
def placeholders(template: str) -> list[str]:
    """Return the names of the ``{placeholders}`` of a text.

    :raises ClickSendConfigError: names those that no row can fill.
    """
    unfillable = _BRACES.findall(_PLACEHOLDER.sub("", template))
    if unfillable:
        raise ClickSendConfigError(
            f"cannot fill {', '.join(unfillable)}: a placeholder is a name of letters, digits and _ in braces",
            field="template",
        )
    return sorted(set(_PLACEHOLDER.findall(template)))


def _seconds_if_any(schedule: object) -> object:
    """Return the Unix seconds of a schedule, or what is none as it is: the check says what it is."""
    try:
        return unix_seconds(schedule)
    except ValueError:
        return schedule


def _is_word_for_nothing(value: object) -> bool:
    return isinstance(value, str) and reads_missing(value)
