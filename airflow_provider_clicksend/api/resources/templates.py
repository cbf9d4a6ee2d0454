"""SMS templates."""

from __future__ import annotations

from airflow_provider_clicksend.api.models.base import Page
from airflow_provider_clicksend.api.models.contacts import Template
from airflow_provider_clicksend.api.paging import MAX_LIMIT
from airflow_provider_clicksend.api.paths import path_id
from airflow_provider_clicksend.api.resources.base import Resource


class TemplatesResource(Resource):
    """``/sms/templates``."""

    def list(
        self, *, page: int = 1, limit: int = MAX_LIMIT, q: str | None = None, order_by: str | None = None
    ) -> Page[Template]:
        """Read the templates.

        :param q: ``"template_name:Welcome"``; fields are template_id, template_name and body.
        """
        return self._page(Template, "/sms/templates", page=page, limit=limit, q=q, order_by=order_by)

    def create(self, *, template_name: str, body: str) -> Template:
        """Create a template. ``{name}`` in the body is a placeholder."""
        return self._write("POST", "/sms/templates", template_name, body)

    def update(self, template_id: int | str, *, template_name: str, body: str) -> Template:
        """Replace a template; ClickSend wants both fields."""
        return self._write("PUT", f"/sms/templates/{path_id(template_id)}", template_name, body)

    def delete(self, template_id: int | str) -> None:
        """Delete a template."""
        self._client.gateway("DELETE", f"/sms/templates/{path_id(template_id)}")

    def _write(self, method: str, path: str, template_name: str, body: str) -> Template:
        fields = {"template_name": template_name, "body": body}
        return Template.read(self._client.gateway(method, path, json=fields))
