"""The two base classes of models, strict and lenient, and the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_jsonable_python

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendResponseError
from airflow_provider_clicksend.api.values import text_problem

Int = int | None
Money = Decimal | None
Text = str | None

#: Wrong fields that an error names; the rest are counted.
_NAMED = 10


class Answer(BaseModel):
    """Something that came back.

    Unknown fields are kept; missing ones are None, and so are optional ones that cannot be read (ClickSend writes "no
    value" as null, as ``""`` or not at all); numbers as strings are accepted (``"201"``, ``"1.00"``).
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True, coerce_numbers_to_str=True, frozen=True)

    #: The fields that make a row the same row when it is read twice.
    key_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def row_key(self) -> object:
        """What tells this row from the others of its list."""
        key = tuple(getattr(self, name) for name in self.key_fields)
        return key if key and None not in key else self.model_dump_json()

    @classmethod
    def read(cls, data: object) -> Self:
        """Read one answer.

        :raises ClickSendResponseError: when a field that it must have is missing; the text names fields, never values.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            unreadable = [error["loc"] for error in exc.errors() if error["type"] != "missing"]
        try:
            return cls.model_validate(_without(data, unreadable))
        except ValidationError as exc:
            fields = sorted({_path(error["loc"]) or "it" for error in exc.errors()})
            raise ClickSendResponseError(
                f"An answer of ClickSend is not a {cls.__name__}: {_shortened(fields)} cannot be read."
            ) from None

    def primitives(self) -> dict[str, Any]:
        """Return it as JSON primitives under the API's own names; money is a string."""
        return self.model_dump(mode="json", by_alias=True)


class Request(BaseModel):
    """Something that goes out: an unknown field is an error that names it. A model that is given is never changed."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, revalidate_instances="always")

    @classmethod
    def build(cls, data: object) -> Self:
        """Check what a caller gave, a dict or the model itself.

        :raises ClickSendConfigError: names the fields and what is wrong with them, never their values.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            wrong = [(_path(error["loc"]) or cls.__name__, _complaint(dict(error))) for error in exc.errors()]
            text = _shortened([f"{name}{complaint}" for name, complaint in wrong], "; ").rstrip(".")
            raise ClickSendConfigError(f"{text}.", field=wrong[0][0]) from None

    def payload(self) -> dict[str, Any]:
        """Return what leaves as JSON primitives under the API's own names: only what was set."""
        payload: dict[str, Any] = to_jsonable_python(self, by_alias=True, exclude_none=True)
        return payload

    def json_bytes(self) -> bytes:
        """Return the JSON that leaves: only what was set."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


Row = TypeVar("Row", bound=Answer)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list.

    :param total: rows of the whole list.
    :param last_page: its last page; 0 when the list is empty.
    """

    rows: list[Row]
    total: int
    current_page: int
    last_page: int
    per_page: int

    @classmethod
    def read(cls, model: type[Row], data: object) -> Page[Row]:
        """Read a page; a plain array, and a paginator without its last page, are pages too.

        :raises ClickSendResponseError: when there is no list of rows; an empty list may lack it, but says total 0.
        """
        envelope: Mapping[str, Any] = data if isinstance(data, Mapping) else {"data": data}
        found = envelope.get("data", [] if count(envelope.get("total"), 0) == 0 else None)
        if not isinstance(found, list):
            raise ClickSendResponseError(f"Expected a list of {model.__name__}, but something else came.")
        rows = [model.read(row) for row in found]
        total = count(envelope.get("total"), len(rows))
        per_page = count(envelope.get("per_page"), 0) or max(len(rows), 1)
        return cls(
            rows=rows,
            total=total,
            current_page=count(envelope.get("current_page"), 1),
            last_page=count(envelope.get("last_page"), math.ceil(total / per_page)),
            per_page=per_page,
        )

    def primitives(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {
            "rows": [row.primitives() for row in self.rows],
            "total": self.total,
            "current_page": self.current_page,
            "last_page": self.last_page,
            "per_page": self.per_page,
        }


def count(value: object, default: int) -> int:
    """Return a number that may have come as a string."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else default


def _without(data: object, paths: list[tuple[int | str, ...]]) -> object:
    """Return a copy without the fields in which these paths end (of a list in a field, the whole field goes)."""
    kept = deepcopy(data)
    for path in paths:
        owner, name, spot = None, None, kept
        for part in path:
            if isinstance(spot, dict):
                owner, name, spot = spot, part, spot.get(part)
            elif isinstance(spot, list) and isinstance(part, int):
                spot = spot[part]
        if owner is not None:
            owner.pop(name, None)
    return kept


def _path(parts: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _complaint(error: dict[str, Any]) -> str:
    """Return what is wrong, to stand behind the name: `` is missing``, or ``: `` and a sentence."""
    match error["type"]:
        case "extra_forbidden":
            return ": no such argument"
        case "missing":
            return " is missing"
        case "string_type":
            return f" {text_problem(error['input'])}"
    text = str(error["msg"]).removeprefix("Value error, ").strip()
    return f" {text}" if text.startswith(("is ", "looks ")) else f": {text}"


def _shortened(texts: list[str], separator: str = ", ") -> str:
    more = f"{separator}and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return separator.join(texts[:_NAMED]) + more
