"""Worlds, settings and faults as a person switches them: fields of forms, made from the models themselves."""

import inspect
import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from airflow_provider_clicksend.sandbox.clicksend.outcomes import OUTCOMES
from airflow_provider_clicksend.sandbox.data.store import Settings
from airflow_provider_clicksend.sandbox.worlds import World

#: Statuses of ClickSend's that a message may be refused with.
REFUSALS = (
    "THROTTLED",
    "INSUFFICIENT_CREDIT",
    "INVALID_RECIPIENT",
    "COUNTRY_NOT_ENABLED",
    "REGISTRATION_NEEDED",
    "INTERNAL_ERROR",
)
#: The paths of requests that faults are mostly for.
FAULT_PATHS = {
    "*": "every request",
    "/v3/*/send": "every send",
    "/v3/sms/send": "sending texts",
    "/v3/voice/send": "calling",
    "/v3/mms/send": "sending pictures",
    "/v3/*/receipts*": "receipts",
    "/v3/sms/inbound*": "replies",
    "/v3/*/history": "the history",
    "/connections*": "Maton's connections",
}
#: What the caller sees.
FAULTS = {
    "dropped": "connection closed without an answer",
    "hang": "no answer, then the connection closes",
    "drip": "an answer that comes byte by byte",
    "huge": "an answer of 400 MB",
    "302": "302, a proxy's redirect",
    "401": "401, ClickSend does not know the credentials",
    "401-html": "401, a proxy's page",
    "413": "413, a proxy's page",
    "429": "429 with Retry-After",
    "429-without-retry-after": "429 without Retry-After",
    "499": "499, a proxy's page",
    "500": "500 of Maton",
    "502": "502, a proxy's page",
    "503": "503, a proxy's page",
    "504": "504, a proxy's page",
    "html": "200 with a page in it",
    "empty": "200 without a body",
    "envelope-401": "200 that says 401 inside",
    "maton-message": "Maton's error: message",
    "maton-error": "Maton's error: error.message",
    "maton-detail": "Maton's error: detail",
    "maton-validation": "Maton's error: a list of details",
}

_LABELS = {"sms": "SMS", "mms": "MMS", "id": "ID"}
#: They belong to the command line or have a place of their own on the page.
_NOT_HERE = {"api_key", "world"}


class Input(NamedTuple):
    """One field of a form: `kind` is "choice", "flag", "number" or "text", `group` a heading for it and its like."""

    name: str
    label: str
    help: str
    kind: str
    value: str
    choices: tuple[str, ...]
    changed: bool
    group: str


def world_inputs(world: World) -> list[Input]:
    """Return the fields of the world, those that differ from the default marked."""
    return [_input(World, name, getattr(world, name)) for name in World.model_fields]


def setting_inputs(settings: Settings) -> list[Input]:
    """Return the settings that are changed on the page."""
    return [_input(Settings, name, getattr(settings, name)) for name in Settings.model_fields if name not in _NOT_HERE]


def read(model: type[BaseModel], name: str, text: str) -> Any:
    """Return what a form's field means; the model checks it.

    :raises ValueError: there is no such field, or its text cannot be understood.
    """
    field = model.model_fields.get(name)
    if field is None or name in _NOT_HERE:
        raise ValueError(f"There is no {name}.")
    kind, text = _kind(field), text.strip()
    if kind == "flag":
        return text == "true"
    if get_origin(field.annotation) is list:
        return [item for item in re.split(r"[\s,]+", text) if item]
    if get_origin(field.annotation) is dict:
        return _read_pairs(text)
    return int(text) if kind == "choice" and text.isdecimal() else text


def read_money(text: str) -> Decimal:
    """Return an amount of dollars.

    :raises ValueError: it is not one.
    """
    try:
        amount = Decimal(text.strip().lstrip("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= 10**9:
        raise ValueError("The balance must be an amount of dollars, such as 100.")
    return amount


def outcomes() -> tuple[str, ...]:
    """Return what may become of a message."""
    return tuple(OUTCOMES)


def _read_pairs(text: str) -> dict[str, int]:
    pairs = [item.partition("=") for item in re.split(r"[\s,]+", text) if item]
    if not all(status.isdecimal() for _, _, status in pairs):
        raise ValueError("Write a message id (or * for every one), = and a status, such as *=500.")
    return {key: int(status) for key, _, status in pairs}


def _input(model: type[BaseModel], name: str, value: Any) -> Input:
    field = model.model_fields[name]
    choices = tuple(map(str, get_args(field.annotation))) if get_origin(field.annotation) is Literal else ()
    words = [_LABELS.get(word, word) for word in name.split("_")]
    label = " ".join(words)
    changed = value != field.get_default(call_default_factory=True)
    note = _notes(model).get(name, _Note("", ""))
    return Input(
        name, label[0].upper() + label[1:], note.text, _kind(field), _text(value), choices, changed, note.group
    )


def _kind(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return "choice"
    if field.annotation is bool:
        return "flag"
    return "number" if field.annotation in {int, float} else "text"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


class _Note(NamedTuple):
    text: str
    group: str


@cache
def _notes(model: type[BaseModel]) -> dict[str, _Note]:
    """Return what the comments in front of a model's fields say (``#: ...``), and over groups of them (``# --- ...``).

    There is nothing to return where Python has no source.
    """
    try:
        source = inspect.getsource(model)
    except OSError:
        return {}
    notes, text, group = {}, "", ""
    for line in map(str.strip, source.splitlines()):
        if line.startswith("# --- "):
            text, group = "", line.removeprefix("# --- ").capitalize()
        elif line.startswith("#: "):
            text = f"{text} {line.removeprefix('#: ')}".strip()
        elif found := re.match(r"(\w+): ", line):
            notes[found[1]] = _Note(re.sub(r"`+|:attr:", "", text), group)
            text = ""
    return notes
