"""Where the messages of a task can be looked at."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow_provider_clicksend.version_compat import (
    AIRFLOW_CALL_ERRORS,
    AIRFLOW_V_3_1_PLUS,
    BaseOperatorLink,
    link_of,
)

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


#: Under which name a task pushes the address of its tab. The page knows our tasks by it.
MESSAGES_KEY = "clicksend_messages_link"
#: Under which name a question pushes who was asked.
ASKED_KEY = "asked"

_log = logging.getLogger(__name__)


class ClickSendMessagesLink(BaseOperatorLink):
    """Open the tab *Messages* of the task: who was texted or called, and what became of it."""

    name = "Messages"
    xcom_key = MESSAGES_KEY

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:  # noqa: ARG002 # Airflow's interface
        """Return the address that the task pushed; an empty text while there is none."""
        return link_of(ti_key, MESSAGES_KEY)


#: The links of a task of ours; before Airflow 3.1 there is no tab.
MESSAGES_LINKS = (ClickSendMessagesLink(),) if AIRFLOW_V_3_1_PLUS else ()


def push_messages_link(context: Context) -> None:
    """Let the task's page lead to its tab, and the page behind the tab find the task."""
    if AIRFLOW_V_3_1_PLUS:
        context["ti"].xcom_push(key=MESSAGES_KEY, value=tab_of(context["ti"]))


def push_for_tab(context: Context, key: str, value: Any) -> None:
    """Push what the page shows of a task, and the link to it. A push that fails is a warning: the task is the thing."""
    if "ti" not in context:
        return
    try:
        context["ti"].xcom_push(key=key, value=value)
        push_messages_link(context)
    except AIRFLOW_CALL_ERRORS as error:
        _log.warning("What the tab Messages shows could not be pushed to XCom: %s", error)


def tab_of(ti: Any) -> str:
    """Return the address of the tab of a task instance, relative to that of Airflow when Airflow knows none."""
    from urllib.parse import quote

    from airflow_provider_clicksend.version_compat import run_link

    base = run_link(ti.dag_id, ti.run_id) or f"/dags/{ti.dag_id}/runs/{quote(ti.run_id, safe='')}"
    mapped = f"/mapped/{ti.map_index}" if (ti.map_index if ti.map_index is not None else -1) >= 0 else ""
    return f"{base}/tasks/{quote(ti.task_id, safe='')}{mapped}/plugin/clicksend-messages"
