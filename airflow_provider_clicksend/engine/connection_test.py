"""The test of a connection: one line a finding, each with the fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from airflow_provider_clicksend.api.errors import ClickSendError

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.api.models.base import Page
    from airflow_provider_clicksend.api.models.messages import AutomationRule

POLL_RULE_FIX = (
    "in ClickSend's dashboard add an automation rule for {what} with action POLL, or the sensors will wait in vain"
)


def check(connect: Callable[[], ClickSendClient]) -> tuple[bool, str]:
    """Look at everything that texting and waiting need.

    The key and the account decide; a missing rule for receipts or replies is a warning.

    :param connect: gives the client.
    """
    try:
        client = connect()
        account = client.account.get()
    except ClickSendError as error:
        return False, str(error)
    balance = "unknown" if account.balance is None else f"{account.balance} {account.currency or ''}".rstrip()
    findings = [
        "Key accepted.",
        _maton_connection(client),
        f"ClickSend account {account.user_id or '(no id)'}, balance {balance}.",
        _rule("delivery receipts", client.automations.receipt_rules),
        _rule("replies", client.automations.inbound_rules),
    ]
    return True, "\n".join(findings)


def _maton_connection(client: ClickSendClient) -> str:
    """Say which connection Maton uses. The account could be read, so whatever this finds is no failure."""
    wanted = client.maton_connection_id
    try:
        if wanted:
            return f"Maton connection {wanted}: {client.connections.get(wanted).status}."
        active = client.connections.list(status="ACTIVE")
    except ClickSendError as error:
        return f"Warning: Maton's connections could not be read ({error}); is `control_url` right?"
    if not active:
        return "Warning: Maton lists no ACTIVE ClickSend connection."
    oldest = min(active, key=lambda found: found.creation_time or "")
    others = f", the oldest of {len(active)}; set `maton_connection_id` to choose" if len(active) > 1 else ""
    return f"Maton connection {oldest.connection_id}: {oldest.status}{others}."


def _rule(what: str, rules: Callable[[], Page[AutomationRule]]) -> str:
    try:
        found = any(rule.polls for rule in rules().rows)
    except ClickSendError as error:
        return f"Warning: the rules for {what} could not be read ({error})."
    if found:
        return f"A POLL rule for {what} exists."
    return f"Warning: no POLL rule for {what}: {POLL_RULE_FIX.format(what=what)}."
