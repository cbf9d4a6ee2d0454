"""The error tree, and what an answer of the gateway means.

::

    ClickSendError
    ├── ClickSendConfigError            the connection or an argument cannot work
    ├── ClickSendTransportError         no answer; .request_sent tells whether the request may have left
    │   └── ClickSendTimeoutError
    ├── ClickSendApiError               an answer that says no
    │   ├── ClickSendAuthenticationError (401)   ├── ClickSendForbiddenError (403)
    │   ├── ClickSendNotFoundError (404)         ├── ClickSendBadRequestError (400, 405, 412, 422)
    │   │   └── ClickSendNotCancelledError       └── ClickSendServerError (5xx, 408)
    │   └── ClickSendRateLimitError (429)
    ├── ClickSendResponseError          a 2xx that cannot be read
    ├── ClickSendMessageRefusedError    accepted as a request, refused as a message
    ├── ClickSendOutcomeUnknownError    sent or not, nobody can say yet
    ├── ClickSendDeliveryFailedError    the handset did not get it
    └── ClickSendOptedOutError          everybody who was asked answered STOP

No message here carries a key, a full number or a body of a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.api.statuses import status_of


class ClickSendError(Exception):
    """The root of everything that this package raises on purpose."""


class ClickSendConfigError(ClickSendError, ValueError):
    """The connection or an argument cannot work, whatever the network does.

    :param message: the cause and the next step.
    :param field: the name of the connection field or argument.
    """

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class ClickSendTransportError(ClickSendError):
    """No answer came.

    :param request_sent: False when the request provably never left; True when it may have arrived.
    :param part: what failed: ``"setup"`` (this machine), ``"request"`` (it cannot be written), ``"proxy"``, ``"name"``,
        ``"connect"``, ``"certificate"``, ``"tls"`` or ``"answer"``.
    :param may_heal: whether the same request may work in a moment. A CA bundle that is not there will not.
    """

    def __init__(self, message: str, *, request_sent: bool, part: str = "connect", may_heal: bool = True) -> None:
        super().__init__(message)
        self.request_sent = request_sent
        self.part = part
        self.may_heal = may_heal


class ClickSendTimeoutError(ClickSendTransportError):
    """No answer came in time."""


class ClickSendApiError(ClickSendError):
    """An answer that says no.

    :param status: the HTTP status, or the envelope's ``http_code`` where a 200 carried an error.
    :param http_status: the HTTP status itself.
    :param response_code: ClickSend's word for it (``"FORBIDDEN"``), or None when Maton or a proxy answered.
    :param source: ``"clicksend"`` or ``"gateway"``: whose answer it is.
    :param request_id: Maton's ``X-Request-Id``, for their support.
    :param recognized: whether the answer has the form of ClickSend's or of Maton's own errors. What has neither may be
        a proxy's, and then says nothing of what became of the request.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        http_status: int | None = None,
        response_code: str | None = None,
        source: str = "gateway",
        request_id: str | None = None,
        recognized: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.http_status = status if http_status is None else http_status
        self.response_code = response_code
        self.source = source
        self.request_id = request_id
        self.recognized = recognized


class ClickSendAuthenticationError(ClickSendApiError):
    """401: Maton refused the API key, or ClickSend refused the credentials behind the Maton connection."""


class ClickSendForbiddenError(ClickSendApiError):
    """403: no permission, or ClickSend's answer for a resource that does not exist."""


class ClickSendNotFoundError(ClickSendApiError):
    """404."""


class ClickSendNotCancelledError(ClickSendNotFoundError):
    """A message cannot be cancelled, and the history says why.

    :param outcome: ``"sent"`` or ``"unknown"``.
    """

    def __init__(self, message: str, *, outcome: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.outcome = outcome


class ClickSendBadRequestError(ClickSendApiError):
    """400 and its relatives: the request can never succeed as it is."""


class ClickSendRateLimitError(ClickSendApiError):
    """429.

    :param retry_after: seconds that the server asks to wait, or None when it does not say.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class ClickSendServerError(ClickSendApiError):
    """5xx or 408, or a 2xx whose envelope says so: not now."""


class ClickSendResponseError(ClickSendError):
    """A 2xx answer that cannot be read: HTML of a proxy, an empty body, an unknown shape."""


#: Refusals that another try may heal.
TEMPORARY_STATUSES = frozenset(w for w in ("THROTTLED", "INTERNAL_ERROR") if status_of(w).temporary)


class ClickSendMessageRefusedError(ClickSendError):
    """ClickSend took the request and refused messages in it.

    :param refused: one entry a message: ``{"to", "status", "custom_string"}``.
    :param accepted: how many messages of the same send were accepted; they stay sent.
    :param hint: what to do about it.

    ``temporary`` tells whether another try may send some of them.
    """

    def __init__(self, refused: Sequence[Mapping[str, Any]], *, accepted: int = 0, hint: str = "") -> None:
        counts = Counter(str(entry.get("status")) for entry in refused)
        reasons = ", ".join(f"{status} ({n})" for status, n in counts.most_common())
        text = f"ClickSend refused {len(refused)} of {len(refused) + accepted} messages: {reasons}."
        super().__init__(f"{text} {hint}".rstrip())
        self.refused = list(refused)
        self.accepted = accepted
        self.temporary = any(status_of(entry.get("status")).temporary for entry in refused)


class ClickSendOutcomeUnknownError(ClickSendError):
    """Whether these messages went out, nobody can say yet.

    :param unknown: one entry a message: ``{"to", "custom_string"}``.
    """

    def __init__(self, message: str, *, unknown: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(message)
        self.unknown = list(unknown)


class ClickSendDeliveryFailedError(ClickSendError):
    """Messages that ClickSend accepted did not reach the handset.

    :param failed: one entry a message: ``{"message_id", "outcome", "status_code", "status_text"}``.
    """

    def __init__(self, message: str, *, failed: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(message)
        self.failed = list(failed)


class ClickSendOptedOutError(ClickSendError):
    """Everybody who was asked answered with a word of opting out, such as STOP.

    :param numbers: theirs, masked.
    """

    def __init__(self, message: str, *, numbers: Sequence[str]) -> None:
        super().__init__(message)
        self.numbers = list(numbers)


class ClickSendNoAnswerError(ClickSendError):
    """Nobody answered a question in time.

    :param steps: what became of each step of it: ``{"kind", "to", "at", "outcome"}``, with masked numbers.
    """

    def __init__(self, message: str, *, steps: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.steps = list(steps)
