"""The requests of one look: so many and no more, with the errors of single messages kept apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from airflow_provider_clicksend.api.errors import (
    ClickSendAuthenticationError,
    ClickSendConfigError,
    ClickSendError,
    ClickSendNotFoundError,
    ClickSendRateLimitError,
    ClickSendTransportError,
)

Answer = TypeVar("Answer")

#: Errors that the next request of the same look would meet, too.
CONCERN_ALL = (
    ClickSendAuthenticationError,
    ClickSendConfigError,
    ClickSendRateLimitError,
    ClickSendTransportError,
)
#: When nothing at all was answered, so many errors are taken for all: each may have cost seconds of retries.
GIVE_UP_AFTER = 3


class LookRequests:
    """Asks, and counts.

    :param budget: requests that are left.
    """

    def __init__(self, budget: int) -> None:
        self.left = budget
        self.answered = 0
        self.failed = 0
        self.error: ClickSendError | None = None
        self.errors: dict[str, ClickSendError] = {}

    def ask(self, read: Callable[[], Answer], *, message_id: str | None = None) -> Answer | None:
        """Return the answer, or None when there is none (yet), or it could not be had.

        :param message_id: the one message that this request is about, whose error it is then.
        :raises ClickSendError: what would meet the next request too.
        """
        if self.left <= 0:
            return None
        self.left -= 1
        try:
            answer = read()
        except ClickSendNotFoundError as error:
            if message_id is None:
                self._failed(error, message_id)
            else:
                self.answered += 1  # there is none yet
            return None
        except CONCERN_ALL:
            raise
        except ClickSendError as error:
            self._failed(error, message_id)
            return None
        self.answered += 1
        return answer

    def _failed(self, error: ClickSendError, message_id: str | None) -> None:
        self.failed += 1
        if message_id is None:
            self.error = self.error or error
        else:
            self.errors.setdefault(message_id, error)
        if not self.answered and self.failed >= GIVE_UP_AFTER:
            raise error
