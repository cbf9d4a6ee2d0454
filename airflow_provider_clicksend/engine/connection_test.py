"""The test of a connection: one line a finding, each with the fix."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING

from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.engine.poll_rules import TEXT_RULES, PollRule

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

POLL_RULE_FIX = (
    "in ClickSend's dashboard add an automation rule for {what} with action POLL, or the sensors will wait in vain"
)


def check(connect: Callable[[], ClickSendClient]) -> tuple[bool, str]:
    """Look at everything that texting and waiting need, and raise nothing.

    The key and the account decide; a missing rule for receipts or replies is a warning.

    :param connect: gives the client.
    """
    try:
        return _findings(connect())
    except ClickSendError as error:
        return False, str(error)
    except Exception as error:  # noqa: BLE001 - who tests a connection must read why it fails, whatever it is
        return False, _unexpected(error)


def _unexpected(error: Exception) -> str:
    """Describe what is not ours: Airflow's words are for its users, any other's may quote a secret."""
    if type(error).__module__.partition(".")[0] == "airflow":
        return f"{type(error).__name__}: {error}"
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"The test failed with {type(error).__name__} in {PurePath(where.filename).name}, line {where.lineno}."


def _findings(client: ClickSendClient) -> tuple[bool, str]:
    account = client.account.get()
    balance = "unknown" if account.balance is None else f"{account.balance} {account.currency or ''}".rstrip()
    findings = [
        "Key accepted.",
        _way(client),
        f"ClickSend account {account.user_id or '(no id)'}, balance {balance}.",
        *(rule_finding(rule, client) for rule in TEXT_RULES),
    ]
    return True, "\n".join(findings)


def _way(client: ClickSendClient) -> str:
    return "Directly to ClickSend, without Maton." if client.is_direct else _maton_connection(client)


def _maton_connection(client: ClickSendClient) -> str:
    """Say which connection Maton uses. The account could be read, so whatever this finds is not a failure."""
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


def rule_finding(rule: PollRule, client: ClickSendClient) -> str:
    """Say whether a rule is there."""
    try:
        found = rule.exists(client)
    except ClickSendError as error:
        return f"Warning: the rules for {rule.what} could not be read ({error})."
    if found:
        return f"A POLL rule for {rule.what} exists."
    return f"Warning: no POLL rule for {rule.what}: {POLL_RULE_FIX.format(what=rule.what)}."
