"""A batch in the making: recipients and what they have in common become messages, checked before anything leaves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.values import is_missing, kind_of, reads_missing, text_problem, unix_seconds
from airflow_provider_clicksend.messaging.history_match import Message
from airflow_provider_clicksend.messaging.inputs import number_problem
from airflow_provider_clicksend.messaging.reference import MAX_REFERENCE, message_reference, words_mark
from airflow_provider_clicksend.messaging.schedules import check_schedule
from airflow_provider_clicksend.messaging.segments import count_parts, cut_to_parts

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.models.outgoing import OutgoingMessage

_NAMED_ROWS = 20

_ALPHA_SENDER = re.compile(r"[A-Za-z0-9]{3,11}")
_NUMERIC_SENDER = re.compile(r"\+?\d{3,15}")
#: What must be text beside the body; a template gives the word "None" for what is not there.
_OTHER_TEXTS = frozenset({"from", "custom_string", "subject", "media_file", "from_email", "country", "voice", "lang"})
#: What an argument is called where the API has another name.
_SPOKEN = {"from": "sender"}
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

    def __post_init__(self) -> None:
        given = {name: value for name, value in self.common.items() if value is not None}
        if "schedule" in given:
            given["schedule"] = _seconds_if_any(given["schedule"])
        if self.cut and self.max_parts and isinstance(given.get("body"), str):
            given["body"] = cut_to_parts(given["body"], self.max_parts)
        object.__setattr__(self, "_common", given)

    def with_reference(self, reference: str) -> Batch:
        """Return the same checked messages under another reference."""
        return replace(self, reference=reference)

    def __len__(self) -> int:
        return len(self.recipients)

    def messages(self, start: int, stop: int) -> list[Message]:
        """Return the messages at these places."""
        return [self._message(place, self.recipients[place]) for place in range(start, min(stop, len(self)))]

    def check(self, *, now: float | None, sent_again: bool = False) -> None:
        """Check every message.

        :param now: Unix seconds, to refuse a schedule in the past; None when an earlier try may have used it in time.
        :param sent_again: whether a clear sends all again; then a custom string of the user's would stand for both.
        :raises ClickSendConfigError: names the rows and what is wrong with them.
        """
        if not self.recipients:
            raise ClickSendConfigError("`to` is empty: there is nobody to send to.", field="to")
        self._check_message(self._common, now, bare=True)
        bad: list[str] = []
        places: dict[tuple[str, str], int] = {}
        for place, row in enumerate(self.recipients):
            problem = self._problem(place, row, now) or self._repetition(place, row, places)
            if not problem and sent_again and places:
                problem = "has a custom_string of its own, with which resend_on_clear cannot tell old from new"
            if problem:
                bad.append(f"to[{place}] {problem}" if len(self) > 1 else f"to {problem}")
        if bad:
            more = f" and {len(bad) - _NAMED_ROWS} more" if len(bad) > _NAMED_ROWS else ""
            named = f"{'; '.join(bad[:_NAMED_ROWS])}{more}"
            stop = "" if named.endswith("?") else "."
            raise ClickSendConfigError(f"{named}{stop} Nothing was sent.", field="to")

    def _problem(self, place: int, row: str | Mapping[str, Any], now: float | None) -> str | None:
        if place and isinstance(row, str) and not self.template and not self.required:
            # Of numbers alone, the first was checked with all that they have in common.
            return number_problem(row) or (None if self._common.get("body") else "body is empty")
        try:
            self._check_row(row, now)
        except ClickSendConfigError as error:
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

    def _check_row(self, row: str | Mapping[str, Any], now: float | None) -> None:
        if not isinstance(row, str | Mapping):
            raise ClickSendConfigError(number_problem(row) or "is not a number", field="to")
        if isinstance(row, Mapping) and not self.template:
            unknown = sorted(set(map(str, row)) - self.row_fields)
            if unknown:
                raise ClickSendConfigError(f"holds the unknown {', '.join(unknown)}", field=unknown[0])
        message = self._without_reference(row)
        self._check_message(message, now, bare=False)
        # What else the API knows of a message; the picture stands beside it, and a time zone is for us.
        self.model.build({name: value for name, value in message.items() if name not in {"media_file", "timezone"}})

    def _check_message(self, message: Mapping[str, Any], now: float | None, *, bare: bool) -> None:
        """Check what a message holds; a bare one is what all have in common, without recipient and reference."""
        if not bare and "list_id" not in message:
            problem = number_problem(message.get("to"))
            if problem:
                raise ClickSendConfigError(problem, field="to")
        if not bare:
            self._check_required(message)
        if not bare or "body" in message:
            self._check_body(message.get("body"))
        _check_texts(message)
        if "from" in message:
            check_sender(message["from"])
        if len(message.get("custom_string", "")) > MAX_REFERENCE:
            raise ClickSendConfigError(
                f"custom_string is longer than {MAX_REFERENCE} characters", field="custom_string"
            )
        if "schedule" in message:
            check_schedule(message["schedule"], now)

    def _check_required(self, message: Mapping[str, Any]) -> None:
        lacking = [name for name in self.required if not message.get(name)]
        if lacking:
            raise ClickSendConfigError(f"has no {', '.join(lacking)}", field=lacking[0])

    def _check_body(self, body: object) -> None:
        if is_missing(body) or (isinstance(body, str) and not body.strip()):
            raise ClickSendConfigError("body is empty", field="body")
        if (problem := text_problem(body)) or not isinstance(body, str):
            raise ClickSendConfigError(f"body {problem}", field="body")
        if self.refuse_braces and not self.template and (unfilled := _PLACEHOLDER.search(body)):
            raise ClickSendConfigError(
                f"body holds {unfilled.group()}, which nothing fills: use a Jinja template, a text for each row, or "
                "the name of an SMS template as `template`",
                field="body",
            )
        if self.max_parts and count_parts(body) > self.max_parts:
            raise ClickSendConfigError(
                f"body needs {count_parts(body)} parts and max_parts is {self.max_parts} "
                '(on_too_long="cut" would cut it at a word)',
                field="body",
            )

    def _message(self, place: int, row: str | Mapping[str, Any]) -> Message:
        message = self._without_reference(row)
        if not message.get("custom_string"):
            mark = words_mark(message if self.words is None else {**message, "body": self.words})
            message["custom_string"] = message_reference(self.reference, mark, self._number(place, mark))
        return message

    def _without_reference(self, row: str | Mapping[str, Any]) -> Message:
        if isinstance(row, str) and not self.template:
            return {**self._common, "to": row}
        return self._row_message({"to": row} if isinstance(row, str) else row)

    @property
    def has_equal_messages(self) -> bool:
        """Whether somebody is to get the same words more than once."""
        return bool(self._places_of_equals())

    def _number(self, place: int, mark: str) -> int:
        """Return how many equal messages come before this place."""
        places = self._places_of_equals().get(mark)
        return places.index(place) if places else 0

    def _places_of_equals(self) -> dict[str, list[int]]:
        if self.one_each:
            return {}
        if self._equal_places is None:
            object.__setattr__(self, "_equal_places", self._find_equal_places())
        return self._equal_places or {}

    def _find_equal_places(self) -> dict[str, list[int]]:
        """Return the places of each message that stands there several times: mostly there is none."""
        numbers = self.recipients
        if not self.template and len(set(filter(_is_text, numbers))) == len(numbers):
            return {}
        marks = [words_mark(self._without_reference(row)) for row in self.recipients]
        places: dict[str, list[int]] = {mark: [] for mark, count in Counter(marks).items() if count > 1}
        for place, mark in enumerate(marks) if places else ():
            if mark in places:
                places[mark].append(place)
        return places

    def _row_message(self, row: Mapping[str, Any]) -> Message:
        fields = {name: value for name, value in row.items() if value is not None and name in self.row_fields}
        if not self.zoned:
            fields.pop("timezone", None)
        if "sender" in fields:
            fields["from"] = fields.pop("sender")
        if "schedule" in fields:
            fields["schedule"] = _seconds_if_any(fields["schedule"])
        if self.template:
            fields["body"] = fill(self.template, row)
        if self.cut and self.max_parts and isinstance(fields.get("body"), str):
            fields["body"] = cut_to_parts(fields["body"], self.max_parts)
        return {**self._common, **fields}


def fill(template: str, row: Mapping[str, Any]) -> str:
    """Fill ``{name}`` placeholders from a row.

    :raises ClickSendConfigError: names the placeholders that the row lacks, or that no row can fill.
    """
    unfillable = _BRACES.findall(_PLACEHOLDER.sub("", template))
    if unfillable:
        raise ClickSendConfigError(
            f"cannot fill {', '.join(unfillable)}: a placeholder is a name of letters, digits and _ in braces",
            field="template",
        )
    names = sorted(set(_PLACEHOLDER.findall(template)))
    missing = [name for name in names if is_missing(row.get(name)) or _is_word_for_nothing(row[name])]
    if missing:
        raise ClickSendConfigError(f"lacks {', '.join(missing)}, which the template needs", field=missing[0])
    for name in names:
        if isinstance(row[name], Mapping | list | tuple | set | bytes):
            raise ClickSendConfigError(
                f"{name} is {kind_of(row[name])}; the template needs text or a number", field=name
            )
    return _PLACEHOLDER.sub(lambda match: str(row[match.group(1)]), template)


def _check_texts(message: Mapping[str, Any]) -> None:
    for name in _OTHER_TEXTS & message.keys():
        # The word "None" for a sender or a reference is what a template made of an XCom that is not there.
        is_path = hasattr(message[name], "__fspath__")
        if not is_path and (problem := text_problem(message[name])):
            raise ClickSendConfigError(f"{_SPOKEN.get(name, name)} {problem}", field=name)


def _seconds_if_any(schedule: object) -> object:
    """Return the Unix seconds of a schedule, or what is none as it is: the check says what it is."""
    try:
        return unix_seconds(schedule)
    except ValueError:
        return schedule


def check_sender(sender: str) -> None:
    """Refuse what can be neither a number nor an alpha tag.

    :raises ClickSendConfigError: says why.
    """
    if not _ALPHA_SENDER.fullmatch(sender) and not _NUMERIC_SENDER.fullmatch(sender):
        raise ClickSendConfigError(
            "sender must be a number, or a name of 3 to 11 letters and digits without spaces", field="sender"
        )


def _is_word_for_nothing(value: object) -> bool:
    return isinstance(value, str) and reads_missing(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
