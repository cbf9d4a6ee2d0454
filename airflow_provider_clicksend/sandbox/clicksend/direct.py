"""ClickSend's own API: HTTP Basic at ``/v3``, without Maton in front."""

from base64 import b64encode

from fastapi.responses import Response
from starlette.requests import Request
from starlette.types import Scope

from airflow_provider_clicksend.sandbox.clicksend.answers import envelope

#: The one account that is accepted. Its key is not Maton's, so that a mix-up shows.
USERNAME = "user@example.com"
API_KEY = "sandbox-clicksend-key"
_TOKEN = b64encode(f"{USERNAME}:{API_KEY}".encode()).decode()


def is_direct(request: Request) -> bool:
    """Tell whether a request is for ClickSend itself. With a Bearer key Maton knows no such path."""
    credentials = request.headers.get("authorization", "")
    return request.url.path.startswith("/v3/") and (credentials.startswith("Basic ") or _is_public(request))


def refuse(request: Request) -> Response | None:
    """Return ClickSend's 401 for any other credentials."""
    if _is_public(request) or request.headers["authorization"] == f"Basic {_TOKEN}":
        return None
    return envelope(401, "UNAUTHORIZED", "Authorization failed.")


def _is_public(request: Request) -> bool:
    """Tell whether anybody may ask: the countries need no account (ClickSend's documents)."""
    return request.url.path == "/v3/countries" and "authorization" not in request.headers


def behind_the_door(scope: Scope) -> Scope:
    """Return the scope with the path at which the application serves ClickSend."""
    path = f"/clicksend{scope['path']}"
    return {**scope, "path": path, "raw_path": path.encode()}
