"""The two tempers of models, and the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendResponseError


def _none_if_blank(value: object) -> object:
    return None if value == "" else value


#: ClickSend writes "no value" as null, as "" or not at all, and numbers now and then as strings ("201", "1.00").
Int = Annotated[int | None, BeforeValidator(_none_if_blank)]
Money = Annotated[Decimal | None, BeforeValidator(_none_if_blank)]
Text = str | None


class Answer(BaseModel):
    """Something that came back: unknown fields are kept, missing ones are None, numbers as strings are accepted."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, coerce_numbers_to_str=True, frozen=True)

    #: The fields that make a row the same row when it is read twice.
    key_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def row_key(self) -> object:
        """What tells this row from the others of its list."""
        if not self.key_fields:
            return self.model_dump_json()
        return tuple(getattr(self, name) for name in self.key_fields)

    @classmethod
    def read(cls, data: object) -> Self:
        """Read one answer.

        :raises ClickSendResponseError: when it is not of this shape; the text names fields, never values.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            fields = sorted({".".join(str(part) for part in error["loc"]) or "it" for error in exc.errors()})
            raise ClickSendResponseError(
                f"An answer of ClickSend is no {cls.__name__}: {', '.join(fields)} cannot be read."
            ) from None


class Request(BaseModel):
    """Something that goes out: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    @classmethod
    def build(cls, data: object) -> Self:
        """Check what a caller gave, a dict or the model itself.

        :raises ClickSendConfigError: names the fields and what is wrong with them, never their values.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            rows = [(".".join(str(part) for part in error["loc"]), error["msg"]) for error in exc.errors()]
            text = "; ".join(f"{name}: {message}" for name, message in rows)
            raise ClickSendConfigError(f"{cls.__name__}: {text}", field=rows[0][0]) from None

    def payload(self) -> dict[str, Any]:
        """Return the JSON that leaves: only what was set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


Row = TypeVar("Row", bound=Answer)


class Page(BaseModel, Generic[Row]):
    """One page of a list.

    :param total: rows of the whole list. :param last_page: its last page; 0 when the list is empty.
    """

    rows: list[Row]
    total: int
    current_page: int
    last_page: int
    per_page: int

    @classmethod
    def read(cls, model: type[Row], data: object) -> Page[Row]:
        """Read a page; a plain array, and a paginator without its last page, are pages too."""
        envelope: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        found = envelope.get("data", []) if isinstance(data, Mapping) else data
        if not isinstance(found, list):
            raise ClickSendResponseError(f"A list of {model.__name__} was expected and something else came.")
        rows = [model.read(row) for row in found]
        total = _count(envelope.get("total"), len(rows))
        per_page = _count(envelope.get("per_page"), 0) or max(len(rows), 1)
        return cls(
            rows=rows,
            total=total,
            current_page=_count(envelope.get("current_page"), 1),
            last_page=_count(envelope.get("last_page"), math.ceil(total / per_page)),
            per_page=per_page,
        )


def _count(value: object, default: int) -> int:
    text = str(value)
    return int(text) if text.isdigit() else default
