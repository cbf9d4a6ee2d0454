"""ClickSend behind Maton's gateway, for any Python program: nothing in here knows Airflow.

``from airflow_provider_clicksend.api import ClickSendClient``. The client is imported on first use, so that
importing the errors alone costs neither an HTTP library nor the models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_clicksend.api.client import ClickSendClient

__all__ = ["ClickSendClient"]


def __getattr__(name: str) -> object:
    if name == "ClickSendClient":
        from airflow_provider_clicksend.api.client import ClickSendClient

        return ClickSendClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
