"""The page's one route: who may read it, and what it answers."""
# FastAPI reads the annotations below as objects: this module has none as texts.

import secrets
from typing import Any, NoReturn

from airflow_provider_clicksend.plugins.page.address import Address
from airflow_provider_clicksend.plugins.page.reading import read_pushed
from airflow_provider_clicksend.plugins.page.rendering import page_of

#: Nothing is loaded from anywhere; the one style sheet is in the page. Only Airflow itself may frame it.
_POLICY = "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"


def make_app() -> Any:
    """Make the ASGI application. Airflow's own middleware around it reads the session's cookie."""
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi import Depends, FastAPI, Request
    from fastapi.responses import HTMLResponse

    app = FastAPI(title="ClickSend messages", docs_url=None, redoc_url=None, openapi_url=None)

    def messages(request: Request, user: Any = Depends(get_user)) -> HTMLResponse:  # noqa: B008 # FastAPI's way
        address = Address.read(request.scope["query_string"].decode("latin-1"))
        if not address.dag_id or not address.run_id:
            _refuse(404, "The address names no DAG run.")
        if not may_read(user, address.dag_id):
            _refuse(403, "You may not read the XComs of this DAG.")
        nonce = secrets.token_urlsafe(16)
        pushed = read_pushed(address.dag_id, address.run_id, address.task_id, address.map_index)
        return HTMLResponse(
            page_of(pushed, address, nonce),
            headers={
                "Content-Security-Policy": _POLICY.format(nonce=nonce),
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            },
        )

    app.get("/messages", response_class=HTMLResponse)(messages)
    return app


def may_read(user: Any, dag_id: str) -> bool:
    """Tell whether somebody may see what the tasks of this DAG pushed: the DAG, its runs, and their XComs."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
    from airflow.models.dag import DagModel

    manager = get_auth_manager()
    details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
    entities = (None, DagAccessEntity.RUN, DagAccessEntity.TASK_INSTANCE, DagAccessEntity.XCOM)
    return all(
        manager.is_authorized_dag(method="GET", access_entity=entity, details=details, user=user) for entity in entities
    )


def _refuse(status: int, detail: str) -> NoReturn:
    from fastapi import HTTPException

    raise HTTPException(status, detail)
