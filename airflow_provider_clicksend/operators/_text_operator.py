"""What the operators that send texts share, wherever the recipients come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.arguments import as_count, as_text, check_choice
from airflow_provider_clicksend.operators._send_operator import CancelOnKill, SendOperator

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


class TextOperator(CancelOnKill):
    """Send text messages.

    :param template: the name of an SMS template of the account, instead of `body`; each row fills its
        ``{placeholders}``.
    :param max_parts: how many parts a text may need (160 GSM or 70 other characters are one, 153 or 67 each of more).
    :param on_too_long: ``"fail"`` or ``"cut"`` (at a word, ended with ``...``) when a text needs more.
    """

    channel = "sms"
    template_fields: Sequence[str] = (*SendOperator.template_fields, "template")
    row_fields: ClassVar[frozenset[str]] = SendOperator.row_fields | {"from_email"}

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
        return {
            "template": self.template_body(client),
            "max_parts": self.max_parts,
            "cut": self.on_too_long == "cut",
        }

    def template_body(self, client: ClickSendClient) -> str | None:
        """Return the text of the template, None without one."""
        if self.template is None:
            return None
        name = as_text("template", self.template)
        found = [row for row in client.iterate(client.templates.list) if row.template_name == name]
        if len(found) != 1 or not found[0].body:
            raise ClickSendConfigError(
                f"The account has {len(found)} SMS templates named {name!r}; exactly one with a text is needed.",
                field="template",
            )
        return found[0].body
