"""From the fields of a connection to a client. A field that has a value is used or refused, never dropped."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.gateways import DIRECT, KINDS, MATON, Kind, control_address
from airflow_provider_clicksend.api.settings import (
    checked_header,
    checked_key,
    checked_password,
    checked_timeout,
    checked_username,
)
from airflow_provider_clicksend.connection import EXTRA_FIELDS, KEY_VARIABLE
from airflow_provider_clicksend.messaging.row_check import check_sender

_SCHEMES = frozenset({"http", "https"})
_HTTPS_PORT, _LAST_PORT = 443, 65_535


def connect(conn: Any) -> ClickSendClient:
    """Return the client that an Airflow connection describes.

    :raises ClickSendConfigError: names the connection, the field and what to do.
    """
    settings = client_settings(
        conn_id=conn.conn_id,
        login=conn.login,
        password=conn.password,
        host=conn.host,
        port=conn.port,
        schema=conn.schema,
        extra=_extra(conn),
    )
    try:
        return ClickSendClient(**settings)
    except ClickSendConfigError as error:
        raise _named(conn.conn_id, error) from None


def client_settings(
    *,
    conn_id: str,
    password: str | None,
    host: str | None,
    extra: Mapping[str, Any],
    port: int | None = None,
    login: str | None = None,
    schema: str | None = None,
) -> dict[str, Any]:
    """Return the arguments for a :class:`~.api.ClickSendClient` from the fields of a connection.

    Nulls and empty strings mean absent.

    :raises ClickSendConfigError: names the connection, the field and what to do.
    """
    try:
        extras = _extras(extra)
        kind = _kind(extras.pop("account", MATON.name))
        settings = {**_checked(extras), **_credentials(kind, (login or "").strip(), password or "")}
        url = _address((host or "").strip(), port or 0, (schema or "").strip("/ "))
        if url:
            settings["base_url"] = kind.address(url, "host")
    except ClickSendConfigError as error:
        raise _named(conn_id, error) from None
    return settings


def _named(conn_id: str, error: ClickSendConfigError) -> ClickSendConfigError:
    return ClickSendConfigError(f"Connection {conn_id!r}: {error}", field=error.field)


def _extras(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extras that have a value, as text."""
    given = {name: value for name, value in extra.items() if value not in (None, "")}
    known = [field.name for field in EXTRA_FIELDS]
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise ClickSendConfigError(
            f"unknown extra {', '.join(unknown)}; known are {', '.join(known)}.", field=unknown[0]
        )
    for name, value in given.items():
        if not isinstance(value, str | int | float):
            raise ClickSendConfigError(f"{name} is a {type(value).__name__}; it must be text.", field=name)
    return {name: str(value).strip() for name, value in given.items()}


def _kind(account: str) -> Kind:
    if account.lower() not in KINDS:
        raise ClickSendConfigError(f"account is {account!r}; it must be {' or '.join(KINDS)}.", field="account")
    return KINDS[account.lower()]


def _checked(extras: dict[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = dict(extras)
    if "control_url" in extras:
        settings["control_url"] = control_address(extras["control_url"])
    if "maton_connection_id" in extras:
        checked_header(extras["maton_connection_id"], "maton_connection_id")
    if "sender" in extras:
        check_sender(extras["sender"])
    if "timeout" in extras:
        settings["timeout"] = checked_timeout(extras["timeout"])
    return settings


def _credentials(kind: Kind, login: str, password: str) -> dict[str, str]:
    if kind is DIRECT:
        if not login:
            raise ClickSendConfigError(
                "a direct account needs the username of ClickSend: put it into the login.", field="login"
            )
        return {
            "username": checked_username(login, "login"),
            "api_key": checked_password(password, "password"),
        }
    if login:
        raise ClickSendConfigError(
            "login is for a direct ClickSend account only: set the extra `account` to direct, or remove the login.",
            field="login",
        )
    if password.strip():
        return {"api_key": checked_key(password, "password")}
    key = os.environ.get(KEY_VARIABLE, "")
    if not key.strip():
        raise ClickSendConfigError(
            f"there is no Maton API key: put it into the password, or set {KEY_VARIABLE}.", field="password"
        )
    return {"api_key": checked_key(key, KEY_VARIABLE)}


def _address(host: str, port: int, schema: str) -> str:
    """Return the URL that host, port and schema make up; empty when none has a value.

    A URI keeps its path in the schema (``clicksend://:key@proxy.example.com:8443/maton``), and other types of
    connection keep ``https`` there.
    """
    scheme, path = (schema, "") if schema in _SCHEMES else ("", schema)
    if not host:
        _refuse_without_host(port, path)
        return ""
    url = host if "://" in host else f"{scheme or 'https'}://{host}"
    if scheme and urlsplit(url).scheme != scheme:
        raise ClickSendConfigError(
            f"schema is {scheme}, and host begins with another one: clear the schema.", field="schema"
        )
    return _with_path(_with_port(url, port), path)


def _refuse_without_host(port: int, path: str) -> None:
    if path:
        raise ClickSendConfigError(
            f"schema is {path!r}, a path without a host that it belongs to: set `host` too.", field="schema"
        )
    # Port 0 is what the form of Airflow 3.3 sends for none; 443 is what an empty host has anyway.
    if port not in {0, _HTTPS_PORT}:
        raise ClickSendConfigError(f"port is {port}, without a host that it belongs to: set `host` too.", field="port")


def _with_port(url: str, port: int) -> str:
    if not 0 <= port <= _LAST_PORT:
        raise ClickSendConfigError(f"port is {port}; it must be 1 to {_LAST_PORT}.", field="port")
    try:
        parts = urlsplit(url)
        own = parts.port
    except ValueError:
        return url  # the check of the whole says what is wrong with it
    return parts._replace(netloc=f"{parts.netloc}:{port}").geturl() if port and own is None else url


def _with_path(url: str, path: str) -> str:
    if path and urlsplit(url).path.strip("/"):
        raise ClickSendConfigError(
            f"schema is {path!r}, and host has a path of its own: write all of it into `host`.", field="schema"
        )
    return f"{url.rstrip('/')}/{path}" if path else url


def _extra(conn: Any) -> Mapping[str, Any]:
    try:
        extra = json.loads(conn.extra) if conn.extra else {}
    except ValueError:
        extra = None
    if not isinstance(extra, Mapping):
        raise ClickSendConfigError(f"Connection {conn.conn_id!r}: the extra is not a JSON object.", field="extra")
    return extra
