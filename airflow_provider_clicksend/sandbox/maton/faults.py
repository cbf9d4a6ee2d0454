"""Faults on purpose: what may happen to a request on its way, before or after ClickSend accepted it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from fnmatch import fnmatch
from typing import Any, Literal, get_args

from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.types import Message, Receive, Scope, Send

from airflow_provider_clicksend.sandbox.clicksend.answers import envelope

_ACCEPTED = "accepted-then-"

FaultName = Literal[
    "dropped",
    "hang",
    "drip",
    "huge",
    "302",
    "401",
    "401-html",
    "413",
    "429",
    "429-without-retry-after",
    "499",
    "500",
    "502",
    "503",
    "504",
    "html",
    "empty",
    "envelope-401",
    "maton-message",
    "maton-error",
    "maton-detail",
    "maton-validation",
]


class Fault(BaseModel):
    """A fault that waits for its requests.

    :param fault: what happens (see the table in the documentation); with ``accepted-then-`` in front, the request is
        first carried out, else it never gets that far.
    :param path: the requests it is for, a pattern such as ``/v3/*/send``.
    :param method: their HTTP method; ``*`` for any.
    :param skip: so many of them pass first.
    :param times: then so many meet the fault; None: all.
    :param seconds: how long a ``hang`` lasts before the connection is dropped, and a ``drip`` before it ends.
    :param pause: seconds between two bytes of a ``drip``.
    :param megabytes: the size of a ``huge`` answer.
    :param status: the HTTP status of a ``maton-`` fault.
    :param retry_after: the ``Retry-After`` of a ``429``, seconds.
    """

    model_config = ConfigDict(extra="forbid")

    fault: str
    path: str = "*"
    method: str = "*"
    skip: int = Field(0, ge=0)
    times: int | None = Field(1, ge=1)
    seconds: float = Field(300.0, ge=0)
    pause: float = Field(1.0, gt=0)
    megabytes: int = Field(400, ge=1)
    status: int = Field(500, ge=400, le=599)
    retry_after: int = Field(1, ge=0)

    @field_validator("fault")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value.removeprefix(_ACCEPTED) not in get_args(FaultName):
            raise ValueError(f"no such fault; there are {', '.join(get_args(FaultName))}, each also as {_ACCEPTED}...")
        return value

    @property
    def is_after_acceptance(self) -> bool:
        """Whether the request is carried out before the fault happens."""
        return self.fault.startswith(_ACCEPTED)

    def is_for(self, method: str, path: str) -> bool:
        """Return whether a request meets this fault; `path` begins with ``/v3``."""
        return self.method in {"*", method} and fnmatch(path, self.path.removeprefix("/clicksend"))

    async def play(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request wrongly, or not at all."""
        name = self.fault.removeprefix(_ACCEPTED)
        if name == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_wait_for_the_end(receive), self.seconds)
        if name in {"hang", "dropped"}:
            await _drop(scope, receive)
            return
        if not self.is_after_acceptance:
            await _read_body(receive)
        if name == "drip":
            await self._drip(receive, send)
        else:
            await _ANSWERS[name](self)(scope, receive, send)

    async def _drip(self, receive: Receive, send: Send) -> None:
        """Answer with a 200 whose body comes byte by byte, and never becomes JSON."""
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        end = asyncio.create_task(_wait_for_the_end(receive))
        left = self.seconds
        while left > 0 and not (await asyncio.wait({end}, timeout=self.pause))[0]:
            left -= self.pause
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
        end.cancel()
        await send({"type": "http.response.body", "body": b""})


class Faults:
    """The faults of a sandbox, first come first met. They are not kept over a restart."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        for fault in self.waiting:
            if not fault.is_for(method, path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            if fault.times == 0:
                self.waiting.remove(fault)
            return fault
        return None


async def _wait_for_the_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the socket without a byte of an answer: the protocol of our server hands its transport down."""
    scope["state"]["transport"].abort()
    await _wait_for_the_end(receive)


async def _read_body(receive: Receive) -> None:
    """Read the request to its end: a client that is still writing would see a reset, not the answer."""
    message: Message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()


def _html(status: int, title: str) -> Callable[[Fault], Response]:
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><center><h1>{title}</h1></center></body>\r\n</html>"
    return lambda _fault: HTMLResponse(page, status_code=status)


async def _huge_body(megabytes: int) -> AsyncIterator[bytes]:
    yield b'{"http_code":200,"response_code":"SUCCESS","response_msg":"Here you are.","data":"'
    for _ in range(megabytes):
        yield b"x" * 1_000_000
    yield b'"}'


def _huge(fault: Fault) -> Response:
    return StreamingResponse(_huge_body(fault.megabytes), media_type="application/json")


def _redirect(fault: Fault) -> Response:
    answer = _html(302, "302 Found")(fault)
    answer.headers["Location"] = "/"
    return answer


def _maton(body: dict[str, Any]) -> Callable[[Fault], Response]:
    return lambda fault: JSONResponse(body, status_code=fault.status)


def too_many_requests(limit: int, reset: int, retry_after: int | None) -> JSONResponse:
    """Return ClickSend's 429 with its headers; `reset` and `retry_after` in seconds."""
    headers = {"x-ratelimit-limit": str(limit), "x-ratelimit-remaining": "0", "ratelimit-reset": str(reset)}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return envelope(429, "HTTP_TOO_MANY_REQUESTS", "Too many attempts.", headers=headers)


def unauthorized(status: int) -> JSONResponse:
    """Return ClickSend's 401, under the HTTP status `status`: it was seen under a 200."""
    body = {"http_code": 401, "response_code": "UNAUTHORIZED", "response_msg": "Authorization failed.", "data": None}
    return JSONResponse(body, status_code=status)


_ANSWERS: dict[str, Callable[[Fault], Response]] = {
    "huge": _huge,
    "302": _redirect,
    "401": lambda _fault: unauthorized(401),
    "401-html": _html(401, "401 Authorization Required"),
    "413": _html(413, "413 Request Entity Too Large"),
    "429": lambda fault: too_many_requests(20, fault.retry_after, fault.retry_after),
    "429-without-retry-after": lambda fault: too_many_requests(20, fault.retry_after, None),
    "499": _html(499, "499 Client Closed Request"),
    "500": lambda _fault: JSONResponse({"message": "Internal server error"}, status_code=500),
    "502": _html(502, "502 Bad Gateway"),
    "503": _html(503, "503 Service Temporarily Unavailable"),
    "504": _html(504, "504 Gateway Time-out"),
    "html": _html(200, "Please wait"),
    "empty": lambda _fault: Response(status_code=200),
    "envelope-401": lambda _fault: unauthorized(200),
    "maton-message": _maton({"message": "Something went wrong"}),
    "maton-error": _maton({"error": {"message": "Something went wrong"}}),
    "maton-detail": _maton({"detail": "Something went wrong"}),
    "maton-validation": _maton({"detail": [{"loc": ["body", "app"], "msg": "field required"}]}),
}
