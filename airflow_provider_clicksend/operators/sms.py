"""Text messages."""

from __future__ import annotations

from airflow_provider_clicksend.operators._cancel import ClickSendCancelAllSmsOperator, ClickSendCancelSmsOperator
from airflow_provider_clicksend.operators._send_operator import ToRecipients
from airflow_provider_clicksend.operators._text_operator import TextOperator

__all__ = ["ClickSendCancelAllSmsOperator", "ClickSendCancelSmsOperator", "ClickSendSmsOperator"]


class ClickSendSmsOperator(TextOperator, ToRecipients):
    """Send text messages to the numbers, rows or contact list that an argument names."""

    template_fields = (*ToRecipients.template_fields, "template")
