"""What a person does on the page: its forms. Each leads back to the page as it was."""

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy import delete, update

from airflow_provider_clicksend.sandbox.clicksend.calls import CallDep
from airflow_provider_clicksend.sandbox.clicksend.money import UNITS
from airflow_provider_clicksend.sandbox.clicksend.numbers import is_phone_number
from airflow_provider_clicksend.sandbox.clicksend.replies import receive_reply
from airflow_provider_clicksend.sandbox.control import calls, switchboard, switches
from airflow_provider_clicksend.sandbox.control.page import View
from airflow_provider_clicksend.sandbox.control.switches import FaultsDep
from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.store import Settings
from airflow_provider_clicksend.sandbox.maton.faults import Fault
from airflow_provider_clicksend.sandbox.worlds import World

router = APIRouter(prefix="/sandbox/page")


class Form(dict[str, str]):
    """The fields of a form; `back` is the query of the page that it stands on."""

    def done(self, problem: str = "", **changes: Any) -> RedirectResponse:
        """Return to the page, which then says what is wrong."""
        view = View.model_validate(dict(parse_qsl(self.get("back", ""))))
        return RedirectResponse(view.address(**changes, problem=problem), status_code=303)


async def _form(request: Request) -> Form:
    return Form(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))


FormDep: Any = Depends(_form)


@router.post("/reply")
async def reply(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Answer as a phone."""
    sender, body = form.get("phone", "").strip(), form.get("body", "").strip()
    if not is_phone_number(sender):
        return form.done("The phone needs a number such as +15551234567.")
    if not body:
        return form.done("A text needs a word.", phone=sender)
    with call.store.begin() as db:
        receive_reply(db, call.settings, sender, body)
    return form.done(phone=sender)


@router.post("/open")
async def open_phone(form: Form = FormDep) -> RedirectResponse:
    """Show the phone with a number, also one that nobody has texted yet."""
    number = "".join(form.get("phone", "").split())
    if not is_phone_number(number):
        return form.done("The phone needs a number such as +15551234567.")
    return form.done(phone=number, view="thread", q=None)


@router.post("/key")
async def press_key(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Press a key during a call."""
    with call.store.begin() as db:
        calls.press(db, call.settings, form.get("message_id", ""), form.get("key", ""))
    return form.done()


@router.post("/call")
async def end_call(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Listen to a call that rings, to its end, or decline it."""
    with call.store.begin() as db:
        calls.hang_up(db, form.get("message_id", ""), "failed" if form.get("end") == "decline" else "delivered")
    return form.done()


@router.post("/outcome")
async def decide(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Decide what becomes of a message (`message_id`), or of the next ones to a number (`to`), or to everybody."""
    decision = _checked(switches.ReceiptDecision, form, "outcome", "message_id", "to")
    if isinstance(decision, str):
        return form.done(decision)
    await switches.decide_receipts(call, decision)
    return form.done()


@router.post("/refusal")
async def refuse(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Have the next message to a number refused."""
    refusal = _checked(switches.Refusal, form, "to", "status", "times")
    if isinstance(refusal, str):
        return form.done(refusal)
    if not is_phone_number(refusal.to):
        return form.done("A refusal needs a number such as +15551234567.")
    await switches.refuse(call, refusal)
    return form.done()


@router.post("/fault")
async def add_fault(faults: FaultsDep, form: Form = FormDep) -> RedirectResponse:
    """Put a fault in the way of requests."""
    after = "accepted-then-" if form.get("after") else ""
    values = {**form, "fault": after + form.get("fault", "")}
    fault = _checked(
        Fault, values, "fault", "path", "method", "skip", "times", "seconds", every=bool(form.get("every"))
    )
    if isinstance(fault, str):
        return form.done(fault)
    await switches.add_fault(fault, faults)
    return form.done()


@router.post("/faults/clear")
async def clear_faults(faults: FaultsDep, form: Form = FormDep) -> RedirectResponse:
    """Take all faults away, or the one with this `place` in the list."""
    place = form.get("place", "")
    if not place:
        faults.waiting.clear()
    elif place.isdecimal() and int(place) < len(faults.waiting):
        del faults.waiting[int(place)]
    return form.done()


@router.post("/world")
async def change_world(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Change a field of the world, or return to the default one without a `name`."""
    name = form.get("name", "")
    try:
        world = {name: switchboard.read(World, name, form.get("value", ""))} if name else None
        call.store.change_settings({"world": world})
    except ValueError as error:
        return form.done(_words(error, name))
    return form.done()


@router.post("/settings")
async def change_setting(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Change one setting or the balance."""
    name, value = form.get("name", ""), form.get("value", "")
    try:
        if name == "balance":
            balance = int(switchboard.read_money(value) * UNITS)
            with call.store.begin() as db:
                db.execute(update(tables.account).values(balance=balance))
        else:
            call.store.change_settings({name: switchboard.read(Settings, name, value)})
    except ValueError as error:
        return form.done(_words(error, name))
    return form.done()


@router.post("/requests/clear")
async def forget_requests(call: CallDep, form: Form = FormDep) -> RedirectResponse:
    """Empty the list of requests."""
    with call.store.begin() as db:
        db.execute(delete(tables.requests))
    call.request.app.state.exchanges.kept.clear()
    return form.done(request=None)


@router.post("/reset")
async def reset(call: CallDep, faults: FaultsDep, form: Form = FormDep) -> RedirectResponse:
    """Return to a new account."""
    await switches.reset(call, faults)
    return form.done(phone=None, request=None)


def _checked(model: type[Any], form: dict[str, str], *names: str, every: bool = False) -> Any:
    """Return the model of a form's fields, those that are empty left out, or what is wrong with them."""
    values: dict[str, Any] = {name: form[name].strip() for name in names if form.get(name, "").strip()}
    if every:
        values["times"] = None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        return _words(error)


def _words(error: ValueError, name: str = "") -> str:
    """Return what is wrong in one sentence, without what was typed."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_input=False, include_url=False)[0]
    field = name or ".".join(map(str, first["loc"])) or "The form"
    return f"{field}: {first['msg']}."
