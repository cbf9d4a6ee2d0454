"""The errors of this package, re-exported from :mod:`airflow_provider_clicksend.api.errors`."""

from airflow_provider_clicksend.api.errors import (
    ClickSendApiError,
    ClickSendAuthenticationError,
    ClickSendBadRequestError,
    ClickSendConfigError,
    ClickSendDeliveryFailedError,
    ClickSendError,
    ClickSendForbiddenError,
    ClickSendMessageRefusedError,
    ClickSendNotCancelledError,
    ClickSendNotFoundError,
    ClickSendOutcomeUnknownError,
    ClickSendRateLimitError,
    ClickSendResponseError,
    ClickSendServerError,
    ClickSendTimeoutError,
    ClickSendTransportError,
)

__all__ = [
    "ClickSendApiError",
    "ClickSendAuthenticationError",
    "ClickSendBadRequestError",
    "ClickSendConfigError",
    "ClickSendDeliveryFailedError",
    "ClickSendError",
    "ClickSendForbiddenError",
    "ClickSendMessageRefusedError",
    "ClickSendNotCancelledError",
    "ClickSendNotFoundError",
    "ClickSendOutcomeUnknownError",
    "ClickSendRateLimitError",
    "ClickSendResponseError",
    "ClickSendServerError",
    "ClickSendTimeoutError",
    "ClickSendTransportError",
]
