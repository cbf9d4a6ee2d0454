"""The client: settings, one request loop, one attribute per resource. The only code that opens a socket."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
import urllib3.exceptions
from pydantic_core import from_json, to_json

from airflow_provider_clicksend import __version__
from airflow_provider_clicksend.api import answers, errors, paging, resources, retry
from airflow_provider_clicksend.api.clock import ServerClock
from airflow_provider_clicksend.api.models.base import Page, Request, Row
from airflow_provider_clicksend.api.settings import (
    DEFAULT_BASE_URL,
    DEFAULT_CONTROL_URL,
    DEFAULT_TIMEOUT,
    checked_header,
    checked_key,
    checked_timeout,
    checked_url,
)
from airflow_provider_clicksend.api.transport import MAX_ANSWER, AnswerTooLargeError, BoundedAdapter

log = logging.getLogger(__name__)

#: Seconds that each message of a request adds to the time-out of its answer: a thousand take their time.
SECONDS_A_MESSAGE = 0.05


class ClickSendClient:
    """ClickSend's REST API v3 behind Maton's gateway.

    One pooled session; every call has a time-out, follows no redirect and is repeated only where :mod:`.retry` allows.
    Every method raises a :class:`~airflow_provider_clicksend.api.errors.ClickSendError`.

    :param api_key: the Maton API key (sent as ``Authorization: Bearer``).
    :param maton_connection_id: which Maton connection to use; without it Maton takes the oldest active one.
    :param base_url: the gateway. (The newer Maton documents name ``https://api.maton.ai`` for both hosts.)
    :param control_url: Maton's control plane; by default ``https://ctrl.maton.ai`` for the default gateway, else
        `base_url`.
    :param sender: the ``from`` of messages that name none.
    :param source: the ``source`` of messages that name none, shown in ClickSend's analytics.
    :param timeout: seconds, for connecting and for each read.
    :raises ClickSendConfigError: for a setting that cannot work; plain http is for this machine only.
    """

    def __init__(
        self,
        api_key: str,
        *,
        maton_connection_id: str | None = None,
        base_url: str = DEFAULT_BASE_URL,
        control_url: str | None = None,
        sender: str | None = None,
        source: str = "airflow",
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        base_url = checked_url(base_url, "base_url")
        default_control_url = DEFAULT_CONTROL_URL if base_url == DEFAULT_BASE_URL else base_url
        #: Where the gateway is.
        self.base_url = base_url
        self._gateway_url = f"{base_url}/clicksend/v3"
        self._control_url = checked_url(control_url or default_control_url, "control_url")
        self._api_key = checked_key(api_key)
        self.maton_connection_id = maton_connection_id and checked_header(maton_connection_id, "maton_connection_id")
        self.sender = sender
        self.source = source
        self.timeout = checked_timeout(timeout)
        #: ClickSend's time, as its answers tell it.
        self.clock = ServerClock()
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, BoundedAdapter())
        self._session.headers["User-Agent"] = f"airflow-provider-clicksend/{__version__}"
        # As an auth object, so that a ~/.netrc entry for the host cannot replace the header.
        self._session.auth = self._authorize

        self.account = resources.AccountResource(self)
        self.automations = resources.AutomationsResource(self)
        self.connections = resources.ConnectionsResource(self)
        self.contacts = resources.ContactsResource(self)
        self.email_addresses = resources.EmailAddressesResource(self)
        self.lists = resources.ListsResource(self)
        self.mms = resources.MmsResource(self)
        self.sms = resources.SmsResource(self)
        self.templates = resources.TemplatesResource(self)
        self.voice = resources.VoiceResource(self)

    def __enter__(self) -> ClickSendClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def iterate(
        self, list_call: Callable[..., Page[Row]], *ids: int | str, limit: int = paging.MAX_LIMIT, **arguments: Any
    ) -> Iterator[Row]:
        """Yield all rows of a list call lazily, as in ``client.iterate(client.sms.history, date_from=...)``.

        Pages are asked for by number (``next_page_url`` is never followed). A row that slides onto a later page is
        yielded once, and when rows vanish while one reads, the pages before are read again. What no client can see:
        a row that is removed and another added between two requests.

        :param list_call: a method that gives a page.
        :param ids: its positional ids.
        :param limit: rows a request, 15 to 100.
        """
        return paging.iterate(lambda page: list_call(*ids, page=page, limit=limit, **arguments))

    def gateway(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: object = None,
        repeatable: bool | None = None,
        messages: int = 0,
    ) -> Any:
        """Call ClickSend and return the envelope's ``data``.

        :param path: below ``/clicksend/v3``, ids already encoded by :func:`.paths.path_id`.
        :param json: what leaves: a request model or JSON primitives.
        :param repeatable: whether the call may be repeated after it may have arrived; by default GETs only.
        :param messages: how many messages it carries; each adds to the time that the answer may take.
        """
        timeout = self.timeout + SECONDS_A_MESSAGE * messages
        url = self._gateway_url + path
        status, body = self._request(
            method, url, path, params=params, json=json, repeatable=repeatable, timeout=timeout
        )
        if body is None and status == requests.codes.no_content:
            return None
        if not answers.is_envelope(body):
            raise errors.ClickSendResponseError(
                f"{method} {path} was answered {status}, but not with ClickSend's envelope: "
                "is there a proxy between, or is `host` another service?"
            )
        return body.get("data")

    def control(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, json: object = None) -> Any:
        """Call Maton's control plane and return the parsed body (None when it is empty)."""
        status, body = self._request(method, self._control_url + path, path, params=params, json=json)
        if not isinstance(body, Mapping) and not (body is None and method == "DELETE"):
            raise errors.ClickSendResponseError(
                f"{method} {path} was answered {status} with no JSON object: is `control_url` Maton's control plane?"
            )
        return body

    def _request(
        self,
        method: str,
        url: str,
        path: str,
        *,
        params: Mapping[str, Any] | None,
        json: object,
        repeatable: bool | None = None,
        timeout: float | None = None,
    ) -> tuple[int, Any]:
        repeatable = method == "GET" if repeatable is None else repeatable
        data = json.json_bytes() if isinstance(json, Request) else None if json is None else to_json(json)
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(method, url, path, params=params, data=data, timeout=timeout)
            except (errors.ClickSendApiError, errors.ClickSendTransportError) as error:
                wait = retry.wait_before_retry(error, tries=tries, repeatable=repeatable)
                if wait is None:
                    raise
                log.warning("%s Trying again in %.1f s.", error, wait)
            time.sleep(wait)

    def _once(
        self,
        method: str,
        url: str,
        path: str,
        *,
        params: Mapping[str, Any] | None,
        data: bytes | None,
        timeout: float | None = None,
    ) -> tuple[int, Any]:
        timeout = timeout or self.timeout
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if self.maton_connection_id:
            headers["Maton-Connection"] = self.maton_connection_id
        try:
            response = self._session.request(
                method,
                url,
                params=params,
                data=data,
                headers=headers,
                timeout=(self.timeout, timeout),
                allow_redirects=False,
            )
        except requests.RequestException as exc:
            if _is_too_large(exc):
                raise errors.ClickSendResponseError(
                    f"{method} {path}: the answer is larger than {MAX_ANSWER:,} bytes. Is `host` the gateway?"
                ) from None
            raise _transport_error(f"{method} {path}", exc, timeout) from None
        self.clock.learn(response.headers.get("Date"))
        body = _parse(response.content)
        error = answers.error_for(response.status_code, response.headers, body, secret=self._api_key)
        if error is not None:
            error.args = (f"{method} {path}: {error}",)
            raise error
        return response.status_code, body

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._api_key}"
        return request


def _is_too_large(error: BaseException | None) -> bool:
    """Tell whether an answer without end is what broke the connection, under whatever the libraries wrap it in."""
    while error is not None:
        if isinstance(error, AnswerTooLargeError) or any(isinstance(arg, AnswerTooLargeError) for arg in error.args):
            return True
        error = error.__cause__ or error.__context__
    return False


def _parse(content: bytes) -> Any:
    try:
        return from_json(content, cache_strings="keys") if content else None
    except ValueError:
        return None


def _transport_error(what: str, exc: requests.RequestException, timeout: float) -> errors.ClickSendTransportError:
    """Say whether the request may have left. The library's own text names hosts and queries, so it is not quoted."""
    cause = exc.args[0] if exc.args else None
    if isinstance(exc, requests.ConnectTimeout):
        return errors.ClickSendTimeoutError(f"{what}: no connection within {timeout:g} s.", request_sent=False)
    if isinstance(exc, requests.Timeout) or isinstance(cause, urllib3.exceptions.ReadTimeoutError):
        return errors.ClickSendTimeoutError(
            f"{what}: no answer within {timeout:g} s; the request may have arrived.", request_sent=True
        )
    reason = getattr(cause, "reason", None)
    if _never_left(exc, reason):
        return errors.ClickSendTransportError(
            f"{what}: cannot connect ({type(reason or exc).__name__}). Is the network up and `host` right?",
            request_sent=False,
        )
    return errors.ClickSendTransportError(
        f"{what}: the connection broke ({type(exc).__name__}); the request may have arrived.", request_sent=True
    )


def _never_left(exc: requests.RequestException, reason: object) -> bool:
    if isinstance(reason, urllib3.exceptions.SSLError):
        return "CERTIFICATE_VERIFY_FAILED" in str(reason)
    # A ValueError: requests found the request itself impossible (a URL, a header).
    refused = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ProxyError)
    return isinstance(reason, refused) or isinstance(exc, ValueError)
