"""The sandbox's application: ClickSend's operations and the sandbox's own pages behind the gateway."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from airflow_provider_clicksend.sandbox.clicksend.answering import Answers
from airflow_provider_clicksend.sandbox.clicksend.answers import envelope
from airflow_provider_clicksend.sandbox.clicksend.errors import ApiError
from airflow_provider_clicksend.sandbox.clicksend.routes import (
    account,
    automations,
    contacts,
    email_addresses,
    inbound,
    lists,
    messages,
    receipts,
    templates,
)
from airflow_provider_clicksend.sandbox.control import actions, inspection, page, switches
from airflow_provider_clicksend.sandbox.data.store import Store
from airflow_provider_clicksend.sandbox.maton import connections
from airflow_provider_clicksend.sandbox.maton.exchanges import Exchanges
from airflow_provider_clicksend.sandbox.maton.faults import Faults
from airflow_provider_clicksend.sandbox.maton.gateway import Gateway

# Order matters where a fixed name (`receipts-read`) could also be somebody's id.
_CLICKSEND = (account, automations, email_addresses, lists, contacts, templates, receipts, inbound, messages)


def create_app(store: Store) -> ASGIApp:
    """Return the whole sandbox over `store` as one ASGI application."""
    app = FastAPI(openapi_url=None)
    app.state.store = store
    app.state.faults = Faults()
    app.state.exchanges = Exchanges()
    app.state.answers = Answers()
    for module in _CLICKSEND:
        app.include_router(module.router, prefix="/clicksend/v3")
    for router in (connections.router, inspection.router, switches.router, page.router, actions.router):
        app.include_router(router)
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _no_such_path)
    app.add_exception_handler(RequestValidationError, _not_valid)
    return Gateway(app, store, app.state.faults, app.state.exchanges)


async def _api_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)  # noqa: S101 - the handler is registered for this class only
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return JSONResponse({"message": HTTPStatus(error.status).phrase}, status_code=error.status)
    return envelope(error.status, error.code, str(error), error.data)


async def _no_such_path(request: Request, error: Exception) -> JSONResponse:
    """Answer as ClickSend does below its own paths, as Maton does elsewhere."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if request.url.path.startswith("/clicksend/"):
        return envelope(status, "NOT_FOUND", "Resource not found.")
    return JSONResponse({"detail": HTTPStatus(status).phrase}, status_code=status)


async def _not_valid(request: Request, error: Exception) -> JSONResponse:
    """Answer 404 to a ClickSend path with something else than an id in it, and say what is wrong elsewhere."""
    if request.url.path.startswith("/clicksend/"):
        return envelope(404, "NOT_FOUND", "Resource not found.")
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    return JSONResponse({"detail": [{"loc": list(item["loc"]), "msg": item["msg"]} for item in errors]}, 422)
