"""What stands in front of ClickSend, as one value: address, authentication, hints, what may be repeated, secrets.

There are two ways in: through Maton's gateway, which holds ClickSend's credentials, and directly, with ClickSend's own.
Everything that differs between them stands here.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.settings import (
    checked_header,
    checked_key,
    checked_password,
    checked_url,
    checked_username,
    without_path,
)

_PROXY_HINTS = {("gateway", 407): "A proxy in between wants credentials: put them, percent-encoded, into HTTPS_PROXY."}
_CLICKSEND_HINTS = {
    ("clicksend", 403): "Either it does not exist or this account has no permission: ClickSend answers both alike.",
    ("clicksend", 404): "It does not exist: not yet, not any more, or the id is wrong.",
    ("clicksend", 429): "ClickSend limits each endpoint: ask less often, or let fewer tasks run at once.",
    ("clicksend", 500): "The error is on ClickSend's side: try again later.",
}
_MATON_HINTS = {
    ("gateway", 400): "Does the Maton account have an ACTIVE ClickSend connection, and is `maton_connection_id` right?",
    ("gateway", 401): "Maton refused the API key: check the connection's password (or MATON_API_KEY).",
    ("gateway", 403): "The Maton API key has no access to this connection or path.",
    ("gateway", 404): "Maton does not know this path or connection: check `host` and `maton_connection_id`.",
    ("gateway", 412): "Maton could not resolve a connection: is one for ClickSend ACTIVE?",
    ("gateway", 429): (
        "Maton accepts 10 requests per second and account: let fewer tasks run at once (an Airflow pool)."
    ),
    ("gateway", 500): (
        "This may mean that the service authorization in Maton has expired: "
        "create a new connection and delete the old one."
    ),
    ("clicksend", 401): (
        "ClickSend refused the credentials behind the Maton connection: renew that connection in Maton."
    ),
}
_DIRECT_HINTS = {
    ("clicksend", 401): (
        "ClickSend refused username and key: check the connection's login (ClickSend's username) and password "
        "(the API key of ClickSend's dashboard)."
    ),
}
_NOT_CLICKSENDS = "This is not an answer of ClickSend: is there a proxy in between, or is `host` another service?"

_NOT_FOR_MATON = "that is Maton, who must not get ClickSend's credentials. Leave it empty, or set `account` to maton."

#: Statuses under which Maton's own errors come, by their shape: route handlers say ``message``, the authentication
#: says ``error``, the framework says ``detail``. Any other 4xx of Maton is what the service behind it answered, so what
#: has none of these forms may be a proxy's word, which tells nothing of what became of the request.
_MATON_ERRORS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "message": frozenset({400, 401, 412, 429}),
        "error": frozenset({400, 401, 403, 429}),
        "detail": frozenset({400, 401, 403, 404, 405, 422}),
    }
)


def is_maton_error(status: int, body: object) -> bool:
    """Tell whether an answer is surely Maton's own: the body has one of its shapes and nothing else."""
    if not isinstance(body, Mapping) or len(body) != 1:
        return False
    ((name, value),) = body.items()
    if status not in _MATON_ERRORS.get(str(name), ()):
        return False
    if name == "error" and isinstance(value, Mapping):
        return isinstance(value.get("message"), str)
    if name == "detail" and isinstance(value, list):
        return bool(value) and all(isinstance(row, Mapping) and {"loc", "msg"} <= row.keys() for row in value)
    return isinstance(value, str)


def _never(status: int, body: object) -> bool:  # noqa: ARG001
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """A way in to ClickSend, whoever uses it.

    :param name: as the connection's field `account` calls it.
    :param who: who answers when it is not ClickSend, as errors say it.
    :param base_url: its usual address. :param prefix: what comes between the address and a path of ClickSend's.
    :param strangers: hosts that a user may take for it, and what to do about that.
    :param hints: the next step after a status, by whose answer it is.
    :param otherwise: the next step after any other answer that is not ClickSend's.
    :param repeated: statuses of a read that a repeat may heal. A 500 of Maton's is not transient: it may mean
        an expired authorization.
    :param is_own_error: tells whether a status and a body are surely an error of the way itself.
    """

    name: str
    who: str
    base_url: str
    prefix: str
    strangers: Mapping[str, str]
    hints: Mapping[tuple[str, int], str]
    otherwise: str
    repeated: frozenset[int]
    is_own_error: Callable[[int, object], bool]

    def hint(self, source: str, status: int) -> str:
        """Return the next step after an answer, or nothing."""
        return self.hints.get((source, status), self.otherwise if source == "gateway" else "")

    def address(self, url: str, name: str = "base_url") -> str:
        """Return a base URL, without the path of ClickSend's API where it was copied along.

        :raises ClickSendConfigError: for what cannot be one; names `name`.
        """
        checked = checked_url(url, name)
        host = str(urlsplit(checked).hostname)
        if host in self.strangers:
            raise ClickSendConfigError(f"{name} is {host}: {self.strangers[host]}", field=name)
        return without_path(checked, name, self.prefix)


MATON = Kind(
    name="maton",
    who="The Maton gateway",
    base_url="https://gateway.maton.ai",
    prefix="/clicksend/v3",
    strangers={
        "rest.clicksend.com": "that is ClickSend itself. Leave it empty for Maton, or set `account` to direct.",
        "ctrl.maton.ai": "that is Maton's control plane. Leave it empty, and put that into `control_url` if at all.",
    },
    hints={**_PROXY_HINTS, **_CLICKSEND_HINTS, **_MATON_HINTS},
    otherwise="",
    repeated=frozenset({408, 502, 503, 504}),
    is_own_error=is_maton_error,
)
DIRECT = Kind(
    name="direct",
    who="Something in front of ClickSend",
    base_url="https://rest.clicksend.com",
    prefix="/v3",
    strangers=dict.fromkeys(("gateway.maton.ai", "api.maton.ai", "ctrl.maton.ai"), _NOT_FOR_MATON),
    hints={**_PROXY_HINTS, **_CLICKSEND_HINTS, **_DIRECT_HINTS},
    otherwise=_NOT_CLICKSENDS,
    repeated=frozenset({408, 500, 502, 503, 504}),
    is_own_error=_never,
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (MATON, DIRECT)})

_MATON_CONTROL_URL = "https://ctrl.maton.ai"


@dataclass(frozen=True, slots=True)
class Gateway:
    """A way in with credentials: all that a client needs to know of it.

    :param api_url: what comes before a path of ClickSend's.
    :param control_url: Maton's control plane; None: there is none.
    :param authorization: the header. :param headers: others that each request carries.
    :param secrets: what no error may show, even if a server echoes it.
    """

    kind: Kind
    api_url: str
    control_url: str | None
    authorization: str = field(repr=False)
    headers: Mapping[str, str]
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def base_url(self) -> str:
        """Where it is, without the path of ClickSend's API."""
        return self.api_url.removesuffix(self.kind.prefix)


def maton(
    api_key: str, *, base_url: str | None = None, control_url: str | None = None, connection_id: str | None = None
) -> Gateway:
    """Return the way through Maton's gateway.

    :param base_url: the gateway; None: ``https://gateway.maton.ai``. (Maton's newer ``https://api.maton.ai`` is gateway
        and control plane in one.)
    :param control_url: the control plane; None: ``https://ctrl.maton.ai`` for the usual gateway, else `base_url`.
    :param connection_id: which of Maton's connections; None: Maton takes the oldest active one.
    :raises ClickSendConfigError: names the argument.
    """
    key = checked_key(api_key)
    base = MATON.address(base_url or MATON.base_url)
    control = control_address(control_url) if control_url else None
    return Gateway(
        kind=MATON,
        api_url=base + MATON.prefix,
        control_url=control or (_MATON_CONTROL_URL if base == MATON.base_url else base),
        authorization=f"Bearer {key}",
        headers={"Maton-Connection": checked_header(connection_id, "maton_connection_id")} if connection_id else {},
        secrets=(key,),
    )


def direct(username: str, api_key: str, *, base_url: str | None = None) -> Gateway:
    """Return the way to ClickSend itself, with its own credentials (HTTP Basic).

    :param username: of the ClickSend account. :param api_key: its API key (or its password).
    :param base_url: None: ``https://rest.clicksend.com``.
    :raises ClickSendConfigError: names the argument.
    """
    name, key = checked_username(username), checked_password(api_key)
    token = b64encode(f"{name}:{key}".encode()).decode()
    return Gateway(
        kind=DIRECT,
        api_url=DIRECT.address(base_url or DIRECT.base_url) + DIRECT.prefix,
        control_url=None,
        authorization=f"Basic {token}",
        headers={},
        secrets=(token, key),
    )


def control_address(url: str) -> str:
    """Return the address of Maton's control plane, without the ``/connections`` that its examples show.

    :raises ClickSendConfigError: for what cannot be one.
    """
    return checked_url(url, "control_url").removesuffix("/connections")
