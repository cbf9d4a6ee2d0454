"""Text messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_count, as_text, check_choice
from airflow_provider_clicksend.operators._cancel import ClickSendCancelAllSmsOperator, ClickSendCancelSmsOperator
from airflow_provider_clicksend.operators._send_operator import ClickSendScheduledSendOperator

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

__all__ = ["ClickSendCancelAllSmsOperator", "ClickSendCancelSmsOperator", "ClickSendSmsOperator"]


class ClickSendSmsOperator(ClickSendScheduledSendOperator):
    """Send text messages.

    :param template: the name of an SMS template of the account, instead of `body`; each row fills its
        ``{placeholders}``.
    :param max_parts: how many parts a text may need (160 GSM or 70 other characters are one, 153 or 67 each of more).
    :param on_too_long: ``"fail"`` or ``"cut"`` (at a word, ended with ``...``) when a text needs more.
    """

    channel = "sms"
    template_fields = (*ClickSendScheduledSendOperator.template_fields, "template")
    row_fields = ClickSendScheduledSendOperator.row_fields | {"from_email"}

    def __init__(
        self, *, template: str | None = None, max_parts: int | None = None, on_too_long: str = "fail", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_choice("on_too_long", on_too_long, ("fail", "cut"))
        self.template = template
        self.max_parts = None if max_parts is None else as_count("max_parts", max_parts)
        self.on_too_long = on_too_long

    def batch_options(self, client: ClickSendClient) -> dict[str, Any]:
        """Add the template's text and the limit of parts."""
        if self.template is not None and self.body is not None:
            raise ClickSendConfigError("Only one of `body` and `template` may be given.", field="template")
        template = None if self.template is None else as_text("template", self.template)
        return {
            "template": None if template is None else _template_body(client, template),
            "max_parts": self.max_parts,
            "cut": self.on_too_long == "cut",
        }


def _template_body(client: ClickSendClient, name: str) -> str:
    found = [row for row in client.iterate(client.templates.list) if row.template_name == name]
    if len(found) != 1 or not found[0].body:
        raise ClickSendConfigError(
            f"The account has {len(found)} SMS templates named {name!r}; exactly one with a text is needed.",
            field="template",
        )
    return found[0].body
