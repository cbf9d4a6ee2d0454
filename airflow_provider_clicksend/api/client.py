"""The client: settings, one request loop, one attribute per resource. The only code that opens a socket."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from math import inf
from typing import Any

import requests
import urllib3
from pydantic_core import to_json

from airflow_provider_clicksend import __version__
from airflow_provider_clicksend.api import answers, errors, gateways, paging, resources, retry
from airflow_provider_clicksend.api.clock import ServerClock
from airflow_provider_clicksend.api.deadline import Deadline
from airflow_provider_clicksend.api.failure_facts import TRANSPORT_EXCEPTIONS
from airflow_provider_clicksend.api.models.base import Page, Request, Row
from airflow_provider_clicksend.api.settings import DEFAULT_TIMEOUT, checked_timeout
from airflow_provider_clicksend.api.transport import MAX_ANSWER, AnswerTooLargeError, Session, content_of, watching
from airflow_provider_clicksend.api.transport_failures import transport_error
from airflow_provider_clicksend.api.values import whole_number

log = logging.getLogger(__name__)

#: Seconds that each message of a request adds to the timeout of its answer: a thousand take their time.
SECONDS_A_MESSAGE = 0.05


class ClickSendClient:
    """ClickSend's REST API v3, behind Maton's gateway or directly.

    One pooled session; every call has a timeout, follows no redirect and is repeated only where :mod:`.retry` allows.
    Every method raises a :class:`~airflow_provider_clicksend.api.errors.ClickSendError`.

    :param api_key: the Maton API key (sent as ``Authorization: Bearer``); with a `username`, ClickSend's own.
    :param username: of a ClickSend account, to reach ClickSend itself without Maton (HTTP Basic).
    :param maton_connection_id: which Maton connection to use; without it Maton takes the oldest active one.
    :param base_url: the gateway, by default ``https://gateway.maton.ai``; with a `username` ClickSend's address, by
        default ``https://rest.clicksend.com``. (Newer Maton documents name ``https://api.maton.ai`` for both hosts.)
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
        username: str | None = None,
        maton_connection_id: str | None = None,
        base_url: str | None = None,
        control_url: str | None = None,
        sender: str | None = None,
        source: str = "airflow",
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        if username is None:
            self._gateway = gateways.maton(
                api_key, base_url=base_url, control_url=control_url, connection_id=maton_connection_id
            )
        else:
            _refuse_on_a_direct_account(maton_connection_id=maton_connection_id, control_url=control_url)
            self._gateway = gateways.direct(username, api_key, base_url=base_url)
        self.maton_connection_id = maton_connection_id
        self.base_url = self._gateway.base_url
        self.sender = sender
        self.source = source
        self.timeout = checked_timeout(timeout)
        #: ClickSend's time, as its answers tell it.
        self.clock = ServerClock()
        #: Requests of a window that the last answer allowed for its endpoint (seen live on ``GET /account``), or None.
        self.rate_limit: int | None = None
        self._session = Session()
        self._session.headers["User-Agent"] = f"airflow-provider-clicksend/{__version__}"
        # As an auth object, so that a ~/.netrc entry for the host cannot replace the header.
        self._session.auth = self._authorize
        self._session.headers.update(self._gateway.headers)
        self._deadline = Deadline()
        self._bind_resources()

    def _bind_resources(self) -> None:
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

    @property
    def is_direct(self) -> bool:
        """Whether this is ClickSend itself, without Maton."""
        return self._gateway.kind is gateways.DIRECT

    def __enter__(self) -> ClickSendClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def with_deadline(self, deadline: Deadline) -> ClickSendClient:
        """Return this client with an end to all it does: no request, wait or repeat outlasts the deadline.

        It shares the pooled connections and the clock. What is asked for after the deadline raises a
        :class:`~airflow_provider_clicksend.api.errors.ClickSendTimeoutError` whose `request_sent` is False. (A name
        server that does not answer is the one thing that no timeout of a socket bounds.)
        """
        bounded = copy.copy(self)
        bounded._deadline = deadline
        bounded._bind_resources()
        return bounded

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
        url = self._gateway.api_url + path
        status, body = self._request(
            method, url, path, params=params, json=json, repeatable=repeatable, timeout=timeout
        )
        if body is None and status == requests.codes.no_content:
            return None
        if not answers.is_envelope(body):
            raise errors.ClickSendResponseError(
                f"{method} {path} was answered {status}, but not with ClickSend's envelope: "
                "is there a proxy in between, or is `host` another service?"
            )
        return body.get("data")

    def control(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, json: object = None) -> Any:
        """Call Maton's control plane and return the parsed body (None when it is empty).

        :raises ClickSendConfigError: on a direct account, which has none.
        """
        if self._gateway.control_url is None:
            raise errors.ClickSendConfigError(
                "Connections are Maton's, and this is a direct ClickSend account. "
                "Use an Airflow connection whose `account` is maton.",
                field="account",
            )
        status, body = self._request(method, self._gateway.control_url + path, path, params=params, json=json)
        if not isinstance(body, Mapping) and not (body is None and method == "DELETE"):
            raise errors.ClickSendResponseError(
                f"{method} {path} was answered {status} without a JSON object: is `control_url` Maton's control plane?"
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
                wait = retry.wait_before_retry(
                    error, tries=tries, repeatable=repeatable, repeated=self._gateway.kind.repeated
                )
                if wait is None or not self._deadline.allows(wait):
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
        left = self._deadline.left
        if not left:
            raise errors.ClickSendTimeoutError(
                f"{method} {path}: it was not sent, because its deadline has passed.", request_sent=False
            )
        what = f"{method} {path}"
        timeouts = _timeouts(self.timeout, min(timeout or self.timeout, left), left)
        response, content = self._exchange(what, timeouts, method=method, url=url, params=params, data=data)
        self.clock.learn(response.headers.get("Date"))
        self.rate_limit = whole_number(response.headers.get("x-ratelimit-limit"))
        body = answers.parsed(content)
        error = answers.error_for(
            response.status_code,
            response.headers,
            body,
            kind=self._gateway.kind,
            secrets=self._gateway.secrets,
        )
        if error is not None:
            error.args = (f"{what}: {error}",)
            raise error
        return response.status_code, body

    def _exchange(
        self, what: str, timeouts: Any, *, url: str, data: bytes | None, **request: Any
    ) -> tuple[requests.Response, bytes]:
        headers = {"Content-Type": "application/json"} if data is not None else {}
        options = {"headers": headers, "timeout": timeouts, "allow_redirects": False, "stream": True}
        with watching() as departure:
            try:
                with self._session.request(url=url, data=data, **options, **request) as response:
                    return response, content_of(response)
            except TRANSPORT_EXCEPTIONS as exc:
                if _is_too_large(exc):
                    failure: errors.ClickSendError = errors.ClickSendResponseError(
                        f"{what}: the answer is larger than {MAX_ANSWER:,} bytes. Is `host` the gateway?"
                    )
                else:
                    seconds = timeouts.read_timeout if departure.happened else timeouts.connect_timeout
                    failure = transport_error(what, exc, left=departure.happened, url=url, seconds=seconds)
        # Out here the library's exception, which holds the address with its query, must not become the context of ours.
        raise failure

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._gateway.authorization
        return request


def _timeouts(connect: float, read: float, left: float) -> Any:
    """Return timeouts for connecting and for the answer, which together stay within the seconds that are left."""
    return urllib3.util.Timeout(total=None if left == inf else left, connect=min(connect, read), read=read)


def _refuse_on_a_direct_account(**settings: str | None) -> None:
    for name, value in settings.items():
        if value:
            raise errors.ClickSendConfigError(
                f"{name} is Maton's, and this is a direct ClickSend account: leave it empty.", field=name
            )


def _is_too_large(error: BaseException | None) -> bool:
    """Tell whether an answer without end is what broke the connection, under whatever the libraries wrap it in."""
    while error is not None:
        if isinstance(error, AnswerTooLargeError) or any(isinstance(arg, AnswerTooLargeError) for arg in error.args):
            return True
        error = error.__cause__ or error.__context__
    return False
