"""Calls that speak a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_flag
from airflow_provider_clicksend.operators._cancel import ClickSendCancelVoiceOperator
from airflow_provider_clicksend.operators._send_operator import CancelOnKill, ToRecipients

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

__all__ = ["ClickSendCancelVoiceOperator", "ClickSendVoiceOperator"]


class ClickSendVoiceOperator(CancelOnKill, ToRecipients):
    """Call people and speak a text. The keys they press are in the receipts (``voice.receipts``).

    :param voice: ``"female"`` or ``"male"``.
    :param lang: for example ``"en-us"``, see ``ClickSendApiOperator(call="voice.languages")``.
    :param require_input: wait for a key press.
    :param machine_detection: do not talk to answering machines.
    :param validate_language: ask ClickSend first whether it speaks `lang` with that `voice`.
    """

    channel = "voice"
    template_fields = (*ToRecipients.template_fields, "voice", "lang")
    row_fields = ToRecipients.row_fields | {"voice", "lang", "require_input", "machine_detection"}

    def __init__(
        self,
        *,
        voice: str = "female",
        lang: str = "en-us",
        require_input: bool = False,
        machine_detection: bool = False,
        validate_language: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.voice = voice
        self.lang = lang
        self.require_input = as_flag("require_input", require_input)
        self.machine_detection = as_flag("machine_detection", machine_detection)
        self.validate_language = as_flag("validate_language", validate_language)

    def common_fields(self) -> dict[str, Any]:
        """Add what a call needs."""
        return {
            **super().common_fields(),
            "voice": self.voice,
            "lang": self.lang,
            "require_input": int(self.require_input),
            "machine_detection": int(self.machine_detection),
        }

    def batch_options(self, client: ClickSendClient) -> dict[str, Any]:
        """Check the language, if asked to."""
        if self.validate_language:
            voices = {language.code: language.gender for language in client.voice.languages()}
            if self.lang not in voices:
                raise ClickSendConfigError(f"ClickSend does not speak {self.lang!r}.", field="lang")
            if self.voice not in voices[self.lang]:
                raise ClickSendConfigError(f"{self.lang} has no {self.voice} voice.", field="voice")
        return {}
