"""From the fields of a connection to a client."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.settings import checked_header, checked_key, checked_timeout, checked_url
from airflow_provider_clicksend.connection import EXTRA_FIELDS, KEY_VARIABLE


def connect(conn: Any) -> ClickSendClient:
    """Return the client that an Airflow connection describes.

    :raises ClickSendConfigError: names the connection, the field and what to do.
    """
    settings = client_settings(
        conn_id=conn.conn_id, password=conn.password, host=conn.host, port=conn.port, extra=_extra(conn)
    )
    return ClickSendClient(**settings)


def client_settings(
    *, conn_id: str, password: str | None, host: str | None, extra: Mapping[str, Any], port: int | None = None
) -> dict[str, Any]:
    """Return the arguments for a :class:`~.api.ClickSendClient` from the fields of a connection.

    Nulls and empty strings mean absent.

    :raises ClickSendConfigError: names the connection, the field and what to do.
    """
    try:
        return _settings(
            password, host, port, {name: value for name, value in extra.items() if value not in (None, "")}
        )
    except ClickSendConfigError as error:
        raise ClickSendConfigError(f"Connection {conn_id!r}: {error}", field=error.field) from None


def _settings(password: str | None, host: str | None, port: int | None, extras: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(extras.keys() - {field.name for field in EXTRA_FIELDS})
    if unknown:
        allowed = ", ".join(field.name for field in EXTRA_FIELDS)
        raise ClickSendConfigError(f"unknown extra {', '.join(unknown)}; known are {allowed}.", field=unknown[0])
    settings: dict[str, Any] = {name: str(value) for name, value in extras.items()}
    settings["api_key"] = _api_key(password)
    if host:
        settings["base_url"] = _gateway(host, port)
    if "control_url" in extras:
        settings["control_url"] = checked_url(settings["control_url"], "control_url")
    if "maton_connection_id" in extras:
        checked_header(settings["maton_connection_id"], "maton_connection_id")
    if "timeout" in extras:
        settings["timeout"] = checked_timeout(extras["timeout"])
    return settings


def _api_key(password: str | None) -> str:
    key = password or os.environ.get(KEY_VARIABLE, "")
    if not key:
        raise ClickSendConfigError(
            f"there is no Maton API key: put it into the password, or set {KEY_VARIABLE}.", field="password"
        )
    return checked_key(key, "password")


def _gateway(host: str, port: int | None) -> str:
    url = checked_url(host if "://" in host else f"https://{host}", "host")
    parts = urlsplit(url)
    # Port 0 is what the form of Airflow 3.3 saves for "none".
    return parts._replace(netloc=f"{parts.netloc}:{port}").geturl() if port and parts.port is None else url


def _extra(conn: Any) -> Mapping[str, Any]:
    try:
        extra = json.loads(conn.extra) if conn.extra else {}
    except ValueError:
        extra = None
    if not isinstance(extra, Mapping):
        raise ClickSendConfigError(f"Connection {conn.conn_id!r}: the extra is no JSON object.", field="extra")
    return extra
