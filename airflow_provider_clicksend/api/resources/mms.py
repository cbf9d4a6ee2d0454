"""Picture messages."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.api.models.messages import SendResult, Upload
from airflow_provider_clicksend.api.models.outgoing import MmsMessage, MmsSend
from airflow_provider_clicksend.api.resources.base import ChannelResource

#: Bytes of an attachment (ClickSend's documents; some phones take 30 kB only).
MAX_MEDIA_BYTES = 250_000


class MmsResource(ChannelResource):
    """``/mms``."""

    path = "/mms"
    send_model = MmsSend
    message_model = MmsMessage

    def send(self, messages: Sequence[MmsMessage | Mapping[str, Any]], *, media_file: str) -> SendResult:
        """Send one picture to up to 1,000 numbers. Read the status of each: a 200 may hold nothing but refusals.

        The request is never repeated once it may have arrived.

        :param media_file: URL of the picture; it stands beside the messages, one for the request.
        """
        return self._post_messages("send", messages, media_file=media_file)

    def price(self, messages: Sequence[MmsMessage | Mapping[str, Any]], *, media_file: str) -> SendResult:
        """Ask what a send would cost. The answer looks like that of a send, and sends nothing."""
        return self._post_messages("price", messages, media_file=media_file)

    def upload(self, path: Path | str) -> str:
        """Upload a picture and return its URL, which works for 10 minutes only: do not schedule with it.

        :param path: a local file.
        :raises ClickSendConfigError: when the file is missing, empty or larger than 250 kB.
        """
        try:
            content = Path(path).read_bytes()
        except OSError as exc:
            raise ClickSendConfigError(f"media_file {path}: {exc.strerror}.", field="media_file") from None
        if not 0 < len(content) <= MAX_MEDIA_BYTES:
            raise ClickSendConfigError(
                f"media_file {path} has {len(content):,} bytes; an MMS takes 1 to {MAX_MEDIA_BYTES:,}.",
                field="media_file",
            )
        body = {"content": base64.b64encode(content).decode()}
        return Upload.read(self._client.gateway("POST", "/uploads", params={"convert": "mms"}, json=body)).url
