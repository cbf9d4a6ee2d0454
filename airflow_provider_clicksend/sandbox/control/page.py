"""A page on which a person sees the last messages and replies as a phone."""

from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.engine import Row

from airflow_provider_clicksend.sandbox.clicksend.calls import CallDep
from airflow_provider_clicksend.sandbox.clicksend.numbers import is_phone_number
from airflow_provider_clicksend.sandbox.clicksend.replies import receive_reply
from airflow_provider_clicksend.sandbox.data.tables import messages

router = APIRouter()

_SHOWN = 50
_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>ClickSend sandbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{refresh}<style>
body {{ font: 1rem/1.4 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: .75rem; }}
iframe {{ border: 0; width: 100%; height: 65vh; }}
form, label {{ display: grid; gap: .5rem; }}
input, button {{ font: inherit; padding: .5rem; min-width: 0; }}
article {{ border-radius: .75rem; padding: .5rem .75rem; margin: .5rem 15% .5rem 0; background: #e8eefc; }}
article.in {{ background: #dff5e1; margin: .5rem 0 .5rem 15%; }}
article.refused {{ background: #fbe3e3; }}
article p {{ margin: .25rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }}
small {{ color: #444; overflow-wrap: anywhere; }}
</style></head><body>
"""


@router.get("/")
async def home(request: Request) -> HTMLResponse:
    """Show a form to reply with, over a list that renews itself without touching the form."""
    sender = escape(request.query_params.get("from", ""), quote=True)
    problem = escape(request.query_params.get("problem", ""))
    return HTMLResponse(
        f"""{_HEAD.format(refresh="")}<h1>ClickSend sandbox</h1><p role="alert">{problem}</p>
<form method="post" action="/sandbox/page/reply">
<label>Reply as the phone <input name="from" type="tel" value="{sender}" placeholder="+15551234567" required></label>
<label>Text <input name="body" autocomplete="off" required{" autofocus" if sender else ""}></label>
<button>Send</button></form>
<iframe src="/sandbox/page/messages" title="The last messages"></iframe></body></html>"""
    )


@router.get("/sandbox/page/messages")
async def last_messages(call: CallDep) -> HTMLResponse:
    """Show the last messages and replies, newest first."""
    with call.store.begin() as db:
        rows = db.execute(select(messages).order_by(messages.c.id.desc()).limit(_SHOWN)).all()
    shown = "".join(map(_article, rows)) or "<p>Nothing was sent yet.</p>"
    return HTMLResponse(_HEAD.format(refresh='<meta http-equiv="refresh" content="2">') + shown + "</body></html>")


@router.post("/sandbox/page/reply")
async def reply_from_page(call: CallDep, request: Request) -> RedirectResponse:
    """Take the form and show the page again."""
    form = parse_qs((await request.body()).decode())
    sender, body = (form.get(name, [""])[0].strip() for name in ("from", "body"))
    if not is_phone_number(sender):
        problem = urlencode({"problem": "The phone needs a number such as +15551234567."})
        return RedirectResponse(f"/?{problem}", status_code=303)
    with call.store.begin() as db:
        receive_reply(db, call.settings, sender, body)
    return RedirectResponse("/?" + urlencode({"from": sender}), status_code=303)


def _article(row: Row[Any]) -> str:
    time = datetime.fromtimestamp(row.accepted_at, UTC).strftime("%H:%M:%S UTC")
    if row.direction == "in":
        return f'<article class="in"><small>{time} from {escape(row.sender)}</small><p>{escape(row.body)}</p></article>'
    link = escape("/?" + urlencode({"from": row.recipient}), quote=True)
    answer = f'<a href="{link}" target="_top">Reply</a>' if row.channel == "sms" else ""
    refused = "" if row.status == "SUCCESS" else ' class="refused"'
    status = f" {escape(row.status)}" if refused else ""
    return (
        f"<article{refused}><small>{time} {row.channel} to {escape(row.recipient)}{status}</small>"
        f"<p>{escape(row.body)}</p>{answer}</article>"
    )
