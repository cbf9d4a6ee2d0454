"""The page on which a person sees phones as they are, answers from them, and switches worlds and faults.

Everything is rendered here; the state of the page is its address. A small library asks once a second whether anything
has changed and fits it in. It is served from here too: no request leaves the machine.
"""

import hashlib
import mimetypes
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from airflow_provider_clicksend.sandbox.clicksend.calls import Call, CallDep
from airflow_provider_clicksend.sandbox.clicksend.money import UNITS
from airflow_provider_clicksend.sandbox.clicksend.numbers import country_of, is_phone_number
from airflow_provider_clicksend.sandbox.control import calls, proxy, switchboard, threads
from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.store import Settings, now
from airflow_provider_clicksend.sandbox.maton.exchanges import Exchanges
from airflow_provider_clicksend.sandbox.maton.faults import Faults

router = APIRouter()

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
#: Stands for the hash of the page in the page that is hashed.
_SEEN = "0" * 16
#: Pictures of this machine are the only thing that may come from elsewhere than from the sandbox itself.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; img-src 'self' data: http://127.0.0.1:* http://localhost:*"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
#: What a browser may show as a picture; anything else that was uploaded is not a picture.
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"BM": "image/bmp"}
_OK, _UNCHANGED = 200, 204


class View(BaseModel):
    """What the page shows: its address's query."""

    model_config = ConfigDict(extra="ignore")

    #: The phone; "" follows the one with the newest message.
    phone: str = ""
    #: What a small screen shows, where there is room for one part only.
    view: Literal["", "phones", "thread", "panel"] = ""
    panel: Literal["requests", "faults", "worlds", "settings"] = "requests"
    look: Literal["messages", "lock"] = "messages"
    #: The request that is shown whole.
    request: int | None = None
    #: What is looked for in numbers and texts.
    q: str = ""
    #: What went wrong with the last form.
    problem: str = ""
    #: The fingerprint of the page that the asking one shows.
    seen: str = ""

    @property
    def part(self) -> str:
        """What a small screen shows."""
        return self.view or ("thread" if self.phone else "phones")

    @property
    def query(self) -> dict[str, Any]:
        """The query of the address, without what only the polling needs."""
        return self.model_dump(exclude={"seen"})

    def address(self, **changes: Any) -> str:
        """Return the address of the page with some of it changed; None takes a part away."""
        fields = {**self.query, "problem": None, **changes}
        shown = {name: str(value) for name, value in fields.items() if value not in (None, "")}
        defaults = {"panel": "requests", "look": "messages"}
        return "/?" + urlencode({name: text for name, text in shown.items() if defaults.get(name) != text})


@router.get("/")
async def home(call: CallDep, view: Annotated[View, Query()]) -> Response:
    """Show the page; nothing (204) to one that has seen it so already."""
    page = _TEMPLATES.get_template("page.html").render(_everything(call, view))
    fingerprint = hashlib.sha256(page.encode()).hexdigest()[: len(_SEEN)]
    if view.seen == fingerprint and "hx-request" in call.request.headers:
        return Response(status_code=_UNCHANGED)
    return HTMLResponse(page.replace(_SEEN, fingerprint, 1), _OK, _HEADERS)


@router.get("/sandbox/page/static/{name:path}")
async def static(name: str) -> Response:
    """Serve a file of the page's own."""
    if name not in _static_files():
        raise HTTPException(404)
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    return Response((_HERE / "static" / name).read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})


@router.get("/sandbox/page/media/{upload_id}")
async def picture(call: CallDep, upload_id: int) -> Response:
    """Show an uploaded picture."""
    with call.store.begin() as db:
        row = db.execute(select(tables.media).where(tables.media.c.upload_id == upload_id)).first()
    content = row.content if row else b""
    kind = next((kind for start, kind in _PICTURES.items() if content.startswith(start)), None)
    if kind is None:
        raise HTTPException(404)
    return Response(content, media_type=kind, headers={"X-Content-Type-Options": "nosniff"})


@cache
def _static_files() -> frozenset[str]:
    folder = _HERE / "static"
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _everything(call: Call, view: View) -> dict[str, Any]:
    """Return what the templates show."""
    state, settings = call.request.app.state, call.settings
    with call.store.begin() as db:
        phones = threads.phones(db, view.q)
        number = view.phone or (phones[0].number if phones and not view.q else "")
        balance = db.execute(select(tables.account.c.balance)).scalar_one() / UNITS
        bubbles = threads.bubbles(db, number) if number else []
        next_outcome = _next_outcome(db)
    return {
        "view": view,
        "seen": _SEEN,
        "phones": phones,
        "number": number,
        "is_number": is_phone_number(number),
        "country": country_of(number).name,
        "bubbles": bubbles,
        "notices": [bubble for bubble in bubbles if _lights_up(bubble)][-4:][::-1],
        "balance": f"{balance:,.2f}",
        "clock": _lock_screen_clock(view),
        "keys": calls.KEYS,
        "connection": _connection(call.request, settings),
        **_panel(view, settings, state.faults, state.exchanges, next_outcome),
    }


def _panel(view: View, settings: Settings, faults: Faults, exchanges: Exchanges, next_outcome: str) -> dict[str, Any]:
    """Return what the panel shows: one of its four sides, and how much of what the others hold."""
    worlds = switchboard.world_inputs(settings.world)
    shown = exchanges.find(view.request) if view.request is not None else None
    return {
        "lines": [proxy.line(exchange) for exchange in reversed(exchanges.kept)] if view.panel == "requests" else [],
        "shown": shown,
        "sides": {"Request": proxy.side(shown.request), "Answer": proxy.side(shown.answer)} if shown else {},
        "faults": faults.waiting,
        "fault_names": switchboard.FAULTS,
        "fault_paths": switchboard.FAULT_PATHS,
        "refusals": switchboard.REFUSALS,
        "outcomes": switchboard.outcomes(),
        "next_outcome": next_outcome,
        "worlds": worlds,
        "changed_worlds": sum(item.changed for item in worlds),
        "settings": switchboard.setting_inputs(settings),
    }


def _next_outcome(db: Any) -> str:
    """Return what becomes of the next messages to everybody."""
    table = tables.outcomes
    return str(db.execute(select(table.c.outcome).where(table.c.recipient == "*")).scalar() or "delivered")


def _lights_up(bubble: threads.Bubble) -> bool:
    """Tell whether a message lights up the screen of a locked phone."""
    return bubble.state is not None and bubble.state.kind in {"sent", "delivered", "ringing"}


def _lock_screen_clock(view: View) -> tuple[str, str]:
    """Return the time and the date that a locked phone shows; nothing that changes when none is seen."""
    at = datetime.fromtimestamp(now(), UTC)
    return (at.strftime("%H:%M"), at.strftime("%A, %-d %B")) if view.look == "lock" else ("", "")


def _connection(request: Request, settings: Settings) -> str:
    """Return how Airflow is pointed here; a key that somebody chose is not shown."""
    key = settings.api_key if settings.api_key == Settings().api_key else "<the sandbox's key>"
    host = f"{request.url.scheme}://{request.url.netloc}"
    return f'{{"conn_type": "clicksend", "host": "{host}", "password": "{key}"}}'
