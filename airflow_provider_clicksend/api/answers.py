"""What an HTTP answer means: plain decisions over status, headers and a parsed body.

ClickSend's answers are an envelope (``http_code``, ``response_code``, ``response_msg``, ``data``); Maton's own have
four other shapes; a proxy between may answer HTML or nothing. ``response_msg`` is for people and has changed between
versions: nothing is decided by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from airflow_provider_clicksend.api import errors

MAX_DETAIL = 200

#: A server may echo what it was sent; numbers and links (session tokens) must not reach a log through an error.
_PRIVATE = re.compile(r"https?://\S+|\+?\(?\d(?:[ ().-]{0,2}\d){6,}")

_REDIRECTED = "Redirects are not followed, the key would go along: set `host` to the address that answers itself."

_HINTS = {
    ("gateway", 400): "Does the Maton account have an ACTIVE ClickSend connection, and is `maton_connection_id` right?",
    ("gateway", 401): "Maton refused the API key: check the connection's password (or MATON_API_KEY).",
    ("gateway", 403): "The Maton API key has no access to this connection or path.",
    ("gateway", 404): "Maton knows no such path or connection: check `host` and `maton_connection_id`.",
    ("gateway", 412): "Maton could not resolve a connection: is one for ClickSend ACTIVE?",
    (
        "gateway",
        429,
    ): "Maton takes 10 requests a second from an account: let fewer tasks run at once (an Airflow pool).",
    ("gateway", 500): (
        "This may mean that the service authorization in Maton has expired: "
        "create a new connection and delete the old one."
    ),
    ("clicksend", 401): (
        "ClickSend refused the credentials behind the Maton connection: renew that connection in Maton."
    ),
    ("clicksend", 403): "Either it does not exist or this account has no permission: ClickSend answers both alike.",
    ("clicksend", 404): "It is not there: not yet, not any more, or the id is wrong.",
    ("clicksend", 429): "ClickSend limits each endpoint: ask less often, or let fewer tasks run at once.",
    ("clicksend", 500): "The fault is ClickSend's: try again later.",
}

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


def is_envelope(body: object) -> bool:
    """Tell ClickSend's answers from those of Maton or a proxy."""
    return isinstance(body, Mapping) and "http_code" in body and "response_code" in body


def is_gateway_error(body: object) -> bool:
    """Tell whether a body has one of the four shapes of Maton's own errors."""
    if not isinstance(body, Mapping):
        return False
    error, detail = body.get("error"), body.get("detail")
    texts = (error.get("message") if isinstance(error, Mapping) else error, body.get("message"))
    return isinstance(detail, str | list) or any(isinstance(text, str) for text in texts)


def effective_status(status: int, body: object) -> int:
    """Return the status that counts: a 200 whose envelope says 401 is a 401."""
    if is_envelope(body) and isinstance(body, Mapping):
        code = str(body["http_code"])
        if code.isdigit() and not 200 <= int(code) < 300:  # noqa: PLR2004
            return int(code)
    return status


def error_for(
    status: int, headers: Mapping[str, str], body: object, *, secret: str = ""
) -> errors.ClickSendApiError | None:
    """Return the error that an answer means, or None for a success.

    :param status: the HTTP status.
    :param headers: the answer's headers (looked up by their usual spelling or in lower case).
    :param body: the parsed JSON, or None where the body was empty or no JSON.
    :param secret: what the error must not show even if the server echoes it: the key.
    """
    http_status, status = status, effective_status(status, body)
    if 200 <= status < 300:  # noqa: PLR2004
        return None
    source = "clicksend" if is_envelope(body) else "gateway"
    response_code = (
        _public(str(body["response_code"]), secret) if isinstance(body, Mapping) and source == "clicksend" else None
    )
    details: dict[str, Any] = {
        "status": status,
        "http_status": http_status,
        "response_code": response_code,
        "source": source,
        "request_id": headers.get("X-Request-Id"),
        "recognized": is_envelope(body) or is_gateway_error(body),
    }
    cls = _BY_STATUS.get(status)
    if cls is None:
        cls = errors.ClickSendServerError if status >= 500 else errors.ClickSendBadRequestError  # noqa: PLR2004
    if cls is errors.ClickSendRateLimitError:
        details["retry_after"] = retry_after(headers)
    return cls(_message(status, source, response_code, _public(_detail(body), secret)), **details)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return ``Retry-After`` in seconds; dates and garbage count as not said."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _message(status: int, source: str, response_code: str | None, detail: str) -> str:
    who = "ClickSend" if source == "clicksend" else "The Maton gateway"
    said = f"{who} answered {status}"
    if response_code and response_code != str(status):
        said += f" {response_code}"
    return " ".join(
        part for part in (f"{said}: {detail}" if detail else f"{said}.", _hint(status, source, response_code)) if part
    )


def _hint(status: int, source: str, response_code: str | None) -> str:
    if response_code in _CODE_HINTS:
        return _CODE_HINTS[response_code]
    if 300 <= status < 400:  # noqa: PLR2004
        return _REDIRECTED
    return _HINTS.get((source, status), "")


def _public(text: str, secret: str) -> str:
    # The secret first, and whole: masking or cutting before would leave a piece of it.
    shown = text.replace(secret, "***") if secret else text
    return _PRIVATE.sub("***", shown)[:MAX_DETAIL]


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
