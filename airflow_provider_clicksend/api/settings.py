"""What a client can be made of: plain checks, whose errors name the field and never show a secret value."""

from __future__ import annotations

from urllib.parse import urlsplit

from airflow_provider_clicksend.api.errors import ClickSendConfigError

DEFAULT_BASE_URL = "https://gateway.maton.ai"
DEFAULT_CONTROL_URL = "https://ctrl.maton.ai"
DEFAULT_TIMEOUT = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def checked_key(key: str, field: str = "api_key") -> str:
    """Return the Maton API key.

    :raises ClickSendConfigError: when it is empty, masked, or cannot stand in an HTTP header.
    """
    if not key:
        raise ClickSendConfigError(f"{field}: there is no Maton API key.", field=field)
    if set(key) == {"*"}:
        raise ClickSendConfigError(
            f"{field} is the masked key {key!r}: a form or an export replaced it. Enter the Maton API key again.",
            field=field,
        )
    return checked_header(key, field)


def checked_header(value: str, field: str) -> str:
    """Return a value that can stand in an HTTP header.

    :raises ClickSendConfigError: for spaces, line breaks and what is not ASCII.
    """
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ClickSendConfigError(
            f"{field} holds a space or a character that no HTTP header takes. Copy it again.", field=field
        )
    return value


def checked_url(url: str, field: str) -> str:
    """Return a base URL without its last slash.

    :raises ClickSendConfigError: unless it is https, or http to this machine, and nothing but scheme, host, port and
        path.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ClickSendConfigError(f"{field} is no URL: its host or port cannot be read.", field=field) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ClickSendConfigError(f"{field} is no http(s) URL; leave it empty for Maton's own.", field=field)
    if parts.username or parts.query or parts.fragment:
        raise ClickSendConfigError(f"{field} must be scheme, host, port and path, nothing else.", field=field)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ClickSendConfigError(
            f"{field} is plain http to another machine, which would show the key to the network. "
            "Use https (http is for a sandbox on this machine).",
            field=field,
        )
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Tell whether a base URL leads to this machine, where nobody but a sandbox or a test listens."""
    return urlsplit(url).hostname in _LOOPBACK


def checked_timeout(value: object, field: str = "timeout") -> float:
    """Return seconds.

    :raises ClickSendConfigError: unless it is a positive number.
    """
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ClickSendConfigError(f"{field} must be a positive number of seconds.", field=field)
    return seconds
