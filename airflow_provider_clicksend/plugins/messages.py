"""The tab *Messages* on a DAG run and on a task instance, from Airflow 3.1 on.

Every process of Airflow imports this module, so it imports next to nothing: the page is made when it is first opened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from threading import Lock
from typing import Any

from airflow.providers.common.compat.sdk import AirflowPlugin

#: Under which path of the api-server the page is.
PREFIX = "/clicksend"
#: The tabs' names in Airflow's addresses: `/dags/<dag>/runs/<run>/plugin/<route>`.
RUN_ROUTE, TASK_ROUTE = "clicksend-run-messages", "clicksend-messages"

_Scope = MutableMapping[str, Any]
_Call = Callable[..., Awaitable[Any]]


class LazyPage:
    """The page as an ASGI application that is made by its first request."""

    def __init__(self) -> None:
        self._app: _Call | None = None
        self._lock = Lock()

    async def __call__(self, scope: _Scope, receive: _Call, send: _Call) -> None:
        """Answer a request."""
        if self._app is None:
            import asyncio

            # The imports take a while, in which the api-server goes on with other requests.
            self._app = await asyncio.to_thread(self._make)
        await self._app(scope, receive, send)

    def _make(self) -> _Call:
        with self._lock:
            if self._app is not None:
                return self._app
            from airflow_provider_clicksend.plugins.page.app import make_app

            made: _Call = make_app()
            return made


# Airflow puts ids in place of the names in braces. Without a leading slash the address is relative to the base of
# Airflow's page, so that it holds behind a proxy with a path of its own, too.
_PAGE = f"{PREFIX.lstrip('/')}/messages?dag_id={{DAG_ID}}&run_id={{RUN_ID}}"


class ClickSendMessagesPlugin(AirflowPlugin):
    """Show who was texted or called, and what became of it. Airflow before 3.1 reads no views, and shows no tab."""

    name = "clicksend_messages"
    fastapi_apps: list[Any] = [  # noqa: RUF012 - Airflow's own declaration
        {"app": LazyPage(), "url_prefix": PREFIX, "name": "ClickSend messages"}
    ]
    external_views: list[Any] = [  # noqa: RUF012
        {"name": "Messages", "href": _PAGE, "destination": "dag_run", "url_route": RUN_ROUTE},
        {
            "name": "Messages",
            "href": f"{_PAGE}&task_id={{TASK_ID}}&map_index={{MAP_INDEX}}",
            "destination": "task_instance",
            "url_route": TASK_ROUTE,
        },
    ]
