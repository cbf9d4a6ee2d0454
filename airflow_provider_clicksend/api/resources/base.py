"""What all resources share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.base import Page, Row, count
from airflow_provider_clicksend.api.models.messages import HistoryRow, Receipt, SendResult
from airflow_provider_clicksend.api.models.outgoing import MmsSend, OutgoingMessage, SmsSend, VoiceSend
from airflow_provider_clicksend.api.paging import MAX_LIMIT, query
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.values import CheckedMessages

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.client import ClickSendClient

#: Messages, and recipients, of one request (ClickSend's documents).
MAX_MESSAGES = 1000


class Resource:
    """A noun of the API."""

    def __init__(self, client: ClickSendClient) -> None:
        self._client = client

    def _page(self, model: type[Row], path: str, *, page: int, limit: int, **params: Any) -> Page[Row]:
        return Page.read(model, self._client.gateway("GET", path, params=query(page, limit, **params)))


class ChannelResource(Resource):
    """A way to reach people: SMS, MMS and voice answer alike.

    Subclasses name their path and the models of their send and of a message in it.
    """

    path: ClassVar[str]
    send_model: ClassVar[type[SmsSend | MmsSend | VoiceSend]]
    message_model: ClassVar[type[OutgoingMessage]]

    def history(
        self,
        *,
        page: int = 1,
        limit: int = MAX_LIMIT,
        date_from: int | None = None,
        date_to: int | None = None,
        q: str | None = None,
        order_by: str | None = None,
        operator: str | None = None,
    ) -> Page[HistoryRow]:
        """Read what was sent, oldest first unless `order_by` says otherwise. It lags behind the sends.

        :param date_from: Unix seconds; whether the bounds are inclusive is not documented.
        :param date_to: Unix seconds.
        :param q: ``"field:value"``; fields are status, to, from, subaccount_id and message_id.
        :param order_by: ``"date:desc"`` and the like.
        :param operator: ``"AND"`` or ``"OR"`` between several ``q`` terms.
        """
        return self._page(
            HistoryRow,
            f"{self.path}/history",
            page=page,
            limit=limit,
            date_from=date_from,
            date_to=date_to,
            q=q,
            order_by=order_by,
            operator=operator,
        )

    def receipts(self, *, page: int = 1, limit: int = MAX_LIMIT) -> Page[Receipt]:
        """Read the unread delivery receipts. Without an automation rule with action POLL there are none, ever."""
        return self._page(Receipt, f"{self.path}/receipts", page=page, limit=limit)

    def _post_messages(self, verb: str, messages: Sequence[Any], **extra: Any) -> SendResult:
        if not 1 <= len(messages) <= MAX_MESSAGES:
            raise ClickSendConfigError(
                f"{len(messages)} messages: one request can hold 1 to {MAX_MESSAGES}.", field="messages"
            )
        checked = isinstance(messages, CheckedMessages)
        request = self.send_model.build({"messages": [] if checked else messages, **extra})
        if checked:
            request.messages = [{**message} for message in messages]
        source, sender = self._client.source, self._client.sender
        for message in request.messages:
            message["source"] = message.get("source") or source
            if sender and not message.get("from"):
                message["from"] = sender
        body = {name: value for name, value in request if value is not None}
        answer = self._client.gateway("POST", f"{self.path}/{verb}", json=body, messages=len(messages))
        return SendResult.read(answer)


class ScheduledResource(ChannelResource):
    """A channel whose messages have receipts by id and can be cancelled while they are scheduled: SMS and voice."""

    def price(self, messages: Sequence[OutgoingMessage | Mapping[str, Any]]) -> SendResult:
        """Ask what a send would cost. The answer looks like that of a send, and sends nothing."""
        return self._post_messages("price", messages)

    def receipt(self, message_id: str) -> Receipt:
        """Read the receipt of one message, read or unread.

        :raises ClickSendNotFoundError: there is none yet (or never will be).
        """
        return Receipt.read(self._client.gateway("GET", f"{self.path}/receipts/{path_id(message_id)}"))

    def cancel(self, message_id: str) -> None:
        """Cancel a scheduled message.

        :raises ClickSendNotFoundError: it was sent, cancelled before, or never was: ClickSend answers all three alike.
        """
        self._client.gateway("PUT", f"{self.path}/{path_id(message_id)}/cancel")

    def _cancel_all(self, body: Mapping[str, Any] | None = None) -> int:
        return number_in(self._client.gateway("PUT", f"{self.path}/cancel-all", json=body), "count")


def number_in(answer: object, name: str) -> int:
    """Return a number from an answer; where there is nothing to count, ClickSend may answer ``[]`` or null."""
    return count(answer.get(name), 0) if isinstance(answer, Mapping) else 0
