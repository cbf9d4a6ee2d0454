"""Templates, lists, contacts, addresses, rules, the account, countries, languages and uploads."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

OPT_OUT, EXAMPLE = 3555277, 3555278


def test_a_template_can_be_created_changed_and_deleted(api: Any) -> None:
    made = api.post("/v3/sms/templates", {"template_name": "Welcome", "body": "Hello {name}"}).json()["data"]
    assert made == {"template_id": 632498, "template_name": "Welcome", "body": "Hello {name}"}
    path = f"/v3/sms/templates/{made['template_id']}"
    changed = api.put(path, {"template_name": "Updated", "body": "Bye"}).json()["data"]
    assert api.get(path).json()["data"] == changed == {**made, "template_name": "Updated", "body": "Bye"}
    assert [row["template_name"] for row in api.rows("/v3/sms/templates")] == ["Test Template", "Updated"]
    assert api.delete(path).json()["data"] == []
    assert {api.get(path).status_code, api.put(path, changed).status_code, api.delete(path).status_code} == {404}


def test_a_missing_field_is_named_in_the_data_of_the_400(api: Any) -> None:
    answer = api.post("/v3/sms/templates", {"body": "Hello"})
    assert answer.status_code == 400
    assert answer.json() == {
        "http_code": 400,
        "response_code": "BAD_REQUEST",
        "response_msg": "Template name field is required.",
        "data": {"template_name": "Template name field is required."},
    }


@pytest.mark.parametrize("body", ["[1]", "{", '"text"'])
def test_a_body_that_is_no_json_object_is_a_bad_request(api: Any, body: str) -> None:
    answer = api.call("POST", "/v3/lists", data=body)
    assert (answer.status_code, answer.json()["response_code"]) == (400, "BAD_REQUEST")


def test_a_list_can_be_created_renamed_and_deleted_with_its_contacts(api: Any) -> None:
    made = api.post("/v3/lists", {"list_name": "On call"}).json()["data"]
    assert (made["list_name"], made["_contacts_count"]) == ("On call", 0)
    path = f"/v3/lists/{made['list_id']}"
    api.post(f"{path}/contacts", {"phone_number": "+15551234567"})
    assert api.put(path, {"list_name": "Night"}).json()["data"]["list_name"] == "Night"
    assert api.get(path).json()["data"]["_contacts_count"] == 1
    assert [row["list_name"] for row in api.rows("/v3/lists")] == ["Opt-Out List", "Example List", "Night"]
    answer = api.delete(path).json()
    assert (answer["data"], answer["response_msg"]) == ([], f"List #{made['list_id']} has been deleted.")
    assert {api.get(path).status_code, api.get(f"{path}/contacts").status_code} == {404}


def test_the_index_of_lists_carries_the_paginators_further_keys(api: Any) -> None:
    data = api.get("/v3/lists").json()["data"]
    assert {"first_page_url", "last_page_url", "path", "links", "next_page_url"} <= set(data)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("fields", [["phone_number", "first_name"], {"phone_number": "", "first_name": ""}])
def test_duplicates_in_a_list_are_removed_by_the_named_fields(api: Any, fields: Any, slash: str) -> None:
    for name in ("Ann", "Ann", "Bob"):
        api.post(f"/v3/lists/{OPT_OUT}/contacts", {"phone_number": "+15551234567", "first_name": name})
    path = f"/v3/lists/{OPT_OUT}/remove-duplicates{slash}"
    assert api.put(path, {"fields": fields}).json()["data"] == {"deleted": 1}
    assert api.put(path).json()["data"] == {"deleted": 1}
    assert [row["first_name"] for row in api.rows(f"/v3/lists/{OPT_OUT}/contacts")] == ["Ann"]
    assert api.put(path, {"fields": ["shoe_size"]}).status_code == 400


def test_a_contact_keeps_every_field_of_the_document(api: Any) -> None:
    fields = {
        "phone_number": "+15551234567",
        "first_name": "John",
        "last_name": "Doe",
        "email": "john@example.com",
        "fax_number": "+15551234568",
        "organization_name": "ACME",
        **{f"custom_{n}": str(n) for n in range(1, 5)},
        "address_line_1": "1 Main St",
        "address_line_2": "Floor 2",
        "address_city": "Springfield",
        "address_state": "IL",
        "address_postal_code": "62701",
        "address_country": "US",
    }
    made = api.post(f"/v3/lists/{EXAMPLE}/contacts", fields).json()["data"]
    assert {name: made[name] for name in fields} == fields
    path = f"/v3/lists/{EXAMPLE}/contacts/{made['contact_id']}"
    changed = api.put(path, {"first_name": "Jane"}).json()
    assert changed["response_msg"] == f"Contact #{made['contact_id']} has been updated successfully."
    assert api.get(path).json()["data"]["first_name"] == "Jane"
    assert api.delete(path).json()["data"] == []
    assert api.get(path).json()["response_msg"] == "Contact record not found."


def test_contacts_can_be_listed_by_their_last_change(api: Any) -> None:
    path = f"/v3/lists/{EXAMPLE}/contacts"
    assert len(api.rows(path)) == 10
    assert len(api.rows(path, updated_after=int(time.time()) - 3600)) == 10
    assert api.rows(path, updated_after=int(time.time()) + 3600) == []


def test_a_copied_contact_gets_a_new_id_and_a_transferred_one_keeps_its_own(api: Any) -> None:
    first, second = (row["contact_id"] for row in api.rows(f"/v3/lists/{EXAMPLE}/contacts")[:2])
    copied = api.put(f"/v3/lists/{EXAMPLE}/contacts/{first}/copy/{OPT_OUT}").json()["data"]
    moved = api.put(f"/v3/lists/{EXAMPLE}/contacts/{second}/transfer/{OPT_OUT}").json()["data"]
    assert copied["contact_id"] not in {first, second}
    assert (moved["contact_id"], moved["list_id"]) == (second, OPT_OUT)
    assert len(api.rows(f"/v3/lists/{EXAMPLE}/contacts")) == 9
    assert len(api.rows(f"/v3/lists/{OPT_OUT}/contacts")) == 2


def test_wrong_lists_and_contacts_answer_as_they_did_live(api: Any) -> None:
    posted = api.post("/v3/lists/1/contacts", {"phone_number": "+15551234567"})
    assert (posted.status_code, posted.json()["response_code"]) == (403, "FORBIDDEN")
    assert posted.json()["response_msg"].startswith("Resource not found or you don't have the permissions")
    for path in ("/v3/lists/1/contacts/1", f"/v3/lists/{EXAMPLE}/contacts/1"):
        answer = api.put(path, {"first_name": "x"})
        assert (answer.status_code, answer.json()["response_msg"]) == (404, "Contact record not found.")
    nested = api.post(f"/v3/lists/{EXAMPLE}/contacts", {"phone_number": {"a": 1}})
    assert (nested.status_code, nested.json()["response_code"]) == (400, 400)
    assert api.post(f"/v3/lists/{EXAMPLE}/contacts", {"first_name": "x"}).status_code == 400


def test_an_email_address_can_be_added_shown_and_deleted(api: Any) -> None:
    made = api.post("/v3/email/addresses", {"email_address": "sender@example.com"}).json()["data"]
    assert (made["email_address"], made["verified"]) == ("sender@example.com", 0)
    assert isinstance(made["date_added"], str)
    path = f"/v3/email/addresses/{made['email_address_id']}"
    assert api.get(path).json()["data"] == api.rows("/v3/email/addresses")[0] == made
    assert api.post("/v3/email/addresses", {"email_address": "nobody"}).status_code == 400
    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("sms/receipts", "receipt_rule_id"),
        ("voice/receipts", "receipt_rule_id"),
        ("sms/inbound", "inbound_rule_id"),
    ],
)
def test_an_automation_rule_can_be_created_changed_and_deleted(api: Any, kind: str, name: str) -> None:
    base = f"/v3/automations/{kind}"
    assert [(row["action"], row["enabled"]) for row in api.rows(base)] == [("POLL", 1)]
    rule = {"rule_name": "Push", "action": "URL", "action_address": "https://example.com", "enabled": 1}
    made = api.post(base, rule).json()["data"]
    assert {key: made[key] for key in rule} == rule
    path = f"{base}/{made[name]}"
    assert api.put(path, {"enabled": 0}).json()["data"] == {**made, "enabled": 0}
    assert api.get(path).json()["data"]["enabled"] == 0
    assert api.delete(path).json()["data"] == []
    assert api.get(path).status_code == 404
    assert api.post(base, {"rule_name": "x"}).status_code == 400


def test_there_are_no_rules_of_other_kinds(api: Any) -> None:
    assert api.get("/v3/automations/fax/receipts").status_code == 404


def test_the_account_shows_its_balance_as_text_and_the_sub_accounts_key(api: Any) -> None:
    data = api.get("/v3/account").json()["data"]
    assert data["balance"] == "100000.000000"
    assert data["_subaccount"]["api_key"]
    assert data["_currency"]["currency_name_short"] == "USD"


def test_countries_and_languages_come_without_pages(api: Any) -> None:
    assert {"code": "AU", "value": "Australia"} in api.get("/v3/countries").json()["data"]
    languages = {row["code"]: row["gender"] for row in api.get("/v3/voice/lang").json()["data"]}
    assert languages["en-us"] == ["female", "male"]
    assert languages["fr-ca"] == "female"


def test_a_file_can_be_uploaded_as_base64_or_as_a_form(api: Any) -> None:
    answer = api.post("/v3/uploads?convert=mms", {"content": base64.b64encode(b"picture").decode()})
    assert answer.status_code == 200
    assert answer.json()["data"]["_url"].startswith("https://")
    in_body = {"content": base64.b64encode(b"picture").decode(), "convert": "mms"}
    assert api.post("/v3/uploads", in_body).status_code == 200
    form = api.call("POST", "/v3/uploads?convert=mms", files={"file": ("cat.jpg", b"picture")})
    assert form.json()["data"]["file_name"] == "cat.jpg"
    assert form.json()["data"]["date_delete"] - form.json()["data"]["date_added"] == 600


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"content": "eA=="}),
        ("?convert=gold", {"content": "eA=="}),
        ("?convert=mms", {}),
        ("?convert=mms", {"content": "no base64!"}),
        ("?convert=mms", {"content": base64.b64encode(b"x" * 250_001).decode()}),
    ],
)
def test_an_upload_that_cannot_be_is_a_bad_request(api: Any, query: str, body: dict[str, str]) -> None:
    assert api.post(f"/v3/uploads{query}", body).status_code == 400


def test_ids_of_deleted_things_are_not_given_out_again(api: Any) -> None:
    ids = []
    for _ in range(2):
        ids.append(api.post("/v3/lists", {"list_name": "x"}).json()["data"]["list_id"])
        api.delete(f"/v3/lists/{ids[-1]}")
    assert ids[0] < ids[1]
