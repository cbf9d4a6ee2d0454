"""Every failure before the request is written is known not to have been sent, and says which part failed."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from airflow_provider_clicksend.api import ClickSendClient, errors
from airflow_provider_clicksend.api.retry import MAX_TRIES, may_have_been_accepted
from tests.api.conftest import KEY
from tests.support.certificates import Authority
from tests.support.proxies import socks, tunnel
from tests.support.scripted_server import (
    ScriptedServer,
    Step,
    closed_at_once,
    closed_read,
    closed_unread,
    drips,
    envelope,
    never_http,
    refused_url,
    said,
    scripted,
    silent,
)

TEXT = {"to": "+15551234567", "body": "A secret text"}
SENT = {"messages": [{"status": "SUCCESS", "to": TEXT["to"], "message_id": "A-1"}]}
PROXY_PASSWORD = "proxy-secret"


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The company's CA, which this program trusts."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    return authority


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def failure(url: str) -> errors.ClickSendTransportError:
    """Send a text, and return the error that must come of it."""
    with pytest.raises(errors.ClickSendTransportError) as raised:
        ClickSendClient(KEY, base_url=url, timeout=0.5).sms.send([TEXT])
    shown = str(raised.value)
    # What quotes addresses hangs on no chain of causes that a log may print.
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert all(secret not in shown for secret in (KEY, PROXY_PASSWORD, "1234567", TEXT["body"])), shown
    return raised.value


def never_sent(url: str, part: str, *words: str) -> errors.ClickSendTransportError:
    error = failure(url)
    assert (error.request_sent, error.part) == (False, part), error
    assert not may_have_been_accepted(error)
    assert [word for word in words if word not in str(error)] == [], error
    return error


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_ca_bundle_that_is_not_there_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    monkeypatch.setenv(name, "/nowhere/ca.pem")
    never_sent(refused_url().replace("http", "https"), "setup", f"{name} names /nowhere/ca.pem, which is not there")
    assert waited == []


def test_a_ca_bundle_that_holds_no_certificate_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: Authority, stack: ExitStack
) -> None:
    (tmp_path / "ca.pem").write_text("hello")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    server = stack.enter_context(scripted(envelope(SENT), tls=authority.context()))
    never_sent(server.url, "setup", "REQUESTS_CA_BUNDLE", "no certificates that can be read", "PEM")


def test_a_socks_proxy_without_its_package_says_which_to_install(
    monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:1")
    monkeypatch.setattr("requests.adapters.SOCKSProxyManager", _missing_socks)
    never_sent("https://gateway.test", "setup", '"requests[socks]"', "ALL_PROXY")
    assert waited == []


def _missing_socks(*_: object, **__: object) -> None:
    from requests.exceptions import InvalidSchema

    raise InvalidSchema("Missing dependencies for SOCKS support.")


@pytest.mark.parametrize(
    "proxy", ["http://", "htp://a", "http://a:b", "http://[::1", "1.2.3.4:99999", f"http://u:{PROXY_PASSWORD}@a b"]
)
def test_an_address_of_a_proxy_that_cannot_be_read_is_the_proxys(
    proxy: str, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    never_sent("https://gateway.test", "proxy", "cannot be read", "HTTPS_PROXY")
    assert waited == []


def test_a_proxy_that_is_down_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    address = refused_url().removeprefix("http://")
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PROXY_PASSWORD}@{address}")
    never_sent("https://gateway.test", "proxy", f"the proxy {address} cannot be reached", "Connection refused")
    assert len(waited) == MAX_TRIES - 1


def test_a_proxy_whose_name_is_unknown_is_named(monkeypatch: pytest.MonkeyPatch, waited: list[float]) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://no-such-proxy.invalid:3128")
    never_sent("https://gateway.test", "proxy", "no-such-proxy.invalid:3128", "its name cannot be resolved")


@pytest.mark.usefixtures("waited")
@pytest.mark.parametrize(
    ("step", "part", "words"),
    [
        (said("", 407, Proxy_Authenticate="Basic"), "proxy", ["407", "credentials", "percent-encoded"]),
        (said("", 403), "proxy", ["does not let this program reach gateway.test", "403", "NO_PROXY"]),
        (said("", 502), "proxy", ["it answered 502"]),
        (closed_at_once, "connect", ["broke before the request left"]),
        (closed_unread, "connect", []),
        (never_http, "connect", ["broke before the request left"]),
        (silent, "connect", ["no connection to 127.0.0.1", "within 0.5 s"]),
    ],
)
def test_a_proxy_that_lets_nothing_pass_has_let_nothing_pass(
    step: Step, part: str, words: list[str], monkeypatch: pytest.MonkeyPatch, stack: ExitStack
) -> None:
    server = stack.enter_context(scripted(step))
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    never_sent("https://gateway.test", part, *words)


def test_a_socks_proxy_that_wants_a_password_says_so(
    monkeypatch: pytest.MonkeyPatch, stack: ExitStack, waited: list[float]
) -> None:
    monkeypatch.setenv("ALL_PROXY", stack.enter_context(socks(wants_password=True)).url)
    never_sent("https://gateway.test", "proxy", "the proxy 127.0.0.1", "credentials")


def test_a_socks_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch, waited: list[float]) -> None:
    monkeypatch.setenv("ALL_PROXY", refused_url().replace("http", "socks5h"))
    never_sent("https://gateway.test", "proxy", "the proxy 127.0.0.1", "ALL_PROXY")


@pytest.mark.parametrize("host", ["a..b", "a" * 70 + ".test"])
def test_what_is_no_name_of_a_host_is_the_hosts(host: str, waited: list[float]) -> None:
    never_sent(f"https://{host}", "request", "is not a host name", "`host`")
    assert waited == []


def test_a_name_that_nobody_knows_is_named(waited: list[float]) -> None:
    never_sent("https://no-such-host.invalid", "name", "no-such-host.invalid cannot be resolved", "proxy")


def test_a_refused_connection_names_host_and_port(waited: list[float]) -> None:
    url = refused_url()
    error = never_sent(url, "connect", f"{url.removeprefix('http://')} refused the connection")
    assert not isinstance(error, errors.ClickSendTimeoutError)


def test_a_connection_that_nobody_takes_is_a_timeout(waited: list[float]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        with ExitStack() as queue:
            for _ in range(4):  # the queue of the listener is full
                waiting = queue.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(("127.0.0.1", port))
            error = never_sent(f"http://127.0.0.1:{port}", "connect", "within 0.5 s")
    assert isinstance(error, errors.ClickSendTimeoutError)


def test_a_certificate_of_a_company_names_the_variable(
    authority: Authority, stack: ExitStack, waited: list[float]
) -> None:
    server = stack.enter_context(scripted(envelope(SENT), tls=authority.context()))
    never_sent(server.url, "certificate", "is not trusted here", "REQUESTS_CA_BUNDLE")
    assert waited == []


@pytest.mark.parametrize(
    ("address", "days", "said_of_it"),
    [("127.0.0.1", -1, "expired by this machine's clock"), ("127.0.0.2", 30, "is for another host")],
)
def test_a_certificate_that_is_trusted_and_wrong_says_what_is_wrong(
    address: str, days: int, said_of_it: str, trusted: Authority, stack: ExitStack
) -> None:
    server = stack.enter_context(scripted(envelope(SENT), tls=trusted.context(address, days=days)))
    never_sent(server.url, "certificate", said_of_it)


def test_a_ca_bundle_of_the_company_lets_the_text_through(trusted: Authority, stack: ExitStack) -> None:
    server = stack.enter_context(scripted(envelope(SENT), tls=trusted.context()))
    assert ClickSendClient(KEY, base_url=server.url).sms.send([TEXT]).messages[0].accepted


def test_https_to_a_server_that_speaks_http_asks_whether_it_is_http(stack: ExitStack, waited: list[float]) -> None:
    server = stack.enter_context(scripted(never_http))
    never_sent(server.url.replace("http", "https"), "tls", "does not speak TLS", "Is it http?")


@pytest.mark.parametrize(("step", "part"), [(closed_at_once, "tls"), (silent, "connect"), (closed_unread, "connect")])
def test_a_handshake_that_is_broken_off_has_carried_nothing(
    step: Step, part: str, stack: ExitStack, waited: list[float]
) -> None:
    server = stack.enter_context(scripted(step))
    never_sent(server.url.replace("http", "https"), part)


@pytest.mark.parametrize("way", ["directly", "tunnel", "socks"])
def test_what_fails_after_the_request_has_left_is_doubt_by_every_way(
    way: str, trusted: Authority, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stack.enter_context(scripted(closed_read, tls=trusted.context()))
    by_way(way, stack, monkeypatch)
    error = failure(server.url)
    assert (error.request_sent, error.part) == (True, "answer")
    assert len(server.arrived) == 1


@pytest.mark.parametrize("way", ["directly", "tunnel", "socks"])
@pytest.mark.parametrize("step", [silent, drips])
def test_an_answer_is_bounded_in_time_by_every_way(
    step: Step, way: str, trusted: Authority, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stack.enter_context(scripted(step, tls=trusted.context()))
    by_way(way, stack, monkeypatch)
    error = failure(server.url)
    assert isinstance(error, errors.ClickSendTimeoutError)
    assert error.request_sent
    assert "the request may have arrived" in str(error)


@pytest.mark.parametrize("way", ["directly", "tunnel", "socks"])
def test_an_answer_is_bounded_in_size_by_every_way(
    way: str, trusted: Authority, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stack.enter_context(scripted(said(b" " * 17_000_000), tls=trusted.context()))
    by_way(way, stack, monkeypatch)
    with pytest.raises(errors.ClickSendResponseError, match="larger than 16,000,000 bytes"):
        ClickSendClient(KEY, base_url=server.url, timeout=10).sms.send([TEXT])


def test_an_answer_that_is_small_on_the_wire_is_bounded_in_size_here(stack: ExitStack) -> None:
    server = stack.enter_context(scripted(said(gzip.compress(b" " * 200_000_000), Content_Encoding="gzip")))
    with pytest.raises(errors.ClickSendResponseError, match="larger than 16,000,000 bytes"):
        ClickSendClient(KEY, base_url=server.url, timeout=10).sms.send([TEXT])


@pytest.mark.parametrize("way", ["tunnel", "socks"])
def test_a_text_goes_through_a_proxy(
    way: str, trusted: Authority, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stack.enter_context(scripted(envelope(SENT), tls=trusted.context()))
    asked = by_way(way, stack, monkeypatch)
    assert ClickSendClient(KEY, base_url=server.url).sms.send([TEXT]).messages[0].accepted
    assert asked == [server.url.removeprefix("https://")]


def by_way(way: str, stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lead requests through a proxy, and return whom it was asked for."""
    if way == "directly":
        return []
    proxy = stack.enter_context(tunnel() if way == "tunnel" else socks())
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    return proxy.asked


@pytest.mark.parametrize("location", ["http://[", "http://h:nope/", "\xff"])
def test_a_redirect_to_nowhere_is_still_an_answer(
    location: str, client_of: Callable[[ScriptedServer], ClickSendClient]
) -> None:
    with (
        scripted(said("", 302, Location=location)) as server,
        pytest.raises(errors.ClickSendBadRequestError, match="Redirects are not followed") as raised,
    ):
        client_of(server).sms.send([TEXT])
    assert may_have_been_accepted(raised.value)


def test_an_answer_that_cannot_be_decompressed_is_doubt() -> None:
    with scripted(said(b"xx", Content_Encoding="gzip")) as server:
        error = failure(server.url)
    assert (error.request_sent, error.part) == (True, "answer")
    assert "cannot be decompressed" in str(error)
