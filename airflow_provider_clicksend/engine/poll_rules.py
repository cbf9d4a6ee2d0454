"""The automation rules that let receipts and replies be read: whether they are there, and how they are made.

Reading the rules for texts is in the document that this package implements. Those for calls, and making one, are in
ClickSend's official SDK only, and were never tried on a live account: nothing depends on them but ``doctor``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.messages import AutomationRule
from airflow_provider_clicksend.api.paging import MAX_LIMIT

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

_POLL = {"action": "POLL", "action_address": "", "enabled": 1}


@dataclass(frozen=True, slots=True)
class PollRule:
    """A rule with action POLL.

    :param what: what it lets be read. :param path: of the rules of this kind. :param fields: of a new one.
    """

    what: str
    path: str
    fields: Mapping[str, Any]

    def exists(self, client: ClickSendClient) -> bool:
        """Tell whether the account has one that is enabled."""
        data = client.gateway("GET", self.path, params={"page": 1, "limit": MAX_LIMIT})
        return any(rule.polls for rule in Page.read(AutomationRule, data).rows)

    @property
    def request(self) -> dict[str, Any]:
        """What asks for a new one."""
        return {"rule_name": f"Airflow: {self.what}", **self.fields, **_POLL}

    def create(self, client: ClickSendClient) -> None:
        """Make one. It is asked for once, since two of them show each reply twice."""
        client.gateway("POST", self.path, json=self.request)


_EVERY_RECEIPT = MappingProxyType({"match_type": 0})
_EVERY_TEXT = MappingProxyType({"dedicated_number": "*", "message_search_type": 0, "message_search_term": ""})

#: What texting and waiting need.
TEXT_RULES = (
    PollRule("delivery receipts", "/automations/sms/receipts", _EVERY_RECEIPT),
    PollRule("replies", "/automations/sms/inbound", _EVERY_TEXT),
)
CALL_RECEIPTS = PollRule("receipts of calls", "/automations/voice/receipts", _EVERY_RECEIPT)
ALL_RULES = (*TEXT_RULES, CALL_RECEIPTS)
