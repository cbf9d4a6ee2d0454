"""What is known of a request that got no answer, read out of what the libraries raise."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.utils import get_environ_proxies, select_proxy

#: What `requests` and what it stands on may raise for a request; each is explained, none gets out raw.
#: OSError: a CA bundle that is not there. ValueError: an address that cannot be read, a name that is none.
TRANSPORT_EXCEPTIONS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a failure.

    :param causes: the exception and everything inside it.
    :param url: where the request was to go. :param seconds: the timeout that was in force.
    """

    causes: tuple[BaseException, ...]
    url: str
    seconds: float

    def has(self, *kinds: type[BaseException]) -> bool:
        """Tell whether one of the causes is of these kinds."""
        return any(isinstance(cause, kinds) for cause in self.causes)

    def says(self, pattern: str) -> str | None:
        """Return what a pattern finds in the texts of the causes."""
        found = re.search(pattern, " ".join(str(arg) for cause in self.causes for arg in cause.args))
        return found and found.group(found.lastindex or 0)

    @property
    def server(self) -> str:
        """Return host and port."""
        return _host_and_port(self.url)

    @property
    def proxy(self) -> str:
        """Return host and port of the proxy of the environment, without its credentials; empty when there is none."""
        found = select_proxy(self.url, get_environ_proxies(self.url))
        return _host_and_port(found if "://" in found else f"http://{found}") if found else ""

    @property
    def tls_reason(self) -> str:
        """Return OpenSSL's word for what went wrong."""
        return next((str(c.reason) for c in self.causes if isinstance(c, ssl.SSLError) and c.reason), "")

    @property
    def certificate_code(self) -> int | None:
        """Return OpenSSL's number for what is wrong with a certificate; None when it is not about that."""
        return next((c.verify_code for c in self.causes if isinstance(c, ssl.SSLCertVerificationError)), None)

    @property
    def errno(self) -> int | None:
        """Return the operating system's number for the failure."""
        return next((c.errno for c in self.causes if isinstance(c, OSError) and type(c).__module__ == "builtins"), None)

    @property
    def system_word(self) -> str:
        """Return the operating system's words for the failure, else the name of the exception."""
        return os.strerror(self.errno) if self.errno else type(self.causes[0]).__name__

    @property
    def is_timeout(self) -> bool:
        """Whether time ran out."""
        # urllib3 makes every connection that fails a kind of ConnectTimeoutError, the refused ones too.
        return self.has(requests.Timeout, urllib3.exceptions.ReadTimeoutError, TimeoutError) or any(
            type(cause) is urllib3.exceptions.ConnectTimeoutError for cause in self.causes
        )

    @property
    def is_about_a_url(self) -> bool:
        """Whether an address cannot be read."""
        invalid = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)
        return self.has(*invalid, urllib3.exceptions.LocationValueError)

    @property
    def is_about_a_proxy(self) -> bool:
        """Whether a proxy could not be reached, or did not let the request pass."""
        is_socks = any(type(cause).__module__ == "socks" for cause in self.causes)
        return is_socks or self.has(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)

    @property
    def tunnel_status(self) -> str | None:
        """Return what the proxy answered when it was asked for the way to the server."""
        return self.says(r"Tunnel connection failed: (\d{3})")


def causes_of(exc: Any, seen: set[int] | None = None) -> Iterator[BaseException]:
    """Yield an exception and what is inside it; the libraries put causes into arguments and attributes."""
    seen = set() if seen is None else seen
    if not isinstance(exc, BaseException) or id(exc) in seen:
        return
    seen.add(id(exc))
    yield exc
    inside = (getattr(exc, name, None) for name in ("reason", "original_error", "socket_err"))
    for cause in (*exc.args, *inside, exc.__cause__, exc.__context__):
        yield from causes_of(cause, seen)


def _host_and_port(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:
        return "the address"
