"""Calls that speak a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.contacts import Language
from airflow_provider_clicksend.api.models.messages import SendResult
from airflow_provider_clicksend.api.models.outgoing import VoiceMessage, VoiceSend
from airflow_provider_clicksend.api.resources.base import ScheduledResource


class VoiceResource(ScheduledResource):
    """``/voice``. It needs voice access on the account, otherwise ClickSend answers 403."""

    path = "/voice"
    send_model = VoiceSend
    message_model = VoiceMessage

    def send(self, messages: Sequence[VoiceMessage | Mapping[str, Any]]) -> SendResult:
        """Call up to 1,000 numbers. Read the status of each: a 200 may hold nothing but refusals.

        The request is never repeated once it may have arrived.
        """
        return self._post_messages("send", messages)

    def languages(self) -> list[Language]:
        """Read the languages and the voices that each has."""
        return Page.read(Language, self._client.gateway("GET", "/voice/lang")).rows

    def cancel_all(self) -> int:
        """Cancel the scheduled calls of the **whole account** and return how many."""
        return self._cancel_all()
