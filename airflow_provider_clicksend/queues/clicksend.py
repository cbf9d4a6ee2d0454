"""``MessageQueueTrigger(scheme="clicksend", ...)``; it needs ``apache-airflow-providers-common-messaging``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.common.messaging.providers.base_provider import BaseMessageQueueProvider

if TYPE_CHECKING:
    from airflow_provider_clicksend.version_compat import BaseEventTrigger


class ClickSendMessageQueueProvider(BaseMessageQueueProvider):
    """Inbound texts as a message queue. The arguments are those of `ClickSendInboundTrigger`."""

    scheme = "clicksend"

    def trigger_class(self) -> type[BaseEventTrigger]:
        """Return the trigger that watches for texts."""
        from airflow_provider_clicksend.triggers.inbound import ClickSendInboundTrigger

        return ClickSendInboundTrigger
