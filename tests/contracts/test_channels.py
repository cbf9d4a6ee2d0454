"""What a channel can do stands in one table: the client's resources say the same, and nobody compares names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import airflow_provider_clicksend
from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.channels import CHANNELS, Channel, channel_named
from airflow_provider_clicksend.api.errors import ClickSendConfigError

ROOT = Path(airflow_provider_clicksend.__file__).parent
NAME = "|".join(CHANNELS)
COMPARED = re.compile(
    r"(?<!for )\bchannel\s*(==|!=|\bin\b|\bnot in\b)\s*[(\"'{\[]"
    rf"|[\"']({NAME})[\"']\s*(==|!=)"
    r"|getattr\([^,]+,\s*[\w.]*channel\b"
)


def test_nobody_else_compares_the_name_of_a_channel() -> None:
    files = [path for path in ROOT.rglob("*.py") if "sandbox" not in path.parts]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        for line in path.read_text().splitlines()
        if COMPARED.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("channel", CHANNELS.values(), ids=list(CHANNELS))
def test_a_resource_has_the_calls_that_its_channel_promises(channel: Channel) -> None:
    resource = channel.resource(ClickSendClient("key"))
    assert hasattr(resource, "receipt") is channel.has_receipt_by_id
    assert hasattr(resource, "cancel") is channel.can_be_cancelled
    assert hasattr(resource, "reply") is channel.has_replies
    assert hasattr(resource, "upload") is channel.has_media
    assert (channel.receipt_rules(ClickSendClient("key")) is not None) is channel.has_known_rules
    assert resource.path == f"/{channel.name}"


def test_a_channel_that_is_none_is_named() -> None:
    with pytest.raises(ClickSendConfigError, match="channel is 'fax'; it must be one of sms, mms, voice") as raised:
        channel_named("fax")
    assert raised.value.field == "channel"
