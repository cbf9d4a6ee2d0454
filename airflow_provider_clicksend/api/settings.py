"""What a client can be made of: plain checks, whose errors name the field and never show a secret value."""

from __future__ import annotations

from urllib.parse import urlsplit

from airflow_provider_clicksend.api.errors import ClickSendConfigError

DEFAULT_TIMEOUT = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def checked_key(key: str, field: str = "api_key") -> str:
    """Return the Maton API key, without whitespace around it (a file or a shell often leaves a line break).

    :raises ClickSendConfigError: when it is empty, masked, in quotes, or cannot stand in an HTTP header.
    """
    key = key.strip()
    _refuse_no_secret(key, field, "Maton API key")
    if key[0] == key[-1] and key[0] in "\"'":
        raise ClickSendConfigError(f"{field} is in quotes: write the key without them.", field=field)
    if key.lower().startswith("bearer "):
        raise ClickSendConfigError(f"{field} begins with 'Bearer': write the key alone.", field=field)
    return checked_header(key, field)


def checked_password(password: str, field: str = "api_key") -> str:
    """Return ClickSend's API key or password, without a line break at its end.

    :raises ClickSendConfigError: when it is empty, masked, or holds a character that no key has.
    """
    password = password.strip("\r\n")
    _refuse_no_secret(password, field, "ClickSend API key")
    if not password.isprintable():
        raise ClickSendConfigError(f"{field} holds a line break or a control character. Copy it again.", field=field)
    return password


def checked_username(username: str, field: str = "username") -> str:
    """Return ClickSend's username.

    :raises ClickSendConfigError: when it is empty, or cannot stand in HTTP Basic.
    """
    username = username.strip()
    if not username or ":" in username or not username.isprintable():
        raise ClickSendConfigError(
            f"{field} must be the username of the ClickSend account, without a colon.", field=field
        )
    return username


def _refuse_no_secret(secret: str, field: str, what: str) -> None:
    if not secret:
        raise ClickSendConfigError(f"{field}: there is no {what}.", field=field)
    if set(secret) == {"*"}:
        raise ClickSendConfigError(
            f"{field} is the masked key {secret!r}: a form or an export replaced it. Enter the {what} again.",
            field=field,
        )


def checked_header(value: str, field: str) -> str:
    """Return a value that can stand in an HTTP header.

    :raises ClickSendConfigError: for spaces, line breaks and what is not ASCII.
    """
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ClickSendConfigError(
            f"{field} holds a space or a character that is not allowed in an HTTP header. Copy it again.", field=field
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
        raise ClickSendConfigError(f"{field} is not a URL: its host or port cannot be read.", field=field) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ClickSendConfigError(f"{field} is not an http(s) URL; leave it empty for the usual one.", field=field)
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


def without_path(url: str, field: str, prefix: str) -> str:
    """Return a base URL without the path of ClickSend's API, which is added to it.

    :param prefix: that path, such as ``/clicksend/v3``; it may end ``url`` whole or without its last part.
    :raises ClickSendConfigError: when more of a call follows, as in an address that was copied from an example.
    """
    for known in (prefix, prefix.rpartition("/")[0]):
        if known and url.endswith(known):
            return url.removesuffix(known)
    if f"{prefix}/" in url:
        raise ClickSendConfigError(
            f"{field} holds the path of a call: leave only what comes before {prefix}.", field=field
        )
    return url


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
