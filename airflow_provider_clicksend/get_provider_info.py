"""What Airflow learns of this provider, without importing anything else of Airflow."""

from __future__ import annotations

from typing import Any

from airflow_provider_clicksend.connection import (
    CONN_TYPE,
    EXTRA_FIELDS,
    HIDDEN_FIELDS,
    PLACEHOLDERS,
    RELABELED_FIELDS,
    ExtraField,
)

_PACKAGE = "airflow_provider_clicksend"


def get_provider_info() -> dict[str, Any]:
    """Return the provider's metadata, as ``airflow/provider_info.schema.json`` describes it."""
    return {
        # The canonical name of the distribution; with underscores Airflow's discovery fails.
        "package-name": "airflow-provider-clicksend",
        "name": "ClickSend",
        "description": "Text, call and ask people through ClickSend behind Maton's gateway.",
        "integrations": [
            {
                "integration-name": "ClickSend",
                "external-doc-url": "https://developers.clicksend.com/",
                "tags": ["service"],
            }
        ],
        "hooks": [{"integration-name": "ClickSend", "python-modules": [f"{_PACKAGE}.hooks.clicksend"]}],
        "operators": [
            {
                "integration-name": "ClickSend",
                "python-modules": [
                    f"{_PACKAGE}.operators.{module}"
                    for module in (
                        "sms",
                        "mms",
                        "voice",
                        "templates",
                        "lists",
                        "contacts",
                        "email_addresses",
                        "connections",
                        "api",
                        "ask",
                        "approval",
                        "alerts",
                        "sql",
                    )
                ],
            }
        ],
        "sensors": [{"integration-name": "ClickSend", "python-modules": [f"{_PACKAGE}.sensors.clicksend"]}],
        "triggers": [
            {
                "integration-name": "ClickSend",
                "python-modules": [
                    f"{_PACKAGE}.triggers.{name}" for name in ("approval", "ask", "clicksend", "inbound")
                ],
            }
        ],
        # Airflow leaves it out where common messaging is not installed.
        "queues": [f"{_PACKAGE}.queues.clicksend.ClickSendMessageQueueProvider"],
        "connection-types": [_connection_type()],
        "notifications": [
            f"{_PACKAGE}.notifications.clicksend.ClickSendSmsNotifier",
            f"{_PACKAGE}.notifications.clicksend.ClickSendVoiceNotifier",
        ],
        "task-decorators": [
            {"name": "clicksend_sms", "class-name": f"{_PACKAGE}.decorators.sms.clicksend_sms_task"},
        ],
        "extra-links": [f"{_PACKAGE}.links.clicksend.ClickSendLink"],
        "cli": [f"{_PACKAGE}.cli.get_clicksend_cli_commands"],
    }


def _connection_type() -> dict[str, Any]:
    """Return the connection's form, as Airflow 3.2 and newer read it."""
    return {
        "connection-type": CONN_TYPE,
        "hook-class-name": f"{_PACKAGE}.hooks.clicksend.ClickSendHook",
        "hook-name": "ClickSend (via Maton)",
        "ui-field-behaviour": {
            "hidden-fields": list(HIDDEN_FIELDS),
            "relabeling": RELABELED_FIELDS,
            "placeholders": PLACEHOLDERS,
        },
        "conn-fields": {
            field.name: {
                "label": field.label,
                "description": field.description,
                "schema": _schema(field),
            }
            for field in EXTRA_FIELDS
        },
    }


def _schema(field: ExtraField) -> dict[str, Any]:
    """Return the JSON schema of a field. A type without null would make it a required one."""
    schema: dict[str, Any] = {"type": [field.kind, "null"], "section": field.section}
    if field.choices:
        schema["enum"] = list(field.choices)  # the form offers to clear it; a null among them would be shown as one
    return schema
