"""Why no answer came: one table of what can fail between this program and the server, in the order of the way.

Whether the request can have left is a fact of the connection (:class:`.transport.Departure`), never read out of an
exception. The table only finds the words: what failed, and the next step. The libraries' own texts name addresses with
queries and the credentials of proxies, so they are not quoted.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import requests
import urllib3.exceptions

from airflow_provider_clicksend.api.errors import ClickSendTimeoutError, ClickSendTransportError
from airflow_provider_clicksend.api.failure_facts import Facts, causes_of

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_UNTRUSTED = (
    "If your company's proxy signs it, set REQUESTS_CA_BUNDLE to a file with the company's CA certificate beside the "
    "public ones."
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A row: what it is about, how it is recognised, what is said, what to do next.

    :param part: one word for programs.
    :param heals: whether the same request may work in a moment; a missing file will not come back in a second.
    """

    part: str
    applies: Callable[[Facts], object]
    says: Callable[[Facts], str] | str
    next_step: str
    heals: bool = True


def _ca_bundle() -> str:
    name = next((name for name in _CA_VARIABLES if os.environ.get(name)), None)
    return f"{name} names {os.environ[name]}, which" if name else "the file of CA certificates"


def _reached(facts: Facts) -> str:
    if facts.has(socket.gaierror):
        return "its name cannot be resolved"
    return "no answer in time" if facts.is_timeout else facts.system_word


def _otherwise(_: Facts) -> bool:
    return True


_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
_NO_TLS = "WRONG_VERSION_NUMBER|HTTP_REQUEST|RECORD_LAYER_FAILURE|UNKNOWN_PROTOCOL|PACKET_LENGTH_TOO_LONG"
_BAD_BUNDLE = "NO_CERTIFICATE_OR_CRL_FOUND|NO_START_LINE|BAD_BASE64_DECODE|BAD_END_LINE|PEM|ASN1"
_EXPIRED, _NOT_YET_VALID, _OTHER_NAME, _OTHER_ADDRESS = 10, 9, 62, 64

#: What may fail before a byte of the request has left. The first row that applies counts.
BEFORE = (
    # This machine.
    Failure(
        "setup",
        lambda f: f.says("CA certificate bundle|TLS certificate file|TLS key file"),
        lambda _: f"{_ca_bundle()} is not there",
        "Correct the variable where the task runs, or unset it.",
        heals=False,
    ),
    Failure(
        "setup",
        lambda f: re.search(_BAD_BUNDLE, f.tls_reason),
        lambda _: f"{_ca_bundle()} holds no certificates that can be read",
        "It must be a PEM file (-----BEGIN CERTIFICATE-----).",
        heals=False,
    ),
    Failure(
        "setup",
        lambda f: f.says("dependencies for SOCKS"),
        "the environment names a SOCKS proxy, and the package for it is not installed",
        'Install "requests[socks]" where the task runs, or unset ALL_PROXY and HTTPS_PROXY.',
        heals=False,
    ),
    Failure(
        "setup",
        lambda f: f.errno in _EXHAUSTED,
        lambda f: f"this machine cannot open a connection ({f.system_word})",
        "Too many connections or files are open at once: let fewer tasks run here.",
    ),
    Failure(
        "setup",
        lambda f: f.errno in {errno.EACCES, errno.EPERM},
        lambda f: f"this machine does not let the program connect or read its CA bundle ({f.system_word})",
        "Look at its firewall, and at the rights of the file in REQUESTS_CA_BUNDLE.",
        heals=False,
    ),
    Failure(
        "request",
        lambda f: f.has(requests.exceptions.InvalidHeader),
        "the request cannot be written: a header holds a character that is not allowed there",
        "Look for a line break in the key or in `maton_connection_id`.",
        heals=False,
    ),
    # The proxy.
    Failure(
        "proxy",
        lambda f: (
            f.has(requests.exceptions.InvalidProxyURL, urllib3.exceptions.ProxySchemeUnknown)
            or (f.is_about_a_url and f.proxy)
        ),
        "the address of the proxy in the environment cannot be read",
        "HTTPS_PROXY and ALL_PROXY must be like http://proxy.example.com:3128, with credentials percent-encoded.",
        heals=False,
    ),
    Failure(
        "proxy",
        lambda f: f.tunnel_status == "407" or f.says("SOCKS5 authentication failed|authentication methods"),
        lambda f: f"the proxy {f.proxy} wants other credentials (407 Proxy Authentication Required)",
        "Put user and password, percent-encoded, into HTTPS_PROXY: http://user:password@proxy.example.com:3128.",
        heals=False,
    ),
    Failure(
        "proxy",
        lambda f: f.tunnel_status,
        lambda f: f"the proxy {f.proxy} does not let this program reach {f.server} (it answered {f.tunnel_status})",
        "Ask for the host to be allowed there, or list it in NO_PROXY when there is a direct way.",
    ),
    Failure(
        "proxy",
        lambda f: f.is_about_a_proxy and f.says("appears to only use HTTP"),
        lambda f: f"the proxy {f.proxy} does not speak TLS",
        "Its own address begins with http://, also in HTTPS_PROXY.",
        heals=False,
    ),
    Failure(
        "proxy",
        lambda f: f.is_about_a_proxy and f.certificate_code is None,
        lambda f: f"the proxy {f.proxy} cannot be reached, or not passed ({_reached(f)})",
        "Is HTTPS_PROXY (or ALL_PROXY) right, and is the proxy up?",
    ),
    # The address and the way.
    Failure(
        "request",
        lambda f: f.is_about_a_url,
        lambda f: f"{f.server} is not a host name",
        "Correct `host` of the connection.",
        heals=False,
    ),
    Failure(
        "name",
        lambda f: f.has(socket.gaierror, urllib3.exceptions.NameResolutionError),
        lambda f: f"the name of {f.server} cannot be resolved",
        "Is the network up, is `host` right, and does this machine need a proxy (HTTPS_PROXY)?",
    ),
    Failure(
        "connect",
        lambda f: f.has(ConnectionRefusedError),
        lambda f: f"{f.server} refused the connection: nothing is listening there",
        "Is `host` right, with its port, and is the server up?",
    ),
    Failure(
        "connect",
        lambda f: f.errno in _UNREACHABLE,
        lambda f: f"there is no route to {f.server} ({f.system_word})",
        "Is the network up, and does this machine need a proxy (HTTPS_PROXY)?",
    ),
    # TLS.
    Failure(
        "certificate",
        lambda f: f.certificate_code in {_EXPIRED, _NOT_YET_VALID},
        lambda f: (
            f"the certificate of {f.server} is "
            f"{'expired' if f.certificate_code == _EXPIRED else 'not valid yet'} by this machine's clock"
        ),
        "Is the clock of this machine right? If so, the server's certificate must be renewed.",
        heals=False,
    ),
    Failure(
        "certificate",
        lambda f: f.certificate_code in {_OTHER_NAME, _OTHER_ADDRESS} or f.says("doesn't match"),
        lambda f: f"the certificate that {f.server} presents is for another host",
        "Is `host` right, or does a proxy answer in its place?",
        heals=False,
    ),
    Failure(
        "certificate",
        lambda f: f.certificate_code is not None,
        lambda f: f"the certificate of {f.server} is not trusted here",
        _UNTRUSTED,
        heals=False,
    ),
    Failure(
        "tls",
        lambda f: re.search(_NO_TLS, f.tls_reason),
        lambda f: f"{f.server} does not speak TLS",
        "Is it http? Plain http is for a sandbox on this machine: write http:// in `host`.",
        heals=False,
    ),
    Failure(
        "tls",
        lambda f: f.has(ssl.SSLError, urllib3.exceptions.SSLError) and not f.is_timeout,
        lambda f: f"TLS with {f.server} failed ({f.tls_reason.lower().replace('_', ' ') or 'no reason given'})",
        "A firewall or a proxy in between may have ended it, or one side is too old for the other.",
    ),
    Failure(
        "connect",
        lambda f: f.is_timeout,
        lambda f: f"no connection to {f.proxy or f.server} within {f.seconds:g} s",
        "Is the network up, and does this machine need a proxy (HTTPS_PROXY)?",
    ),
    Failure(
        "connect",
        _otherwise,
        lambda f: f"the connection to {f.proxy or f.server} broke before the request left ({f.system_word})",
        "Is the network up, is `host` right, and is there a firewall or a proxy in between?",
    ),
)

#: What may fail later. Each is doubt: the server may have carried the request out.
AFTER = (
    Failure(
        "answer",
        lambda f: f.is_timeout,
        lambda f: f"no answer within {f.seconds:g} s; the request may have arrived",
        "A slow gateway needs a larger `timeout` of the connection.",
    ),
    Failure(
        "answer",
        lambda f: f.has(requests.exceptions.ContentDecodingError),
        "the answer cannot be decompressed; the request may have arrived",
        "Is there a proxy in between?",
    ),
    Failure(
        "answer",
        _otherwise,
        lambda f: f"the connection broke ({f.system_word}); the request may have arrived",
        "",
    ),
)


def transport_error(what: str, exc: BaseException, *, left: bool, url: str, seconds: float) -> ClickSendTransportError:
    """Return the error for a request that got no answer.

    :param what: the call, for example ``"GET /account"``.
    :param left: whether a byte of the request has left.
    :param url: where it was to go.
    :param seconds: the timeout that was in force: for the answer if it has left, else for connecting.
    """
    facts = Facts(tuple(causes_of(exc)), url, seconds)
    row = next(row for row in (AFTER if left else BEFORE) if row.applies(facts))
    said = row.says if isinstance(row.says, str) else row.says(facts)
    cls = ClickSendTimeoutError if facts.is_timeout else ClickSendTransportError
    text = f"{what}: {said}. {row.next_step}".rstrip()
    return cls(text, request_sent=left, part=row.part, may_heal=row.heals)
