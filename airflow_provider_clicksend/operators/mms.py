"""Picture messages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.operators._send_operator import ToRecipients

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


class ClickSendMmsOperator(ToRecipients):
    """Send picture messages, one request for each distinct picture.

    :param media_file: URL of the picture, or a ``Path`` on the worker: that is uploaded first (at most 250 kB). An
        upload lives for ten minutes, so it cannot be scheduled. Rows may hold another URL as ``media_file``.
    :param subject: at most 20 characters, required by ClickSend.
    """

    channel = "mms"
    template_fields = (*ToRecipients.template_fields, "media_file", "subject")
    row_fields = ToRecipients.row_fields | {"media_file", "subject"}

    def __init__(self, *, media_file: str | Path | None = None, subject: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.media_file = media_file
        self.subject = subject

    def common_fields(self) -> dict[str, Any]:
        """Add the subject and the picture."""
        return {**super().common_fields(), "subject": self.subject, "media_file": self.media_file}

    def batch_options(self, client: ClickSendClient) -> dict[str, Any]:
        """Check what only picture messages have."""
        if isinstance(self.media_file, Path) and (self.schedule is not None or self.quiet_hours):
            raise ClickSendConfigError(
                "An uploaded media_file lives for ten minutes and cannot be scheduled, as a schedule or quiet_hours "
                "would: give a URL.",
                field="media_file",
            )
        return {"required": ("subject", "media_file")}
