"""The account, the countries, the languages of calls, and uploads."""

import base64
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from airflow_provider_clicksend.sandbox.clicksend.answers import json_body, ok, require
from airflow_provider_clicksend.sandbox.clicksend.calls import CallDep
from airflow_provider_clicksend.sandbox.clicksend.errors import bad_request
from airflow_provider_clicksend.sandbox.clicksend.languages import LANGUAGES
from airflow_provider_clicksend.sandbox.clicksend.money import CURRENCY, price_text
from airflow_provider_clicksend.sandbox.clicksend.numbers import COUNTRIES, MAX_PARTS
from airflow_provider_clicksend.sandbox.data.seed import SUBACCOUNT_ID, USER_ID
from airflow_provider_clicksend.sandbox.data.store import add_row, now
from airflow_provider_clicksend.sandbox.data.tables import account, media, uploads

router = APIRouter()

_CONVERSIONS = {"mms", "csv", "fax", "post", "postcard"}
_UPLOAD_LIFETIME = 600
_MAX_MMS_FILE = 250_000

#: The account's fields that never change here. The live answer, too, holds the sub-account's own API key.
_ACCOUNT = {
    "user_id": USER_ID,
    "username": "user@example.com",
    "user_email": "user@example.com",
    "active": 1,
    "banned": 0,
    "user_phone": "+18015550100",
    "reply_to": "originalemail",
    "delivery_to": "",
    "user_first_name": "John",
    "user_last_name": "Doe",
    "account_name": "Sandbox",
    "country": "US",
    "default_country_sms": "US",
    "timezone": "America/Chicago",
    "auto_recharge": 0,
    "auto_recharge_amount": "0.00",
    "low_credit_amount": "0.00",
    "setting_unicode_sms": 0,
    "setting_sms_message_char_limit": MAX_PARTS,
    "on_trial": 0,
    "_currency": CURRENCY,
    "_subaccount": {
        "subaccount_id": SUBACCOUNT_ID,
        "api_username": "user@example.com",
        "email": "user@example.com",
        "phone_number": "+18015550100",
        "first_name": "John",
        "last_name": "Doe",
        "api_key": "SANDBOX0-0000-0000-0000-SUBACCOUNT00",
    },
}


@router.get("/account")
async def get_account(call: CallDep) -> JSONResponse:
    """Show the account with its balance."""
    with call.store.begin() as db:
        balance = db.execute(select(account.c.balance)).scalar_one()
    return ok("Here's your account", {**_ACCOUNT, "balance": price_text(balance, digits=6)})


@router.get("/countries")
async def list_countries() -> JSONResponse:
    """List the countries, without pages."""
    return ok("Here are the countries.", [{"code": country.code, "value": country.name} for country in COUNTRIES])


@router.get("/voice/lang")
async def list_languages() -> JSONResponse:
    """List the languages of calls; `gender` is a text for a language with one voice, else a list."""
    languages = [
        {"code": code, "country": name, "gender": voices[0] if len(voices) == 1 else list(voices)}
        for code, (name, voices) in LANGUAGES.items()
    ]
    return ok("Here are the languages.", languages)


@router.post("/uploads")
async def upload(call: CallDep, request: Request) -> JSONResponse:
    """Take a file as base64 in JSON or as a form's `file`; the address it gives lasts ten minutes."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        conversion, name, content = await _read_form(request)
    else:
        conversion, name, content = _read_json(await json_body(request))
    conversion = request.query_params.get("convert", conversion)
    if conversion not in _CONVERSIONS:
        raise bad_request("The convert field is invalid.", {"convert": "Convert field is invalid."})
    if conversion == "mms" and len(content) > _MAX_MMS_FILE:
        raise bad_request("The file is too large.")
    with call.store.begin() as db:
        upload_id = add_row(db, uploads, file_name=name, size=len(content))
        if conversion == "mms":
            add_row(db, media, upload_id=upload_id, content=content)
    return ok("Your file has been uploaded.", _show_upload(upload_id, name))


async def _read_form(request: Request) -> tuple[str, str, bytes]:
    """Return no conversion, which a form has only in its address, the file's name and its content."""
    async with request.form() as form:
        file = form.get("file")
        if file is None or isinstance(file, str):
            raise bad_request("The file field is required.", {"file": "File field is required."})
        return "", file.filename or "upload", await file.read()


def _read_json(body: dict[str, Any]) -> tuple[str, str, bytes]:
    """Return the conversion, which may be in the body too, a name and the content."""
    encoded = require(body, "content")["content"]
    try:
        return str(body.get("convert", "")), "upload.jpg", base64.b64decode(encoded, validate=True)
    except ValueError:
        raise bad_request("The content field must be base64.") from None


def _show_upload(upload_id: int, name: str) -> dict[str, Any]:
    added = int(now())
    return {
        "user_id": USER_ID,
        "upload_id": upload_id,
        "file_name": name,
        "date_added": added,
        "date_delete": added + _UPLOAD_LIFETIME,
        "_url": f"https://media.example.com/_media/{upload_id}/{name}",
    }
