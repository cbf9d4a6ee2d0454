"""A notifier with fallbacks for deadlines, whose arguments Airflow keeps as JSON."""

from __future__ import annotations

from typing import Any

from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier, ClickSendVoiceNotifier


class CallWhenTextsFail(ClickSendSmsNotifier):
    """Text, text again, then call."""

    def __init__(self, *, to: str, **kwargs: Any) -> None:
        super().__init__(to=to, fallback=[ClickSendSmsNotifier(to=to), ClickSendVoiceNotifier(to=to)], **kwargs)
