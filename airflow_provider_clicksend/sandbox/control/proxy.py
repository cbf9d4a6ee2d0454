"""Requests and answers as a debugging proxy shows them, without the secrets in them."""

import json
import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from airflow_provider_clicksend.sandbox.control.states import clock_text
from airflow_provider_clicksend.sandbox.maton.exchanges import MAX_BODY, Exchange, Half

MASK = "••••••"
#: Characters of a body that are shown.
_SHOWN = 20_000
_SECRET_NAME = re.compile(r"authori[sz]ation|cookie|token|secret|password|(^|[_-])api[_-]?key|^key$", re.IGNORECASE)
_SECRET_IN_URL = re.compile(r"((?:token|key|secret|password)=)[^&\s\"]+", re.IGNORECASE)


class Line(NamedTuple):
    """One request in the list."""

    number: int
    time: str
    method: str
    path: str
    status: str
    kind: str
    fault: str
    took: str


class Side(NamedTuple):
    """A request or an answer, whole: headers, body and what is to be said of the body."""

    headers: list[tuple[str, str]]
    body: str
    note: str


def line(exchange: Exchange) -> Line:
    """Return an exchange for the list."""
    seconds = exchange.seconds
    took = "…" if seconds is None else f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
    query = f"?{masked_query(exchange.query)}" if exchange.query else ""
    return Line(
        number=exchange.number,
        time=_time(exchange.at),
        method=exchange.method,
        path=exchange.path.removeprefix("/clicksend") + query,
        status=str(exchange.status or "none"),
        kind=_kind(exchange),
        fault=exchange.fault or "",
        took=took,
    )


def side(half: Half) -> Side:
    """Return a request or an answer with its secrets masked."""
    headers = [(name, _masked_header(name, text)) for name, text in half.headers]
    note = f"{half.size:,} bytes"
    if half.size > MAX_BODY:
        note += f", the first {MAX_BODY:,} are kept"
    return Side(headers, masked_body(half.body), note)


def masked_body(body: bytes) -> str:
    """Return a body for people: JSON indented and without secrets, other text as it is, else its kind."""
    text = body.decode(errors="replace")
    if "\0" in text or text.count("�") > len(text) / 10:
        return "(not text)"
    try:
        text = json.dumps(_masked(json.loads(text)), indent=2, ensure_ascii=False)
    except ValueError:
        text = _SECRET_IN_URL.sub(rf"\1{MASK}", text)
        # What is cut, or no JSON at all, may still name a secret.
        text = re.sub(
            r'("(?:[^"]*(?:key|token|secret|password))"\s*:\s*")[^"]*', rf"\1{MASK}", text, flags=re.IGNORECASE
        )
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\n… {len(text) - _SHOWN:,} characters more"


def masked_query(query: str) -> str:
    """Return a query string without the values of secrets."""
    pairs = [(name, MASK if _SECRET_NAME.search(name) else value) for name, value in parse_qsl(query, True)]
    return urlencode(pairs, safe=f":,/+*{MASK}")


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK if item and isinstance(item, str) and _SECRET_NAME.search(name) else _masked(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return _SECRET_IN_URL.sub(rf"\1{MASK}", value) if isinstance(value, str) else value


def _masked_header(name: str, text: str) -> str:
    if not _SECRET_NAME.search(name):
        return text
    scheme, space, _ = text.partition(" ")
    return f"{scheme} {MASK}" if space else MASK


def _kind(exchange: Exchange) -> str:
    if exchange.status is None:
        return "none"
    return {2: "good", 3: "odd"}.get(exchange.status // 100, "bad")


def _time(at: float) -> str:
    return f"{clock_text(at)}:{int(at) % 60:02}"
