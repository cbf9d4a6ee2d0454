"""Sensors that wait for the handset and for the answer, on a worker or (``deferrable=True``) without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.arguments import check_choice
from airflow_provider_clicksend.messaging import delivery
from airflow_provider_clicksend.sensors._base import WaitSensor

if TYPE_CHECKING:
    from airflow_provider_clicksend.engine.delivery_look import DeliveryLook
    from airflow_provider_clicksend.engine.look import Look
    from airflow_provider_clicksend.engine.reply_look import RepliesSeen, ReplyLook
    from airflow_provider_clicksend.messaging.replies import ReplyWait
    from airflow_provider_clicksend.triggers.clicksend import ClickSendDeliveryTrigger, ClickSendReplyTrigger


class ClickSendDeliverySensor(WaitSensor):
    """Wait until messages have reached the handset.

    Returns ``{"delivered": n, "failed": n, "pending": n, "unknown": n, "messages": [...]}`` with one entry
    ``{"message_id", "outcome", "status_code", "status_text"}`` a message; of a batch handle, only for failed ones.

    Receipts exist only when the account has an automation rule for them with action POLL; nothing is marked as read.
    Errors of the network and of a busy or broken server are waited out, until `timeout`; the error then says which of
    the known causes fits.

    :param message_ids: a message id, a list of them, or the batch handle of a large send:
        ``send.output["message_ids"]``. (templated)
    :param channel: ``"sms"``, ``"mms"`` or ``"voice"``.
    :param min_delivered: how many must be delivered: None for all, an int for a count, a float for a ratio. The
        sensor is done as soon as that is reached.
    :param on_undelivered: ``"fail"`` fails the task, without retry, as soon as `min_delivered` cannot be reached any
        more, with :class:`~airflow_provider_clicksend.exceptions.ClickSendDeliveryFailedError` as the cause;
        ``"warn"`` waits for what is left, logs a warning and succeeds.
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param deferrable: whether to wait in the triggerer, without a worker; `mode` does not matter then.
    :raises ClickSendConfigError: when the DAG is parsed, for a wrong `channel`, `min_delivered` or `on_undelivered`.
    """

    def __init__(
        self,
        *,
        message_ids: Any,
        channel: str = "sms",
        min_delivered: float | None = None,
        on_undelivered: str = "fail",
        **kwargs: Any,
    ) -> None:
        from airflow_provider_clicksend.api.channels import CHANNELS

        super().__init__(message_ids=message_ids, **kwargs)
        check_choice("channel", channel, tuple(CHANNELS))
        check_choice("on_undelivered", on_undelivered, delivery.POLICIES)
        delivery.check_min_delivered(min_delivered)
        self.channel = channel
        self.min_delivered = min_delivered
        self.on_undelivered = on_undelivered
        self._delivery_look: DeliveryLook | None = None

    def _new_wait(self) -> delivery.DeliveryWait:
        from airflow_provider_clicksend.messaging.awaited import Awaited

        awaited = Awaited.read(self.message_ids)
        return delivery.DeliveryWait(awaited, min_delivered=self.min_delivered, on_undelivered=self.on_undelivered)

    def _look(self, *, last: bool) -> Look[Any]:
        from airflow_provider_clicksend.engine.delivery_look import DeliveryLook

        if self._delivery_look is None:
            self._delivery_look = DeliveryLook(self.hook.get_conn(), channel=self.channel)
        return self._delivery_look([self._wait.wanted()], last=last)

    def _trigger(self, deadline: float) -> ClickSendDeliveryTrigger:
        from airflow_provider_clicksend.triggers.clicksend import ClickSendDeliveryTrigger

        return ClickSendDeliveryTrigger(
            message_ids=self._wait.awaited.as_json(),
            deadline=deadline,
            poll_interval=self.poke_interval,
            clicksend_conn_id=self.clicksend_conn_id,
            since=self._wait.awaited.since,
            channel=self.channel,
            min_delivered=self.min_delivered,
            on_undelivered=self.on_undelivered,
        )

    def _progress(self) -> str:
        return str(self._wait.progress())

    def _conclude(self, result: dict[str, Any]) -> dict[str, Any]:
        self.log.info("Delivered %(delivered)d, failed %(failed)d, pending %(pending)d, unknown %(unknown)d.", result)
        failure = delivery.failure(result, self.min_delivered)
        if failure is None:
            return result
        if self.on_undelivered == "fail":
            raise failure
        self.log.warning("%s", failure)
        return result

    def _why(self) -> str:
        from airflow_provider_clicksend.api.channels import channel_named
        from airflow_provider_clicksend.engine import look as polls
        from airflow_provider_clicksend.messaging import timeouts

        client = self.hook.get_conn()
        rules = channel_named(self.channel).receipt_rules(client)
        rule = polls.any_poll_rule(client, rules) if rules else None
        return timeouts.no_delivery(self._wait, channel=self.channel, has_rule=rule)


class ClickSendReplySensor(WaitSensor):
    """Wait for the first reply to a text that fits.

    Returns the reply: ``{"message_id", "original_message_id", "from", "to", "body", "timestamp", "custom_string"}``,
    with `timestamp` in Unix seconds.

    Replies can be read only when the account has an automation rule for them with action POLL; nothing is marked as
    read. A reply counts for the question that this person was asked, by person and time; while several questions are
    open, for the one whose code it holds, and else for none. Errors of the network and of a busy or broken server are
    waited out, until `timeout`; the error then says which of the known causes fits.

    :param message_ids: of the texts that were sent: a message id, a list of them, or the batch handle of a large send:
        ``send.output["message_ids"]``. (templated)
    :param from_numbers: whose reply counts, a list of E.164 numbers; None for anybody's. (templated)
    :param pattern: a regular expression that the body must hold somewhere (``re.search``, so ``"(?i)^yes"`` ignores
        case and ``"yes"`` does not); None for any body. (templated)
    :param clicksend_conn_id: the Airflow connection, of type ``clicksend``.
    :param deferrable: whether to wait in the triggerer, without a worker; `mode` does not matter then.
    :raises ClickSendConfigError: when the DAG is parsed, for a `pattern` that is not a regular expression.
    :raises ClickSendOptedOutError: everybody who was asked answered STOP or the like.
    """

    template_fields: Sequence[str] = ("message_ids", "from_numbers", "pattern")
    native_fields = frozenset({"message_ids", "from_numbers"})

    def __init__(
        self,
        *,
        message_ids: Any,
        from_numbers: Sequence[str] | None = None,
        pattern: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(message_ids=message_ids, **kwargs)
        if isinstance(pattern, str) and "{{" not in pattern and "{%" not in pattern:
            from airflow_provider_clicksend.messaging.replies import check_pattern

            check_pattern(pattern)
        self.from_numbers = from_numbers
        self.pattern = pattern
        self._reply_look: ReplyLook | None = None

    def _new_wait(self) -> ReplyWait:
        from airflow_provider_clicksend.messaging.awaited import Awaited
        from airflow_provider_clicksend.messaging.replies import ReplyWait

        return ReplyWait(Awaited.read(self.message_ids), from_numbers=self.from_numbers, pattern=self.pattern)

    def _look(self, *, last: bool) -> RepliesSeen:
        from airflow_provider_clicksend.engine.reply_look import ReplyLook

        if self._reply_look is None:
            self._reply_look = ReplyLook(self.hook.get_conn())
        return self._reply_look.look([self._wait.wanted()], last=last)

    def _conclude(self, result: dict[str, Any]) -> dict[str, Any]:
        if result.get("outcome") != "opted_out":
            return result
        from airflow_provider_clicksend.api.errors import ClickSendOptedOutError
        from airflow_provider_clicksend.messaging.numbers import mask_number

        masked = [mask_number(number) for number in result["from"]]
        raise ClickSendOptedOutError(
            f"Everybody who was asked has opted out: {', '.join(masked)}. Do not text them again until they opt in.",
            numbers=masked,
        )

    def _trigger(self, deadline: float) -> ClickSendReplyTrigger:
        from airflow_provider_clicksend.triggers.clicksend import ClickSendReplyTrigger

        return ClickSendReplyTrigger(
            message_ids=self._wait.awaited.as_json(),
            deadline=deadline,
            poll_interval=self.poke_interval,
            clicksend_conn_id=self.clicksend_conn_id,
            from_numbers=self._wait.from_numbers,
            pattern=self.pattern,
        )

    def _why(self) -> str:
        from airflow_provider_clicksend.engine import look as polls
        from airflow_provider_clicksend.messaging import timeouts

        client = self.hook.get_conn()
        ids = self._wait.awaited.ids[: polls.LAST_FEW]
        look = polls.sent(client, ids)
        unknown = 0 if look.error else len(ids) - len(look.seen)
        rule = polls.any_poll_rule(client, client.automations.inbound_rules)
        return timeouts.no_reply(self._wait, sent=look.seen, unknown=unknown, has_rule=rule)
