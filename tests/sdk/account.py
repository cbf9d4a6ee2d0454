"""An account in the sandbox as the official SDK sees it, and what its operations need to find there."""

from __future__ import annotations

import json
import time
from typing import Any

import clicksend
import requests

from airflow_provider_clicksend.sandbox.testing import Sandbox

PHONE = "+15551234567"
TEXT = {"to": PHONE, "body": "Load?", "custom_string": "sdk"}
CALL = {**TEXT, "voice": "female", "lang": "en-us"}
PICTURE = {**TEXT, "subject": "Chart", "from": "+15550001111"}
MEDIA = "https://example.com/chart.jpg"
#: What every new sandbox holds. The SDK takes ids in paths as text only.
OPT_OUT_LIST, EXAMPLE_LIST, TEMPLATE = "3555277", "3555278", "632497"


def through_maton(sandbox: Sandbox) -> clicksend.ApiClient:
    """Return a client that goes to the sandbox's gateway with the key of Maton."""
    client = clicksend.ApiClient(clicksend.Configuration(host=f"{sandbox.url}/clicksend"))
    client.set_default_header("Authorization", f"Bearer {sandbox.api_key}")
    return client


def directly(sandbox: Sandbox) -> clicksend.ApiClient:
    """Return a client as the SDK is meant to be: at ClickSend itself, with HTTP Basic."""
    return clicksend.ApiClient(
        clicksend.Configuration(host=sandbox.url, username=sandbox.username, password=sandbox.clicksend_key)
    )


class Account:
    """The SDK's API classes over one client."""

    def __init__(self, sandbox: Sandbox, client: clicksend.ApiClient) -> None:
        self.sandbox = sandbox
        self.bearer = f"Bearer {sandbox.api_key}"
        self.sms = clicksend.SmsApi(client)
        self.mms = clicksend.MmsApi(client)
        self.voice = clicksend.VoiceMessagingApi(client)
        self.lists = clicksend.ListsApi(client)
        self.contacts = clicksend.ContactsApi(client)
        self.email = clicksend.EmailApi(client)
        self.management = clicksend.ManagementApi(client)
        self.international = clicksend.InternationalMessagingApi(client)
        self.uploads = clicksend.UploadsApi(client)

    def send(self, channel: str = "sms", **fields: Any) -> str:
        """Send without the SDK, whose own answer may be what is in question, and return the message's id."""
        message = {**CALL, **fields} if channel == "voice" else {**TEXT, **fields}
        url = f"{self.sandbox.url}/clicksend/v3/{channel}/send"
        headers = {"Authorization": self.bearer}
        answer = requests.post(url, json={"messages": [message]}, headers=headers, timeout=10)
        return str(answer.json()["data"]["messages"][0]["message_id"])

    def schedule(self, channel: str = "sms") -> str:
        """Schedule something for the next hour and return its id."""
        return self.send(channel, schedule=int(time.time()) + 3600)

    def answered(self) -> str:
        """Return the id of a text that PHONE has answered."""
        message_id = self.send()
        self.sandbox.reply(PHONE, "YES")
        return message_id

    def contact(self) -> str:
        """Create a contact in the example list and return its id."""
        fields = {"phone_number": PHONE, "first_name": "Ada", "last_name": "Lovelace", "custom_1": "on call"}
        answer = self.lists.create_new_contact(EXAMPLE_LIST, create_new_contact_request=fields)
        return str(answer.data.contact_id)

    def email_address(self) -> str:
        """Add an address and return its id."""
        fields = {"email_address": "sender@example.com"}
        answer = self.email.create_allowed_email_address(create_allowed_email_address_request=fields)
        return str(answer.data.email_address_id)

    def upload(self, body: dict[str, str]) -> dict[str, Any]:
        """Upload a file and return the answer as it came."""
        answer: dict[str, Any] = json.loads(self.uploads.upload_a_media_file_without_preload_content(body=body).read())
        return answer
