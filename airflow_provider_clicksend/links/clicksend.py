"""Where the messages of a task can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.version_compat import BaseOperatorLink, link_of

if TYPE_CHECKING:
    from airflow_provider_clicksend.version_compat import BaseOperator, Context

#: ClickSend's own page, where a person logs in.
DASHBOARD = "https://dashboard.clicksend.com/"
#: Under which name the task pushes the address.
LINK_KEY = "clicksend_link"


class ClickSendLink(BaseOperatorLink):
    """Open ClickSend's dashboard, or the page of the sandbox where the task's connection leads there."""

    name = "ClickSend"
    xcom_key = LINK_KEY

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:  # noqa: ARG002 # Airflow's interface
        """Return the address that the task pushed; an empty text while there is none."""
        return link_of(ti_key, LINK_KEY)


def push_link(context: Context, base_url: str) -> None:
    """Let the task's page lead to where its messages can be seen.

    :param base_url: that of the client.
    """
    context["ti"].xcom_push(key=LINK_KEY, value=page_of(base_url))


def page_of(base_url: str) -> str:
    """Return the page for people that belongs to a gateway: on this machine it is a sandbox, which has its own."""
    from airflow_provider_clicksend.api.settings import is_loopback

    return f"{base_url.rstrip('/')}/" if is_loopback(base_url) else DASHBOARD
