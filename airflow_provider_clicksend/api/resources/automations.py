"""Automation rules: whether receipts and replies can be read at all."""

from __future__ import annotations

from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.messages import AutomationRule
from airflow_provider_clicksend.api.paging import MAX_LIMIT
from airflow_provider_clicksend.api.resources.base import Resource


class AutomationsResource(Resource):
    """``/automations/sms``."""

    def receipt_rules(self, *, page: int = 1, limit: int = MAX_LIMIT) -> Page[AutomationRule]:
        """Read the rules for delivery receipts; one with action POLL is needed to wait for them."""
        return self._page(AutomationRule, "/automations/sms/receipts", page=page, limit=limit)

    def inbound_rules(self, *, page: int = 1, limit: int = MAX_LIMIT) -> Page[AutomationRule]:
        """Read the rules for replies; one with action POLL is needed to wait for them."""
        return self._page(AutomationRule, "/automations/sms/inbound", page=page, limit=limit)
