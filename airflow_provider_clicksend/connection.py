"""The one table of the connection's fields. It feeds the form of every Airflow version and the hook."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_clicksend.api.errors import ClickSendConfigError

CONN_TYPE = "clicksend"
DEFAULT_CONN_ID = "clicksend_default"
KEY_VARIABLE = "MATON_API_KEY"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class ExtraField:
    """One extra of the connection, as the form shows it.

    :param kind: ``"string"`` or ``"number"``.
    """

    name: str
    label: str
    description: str
    kind: str = "string"


EXTRA_FIELDS = (
    ExtraField(
        "maton_connection_id",
        "Maton connection id",
        "Which Maton connection to use. Empty: the oldest active one.",
    ),
    ExtraField("control_url", "Maton control URL", "Empty: https://ctrl.maton.ai, or the base URL when that is set."),
    ExtraField("sender", "Sender", "Default `from`: a number in E.164 or a name of 3 to 11 letters and digits."),
    ExtraField("source", "Source", "Name of this program in ClickSend's analytics. Empty: airflow."),
    ExtraField("timeout", "Time-out", "Seconds for each request. Empty: 30.", kind="number"),
)

HIDDEN_FIELDS = ("schema", "login", "port")
RELABELED_FIELDS = {"password": "Maton API key", "host": "Gateway URL"}
PLACEHOLDERS = {"password": "empty: MATON_API_KEY of the environment", "host": "https://gateway.maton.ai"}


def client_settings(
    *, conn_id: str, password: str | None, host: str | None, extra: Mapping[str, Any], port: int | None = None
) -> dict[str, Any]:
    """Return the arguments for a :class:`~.api.ClickSendClient` from the fields of a connection.

    Nulls and empty strings mean absent.

    :raises ClickSendConfigError: names the field and what to do.
    """
    extras = {name: value for name, value in extra.items() if value not in (None, "")}
    unknown = sorted(extras.keys() - {field.name for field in EXTRA_FIELDS})
    if unknown:
        allowed = ", ".join(field.name for field in EXTRA_FIELDS)
        raise ClickSendConfigError(
            f"Connection {conn_id!r}: unknown extra {', '.join(unknown)}; known are {allowed}.", field=unknown[0]
        )
    settings: dict[str, Any] = {"api_key": _api_key(conn_id, password)}
    if host:
        settings["base_url"] = _url(conn_id, "host", _with_port(host, port))
    if "control_url" in extras:
        settings["control_url"] = _url(conn_id, "control_url", str(extras.pop("control_url")))
    if "timeout" in extras:
        settings["timeout"] = _timeout(conn_id, extras.pop("timeout"))
    return settings | {name: str(value) for name, value in extras.items()}


def _api_key(conn_id: str, password: str | None) -> str:
    key = password or os.environ.get(KEY_VARIABLE, "")
    if not key:
        raise ClickSendConfigError(
            f"Connection {conn_id!r} has no Maton API key: put it into the password, or set {KEY_VARIABLE}.",
            field="password",
        )
    if set(key) == {"*"}:
        raise ClickSendConfigError(
            f"Connection {conn_id!r} has the masked key {key!r} as its password: a form or an export replaced it. "
            "Enter the Maton API key again.",
            field="password",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ClickSendConfigError(
            f"Connection {conn_id!r}: the Maton API key holds a space or a character that no HTTP header takes. "
            "Copy it again.",
            field="password",
        )
    return key


def _with_port(host: str, port: int | None) -> str:
    """Port 0 is what the form of Airflow 3.3 saves for "none"."""
    if "://" not in host:
        host = f"https://{host}"
    return f"{host.rstrip('/')}:{port}" if port and urlsplit(host).port is None else host


def _url(conn_id: str, field: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ClickSendConfigError(
            f"Connection {conn_id!r}: {field} is no http(s) URL; leave it empty for Maton's own.", field=field
        )
    if parts.username or parts.query or parts.fragment:
        raise ClickSendConfigError(
            f"Connection {conn_id!r}: {field} must be scheme, host, port and path, nothing else.", field=field
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ClickSendConfigError(
            f"Connection {conn_id!r}: {field} is plain http to another machine, which would show the key to the "
            "network. Use https (http is for a sandbox on this machine).",
            field=field,
        )
    return url


def _timeout(conn_id: str, value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ClickSendConfigError(
            f"Connection {conn_id!r}: timeout must be a positive number of seconds.", field="timeout"
        )
    return seconds
