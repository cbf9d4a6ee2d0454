"""Text messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.messages import InboundMessage, SendResult
from airflow_provider_clicksend.api.models.outgoing import SmsMessage, SmsSend
from airflow_provider_clicksend.api.paging import MAX_LIMIT
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.resources.base import ScheduledResource


class SmsResource(ScheduledResource):
    """``/sms``: everything about text messages."""

    path = "/sms"
    send_model = SmsSend
    message_model = SmsMessage

    def send(
        self, messages: Sequence[SmsMessage | Mapping[str, Any]], *, shorten_urls: bool | None = None
    ) -> SendResult:
        """Send up to 1,000 texts. Read the status of each: a 200 may hold nothing but refusals.

        The request is never repeated once it may have arrived.
        """
        extra = {} if shorten_urls is None else {"shorten_urls": shorten_urls}
        return self._post_messages("send", messages, **extra)

    def inbound(self, *, page: int = 1, limit: int = MAX_LIMIT) -> Page[InboundMessage]:
        """Read the unread replies. Without an automation rule with action POLL there are none, ever."""
        return self._page(InboundMessage, "/sms/inbound", page=page, limit=limit)

    def reply(self, message_id: str) -> InboundMessage:
        """Read the first reply to a message, read or unread.

        :param message_id: of the message that was *sent*.
        :raises ClickSendNotFoundError: there is none yet.
        """
        return InboundMessage.read(self._client.gateway("GET", f"/sms/inbound/{path_id(message_id)}"))

    def mark_receipts_read(self, *, before: int) -> None:
        """Mark the receipts before a time as read, for everybody who reads this account.

        :param before: Unix seconds. It is required: without it ClickSend marks all, also what came after your reading.
        """
        self._mark_read("receipts", before)

    def mark_inbound_read(self, *, before: int) -> None:
        """Mark the replies before a time as read, for everybody who reads this account.

        :param before: Unix seconds, required for the reason given at :meth:`mark_receipts_read`.
        """
        self._mark_read("inbound", before)

    def _mark_read(self, what: str, before: int) -> None:
        # Doing it twice is doing it once, so it may be repeated.
        self._client.gateway("PUT", f"/sms/{what}-read", json={"date_before": before}, repeatable=True)

    def cancel_all(self, *, custom_string: str | None = None) -> int:
        """Cancel scheduled texts and return how many.

        :param custom_string: only those with this one (how ClickSend matches it is not documented). Without it, the
            schedule of the **whole account** is cancelled.
        :raises ClickSendConfigError: for an empty one, which ClickSend might take for none.
        """
        if custom_string == "":
            raise ClickSendConfigError(
                "custom_string is empty: name one, or leave it out to cancel the whole account's schedule.",
                field="custom_string",
            )
        return self._cancel_all(None if custom_string is None else {"custom_string": custom_string})
