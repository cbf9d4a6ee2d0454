"""What an HTTP answer means: plain decisions over status, headers and a parsed body.

ClickSend's answers are an envelope (``http_code``, ``response_code``, ``response_msg``, ``data``); Maton's own have
four other shapes; a proxy between may answer HTML or nothing. ``response_msg`` is for people and has changed between
versions: nothing is decided by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json

from airflow_provider_clicksend.api import errors
from airflow_provider_clicksend.api.gateways import MATON, Kind
from airflow_provider_clicksend.api.values import whole_characters

MAX_DETAIL = 200

#: A server may echo what it was sent; numbers and links (session tokens) must not reach a log through an error.
_PRIVATE = re.compile(r"https?://\S+|\+?\(?\d(?:[ ().-]{0,2}\d){6,}")

_REDIRECTED = "Redirects are not followed, the key would go along: set `host` to the address that answers itself."

#: What a response code says that its status does not.
_CODE_HINTS = {
    "INVALID_RECIPIENT": "Numbers must be E.164, for example +15551234567.",
    "INSUFFICIENT_CREDIT": "Top up the ClickSend account.",
}

_BY_STATUS: dict[int, type[errors.ClickSendApiError]] = {
    401: errors.ClickSendAuthenticationError,
    403: errors.ClickSendForbiddenError,
    404: errors.ClickSendNotFoundError,
    408: errors.ClickSendServerError,
    429: errors.ClickSendRateLimitError,
}


def parsed(content: bytes) -> Any:
    """Return the JSON of an answer, None where it is empty or something else.

    One text that was cut within a character must not hide the ninety-nine messages beside it: what cannot be a
    character becomes the replacement character.
    """
    try:
        return from_json(content, cache_strings="keys") if content else None
    except ValueError:
        return _nearly_json(content)


def _nearly_json(content: bytes) -> Any:
    try:
        value = json.loads(content.decode("utf-8-sig", "replace"), strict=False)
        return json.loads(whole_characters(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None


def is_envelope(body: object) -> bool:
    """Tell ClickSend's answers from those of Maton or a proxy."""
    return isinstance(body, Mapping) and "http_code" in body and "response_code" in body


def effective_status(status: int, body: object) -> int:
    """Return the status that counts: a 200 whose envelope says 401 is a 401."""
    if is_envelope(body) and isinstance(body, Mapping):
        code = str(body["http_code"])
        if code.isdigit() and not 200 <= int(code) < 300:  # noqa: PLR2004
            return int(code)
    return status


def error_for(
    status: int, headers: Mapping[str, str], body: object, *, kind: Kind = MATON, secrets: Sequence[str] = ()
) -> errors.ClickSendApiError | None:
    """Return the error that an answer means, or None for a success.

    :param status: the HTTP status.
    :param headers: the answer's headers (looked up by their usual spelling or in lower case).
    :param body: the parsed JSON, or None where the body was empty or not JSON.
    :param kind: the way by which it came.
    :param secrets: what the error must not show even if the server echoes it: the key.
    """
    http_status, status = status, effective_status(status, body)
    if 200 <= status < 300:  # noqa: PLR2004
        return None
    source = "clicksend" if is_envelope(body) else "gateway"
    response_code = (
        _public(str(body["response_code"]), secrets) if isinstance(body, Mapping) and source == "clicksend" else None
    )
    details: dict[str, Any] = {
        "status": status,
        "http_status": http_status,
        "response_code": response_code,
        "source": source,
        "request_id": headers.get("X-Request-Id"),
        "recognized": is_envelope(body) or kind.is_own_error(status, body),
    }
    cls = _BY_STATUS.get(status)
    if cls is None:
        cls = errors.ClickSendServerError if status >= 500 else errors.ClickSendBadRequestError  # noqa: PLR2004
    if cls is errors.ClickSendRateLimitError:
        details["retry_after"] = retry_after(headers)
    who = "ClickSend" if source == "clicksend" else kind.who
    text = _message(who, status, response_code, _public(_detail(body), secrets))
    return cls(" ".join(part for part in (text, _hint(kind, source, status, response_code)) if part), **details)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return ``Retry-After`` in seconds; dates and garbage count as not said."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _message(who: str, status: int, response_code: str | None, detail: str) -> str:
    said = f"{who} answered {status}"
    if response_code and response_code != str(status):
        said += f" {response_code}"
    return f"{said}: {detail.rstrip('.')}." if detail else f"{said}."


def _hint(kind: Kind, source: str, status: int, response_code: str | None) -> str:
    if response_code in _CODE_HINTS:
        return _CODE_HINTS[response_code]
    if 300 <= status < 400:  # noqa: PLR2004
        return _REDIRECTED
    return kind.hint(source, status)


def _public(text: str, secrets: Sequence[str]) -> str:
    # The secrets first, and whole: masking or cutting before would leave a piece of one.
    for secret in secrets:
        text = text.replace(secret, "***")
    return _PRIVATE.sub("***", text)[:MAX_DETAIL]


def _detail(body: object) -> str:
    """Find the human text in any of the known shapes."""
    if not isinstance(body, Mapping):
        return ""
    text = body.get("response_msg") or body.get("message") or body.get("error") or body.get("detail") or ""
    if isinstance(text, Mapping):
        text = text.get("message", "")
    if isinstance(text, list):
        text = "; ".join(_validation_row(row) for row in text)
    data = body.get("data")
    if is_envelope(body) and isinstance(data, Mapping) and data:
        text = f"{text} ({', '.join(f'{key}: {value}' for key, value in data.items() if isinstance(value, str))})"
    return str(text)


def _validation_row(row: object) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    where = ".".join(str(part) for part in row.get("loc", []))
    return f"{where}: {row.get('msg', '')}"
