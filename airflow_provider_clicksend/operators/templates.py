"""SMS templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.operators._crud import ClickSendDeleteOperator, ClickSendRecordOperator
from airflow_provider_clicksend.version_compat import Context

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient


class ClickSendCreateSmsTemplateOperator(ClickSendRecordOperator):
    """Create a template and return it: ``{"template_id", "template_name", "body"}``.

    :param template_name: its name.
    :param body: its text; ``{name}`` is a placeholder.
    """

    template_fields: Sequence[str] = ("template_name", "body")

    def __init__(self, *, template_name: str, body: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.template_name = template_name
        self.body = body

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.templates.create(template_name=self.template_name, body=self.body).primitives()


class ClickSendUpdateSmsTemplateOperator(ClickSendRecordOperator):
    """Replace name and text of a template and return it: ``{"template_id", "template_name", "body"}``.

    :param template_id: which one.
    :param template_name: its new name.
    :param body: its new text; ``{name}`` is a placeholder.
    """

    template_fields: Sequence[str] = ("template_id", "template_name", "body")

    def __init__(self, *, template_id: int | str, template_name: str, body: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.template_id = template_id
        self.template_name = template_name
        self.body = body

    def call(self, client: ClickSendClient, context: Context) -> dict[str, Any]:
        return client.templates.update(self.template_id, template_name=self.template_name, body=self.body).primitives()


class ClickSendDeleteSmsTemplateOperator(ClickSendDeleteOperator):
    """Delete a template.

    :param template_id: which one.
    """

    ids = ("template_id",)
    template_fields: Sequence[str] = ids
    resource = "templates"

    def __init__(self, *, template_id: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.template_id = template_id
