"""The example DAGs of the action operators: what they leave behind in the account, and what they do not touch."""

from __future__ import annotations

import time
from typing import Any

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.sandbox.testing import Sandbox
from tests.running import run_dag

pytestmark = [
    pytest.mark.usefixtures("airflow_database"),
    # All of Airflow runs in this process, and warns about itself.
    pytest.mark.filterwarnings("default", "error:::airflow_provider_clicksend"),
]


def succeeded(name: str) -> bool:
    states = run_dag(name)
    return set(states.values()) == {"success"}


def rows(sandbox: Sandbox, noun: str, *ids: int) -> list[dict[str, Any]]:
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        return [row.primitives() for row in client.iterate(getattr(client, noun).list, *ids)]


def test_contact_lists_leaves_the_account_as_it_was(sandbox: Sandbox) -> None:
    before = rows(sandbox, "lists")
    assert succeeded("contact_lists")
    assert rows(sandbox, "lists") == before
    counts = sandbox.request_counts()
    copied = [name for name in counts if "/copy/" in name]
    assert [counts[name] for name in copied] == [1], "only one of them works at night"


def test_templates_sends_the_better_words_and_takes_its_template_away(sandbox: Sandbox) -> None:
    before = rows(sandbox, "templates")
    assert succeeded("templates")
    assert [message["body"] for message in sandbox.messages()] == [
        "Hi Ada, the load of orders begins now.",
        "Hi Grace, the load of invoices begins now.",
    ]
    assert rows(sandbox, "templates") == before


def test_cancel_scheduled_takes_back_its_own_texts_and_no_other(sandbox: Sandbox) -> None:
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        client.sms.send([{"to": "+15550000001", "body": "of others", "schedule": int(time.time()) + 3600}])
    assert succeeded("cancel_scheduled")
    cancelled = {message["to"]: bool(message["cancelled"]) for message in sandbox.messages()}
    assert cancelled == {"+15550000001": False, "+15551234567": True, "+15551234568": True}


def test_read_the_api_sends_nothing(sandbox: Sandbox) -> None:
    assert succeeded("read_the_api")
    assert sandbox.messages() == []
    assert {name.split()[0] for name in sandbox.request_counts()} == {"GET", "POST"}
    assert "POST /v3/sms/send" not in sandbox.request_counts()


def test_send_pictures_waits_until_the_phone_has_it(sandbox: Sandbox) -> None:
    assert succeeded("send_pictures")
    assert [(message["channel"], message["details"]["subject"]) for message in sandbox.messages()] == [
        ("mms", "Nightly load")
    ]


def test_call_people_reads_the_key_that_was_pressed(sandbox: Sandbox) -> None:
    sandbox.decide("delivered", digits="1")
    assert succeeded("call_people")
    assert [message["channel"] for message in sandbox.messages()] == ["voice"]


def test_accounts_leaves_the_account_as_it_was(sandbox: Sandbox) -> None:
    def connections() -> list[str]:
        with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
            return [found.connection_id for found in client.connections.list()]

    before = (connections(), rows(sandbox, "email_addresses"))
    assert succeeded("accounts")
    assert (connections(), rows(sandbox, "email_addresses")) == before
