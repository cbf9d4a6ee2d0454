"""What a send, a quote and a cancellation answer."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

PHONE = "+15551234567"
TEST_NUMBER = "+61411111111"
MEDIA = "https://example.com/image.jpg"


def test_an_accepted_text_has_exactly_the_fields_of_the_captured_answer(api: Any) -> None:
    data = api.send({"to": PHONE, "body": "Hello", "custom_string": "mine"})
    (message,) = data.pop("messages")
    assert data.pop("_currency")["currency_name_short"] == "USD"
    assert data == {"total_price": 0.0154, "total_count": 1, "queued_count": 1, "blocked_count": 0}
    assert message.pop("date") == pytest.approx(time.time(), abs=2)
    assert message.pop("schedule") == pytest.approx(time.time(), abs=2)
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", message.pop("message_id"))
    assert message == {
        "direction": "out",
        "to": PHONE,
        "body": "Hello",
        "from": "+18335550100",
        "message_parts": 1,
        "message_price": "0.0154",
        "from_email": None,
        "list_id": None,
        "custom_string": "mine",
        "contact_id": None,
        "user_id": 672721,
        "subaccount_id": 589721,
        "is_shared_system_number": True,
        "country": "US",
        "carrier": "US Mobile",
        "status": "SUCCESS",
    }


def test_a_refused_text_is_a_small_object_in_an_answer_that_says_success(api: Any) -> None:
    data = api.send({"to": "+1", "body": "Hello", "custom_string": "bad"}, {"to": PHONE, "body": "Hello"})
    bad = data["messages"][0]
    assert bad.pop("message_id")
    assert bad == {
        "to": "+1",
        "body": "Hello",
        "from": "+18335550100",
        "schedule": "",
        "custom_string": "bad",
        "is_shared_system_number": True,
        "status": "INVALID_RECIPIENT",
    }
    assert (data["total_count"], data["queued_count"], data["blocked_count"]) == (2, 1, 0)


def test_a_text_to_a_disabled_country_is_counted_as_blocked_and_keeps_price_and_country(sandbox: Any, api: Any) -> None:
    sandbox.settings(disabled_countries=["+91"])
    data = api.send({"to": "+919876543210", "body": "Hello"}, {"to": PHONE, "body": "Hello"})
    blocked = data["messages"][0]
    assert blocked["status"] == "COUNTRY_NOT_ENABLED"
    assert (blocked["message_parts"], blocked["message_price"], blocked["country"]) == (0, "0.0000", "IN")
    assert blocked["schedule"] == ""
    assert "date" not in blocked
    assert (data["total_count"], data["queued_count"], data["blocked_count"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"to": "0412345678"}, "INVALID_RECIPIENT"),
        ({"to": "+1555"}, "INVALID_RECIPIENT"),
        ({"to": None}, "INVALID_RECIPIENT"),
        ({"body": " "}, "EMPTY_MESSAGE"),
        ({"from": "MoreThanEleven"}, "INVALID_SENDER_ID"),
        ({"from": "Two words"}, "INVALID_SENDER_ID"),
        ({"from": "ACME"}, "SUCCESS"),
        ({"from": "Unknown"}, "REGISTRATION_NEEDED"),
        ({"schedule": "tomorrow"}, "INVALID_SCHEDULE"),
        ({"list_id": 4711}, "NOT_ENOUGH_PERMISSION_TO_LIST_ID"),
    ],
)
def test_each_fault_of_a_text_has_its_status(sandbox: Any, api: Any, fields: dict[str, Any], status: str) -> None:
    sandbox.settings(unregistered_senders=["Unknown"])
    assert api.send({"to": PHONE, "body": "Hello", **fields})["messages"][0]["status"] == status


def test_texts_are_refused_when_the_credit_is_used_up(sandbox: Any, api: Any) -> None:
    sandbox.settings(balance="0.0400")
    statuses = [
        message["status"] for message in api.send(*[{"to": PHONE, "body": str(n)} for n in range(3)])["messages"]
    ]
    assert statuses == ["SUCCESS", "SUCCESS", "INSUFFICIENT_CREDIT"]
    assert api.get("/v3/account").json()["data"]["balance"] == "0.009200"


def test_the_same_text_to_the_same_number_is_throttled_within_the_window(sandbox: Any, api: Any) -> None:
    sandbox.settings(throttle_window=0.4)
    text = {"to": PHONE, "body": "Hello"}
    assert [message["status"] for message in api.send(text, text)["messages"]] == ["SUCCESS", "THROTTLED"]
    assert api.send(text)["messages"][0]["status"] == "THROTTLED"
    assert api.send({**text, "body": "Other"})["messages"][0]["status"] == "SUCCESS"
    time.sleep(0.5)
    assert api.send(text)["messages"][0]["status"] == "SUCCESS"


def test_a_number_can_be_refused_as_often_as_the_control_api_says(sandbox: Any, api: Any) -> None:
    sandbox.control("POST", "refusals", json={"to": PHONE, "status": "INTERNAL_ERROR", "times": 2})
    text = {"to": PHONE, "body": "Hello"}
    assert [message["status"] for message in api.send(text, text, text)["messages"]] == [
        "INTERNAL_ERROR",
        "INTERNAL_ERROR",
        "SUCCESS",
    ]
    assert sandbox.count() == {"accepted": 1, "refused": 2, "distinct": 1, "doubled": 0, "doubled_values": []}


def test_a_test_number_costs_nothing_and_never_gets_a_receipt(api: Any, eventually: Any) -> None:
    data = api.send({"to": TEST_NUMBER, "body": "Hello"})
    message = data["messages"][0]
    assert (message["status"], message["message_parts"], message["message_price"]) == ("SUCCESS", 0, "0.0000")
    assert data["total_price"] == 0
    assert isinstance(data["total_price"], int)
    (row,) = eventually(lambda: api.rows("/v3/sms/history"))
    assert (row["status"], row["status_code"]) == ("Completed", None)
    time.sleep(0.3)
    assert api.get(f"/v3/sms/receipts/{message['message_id']}").status_code == 404


@pytest.mark.parametrize("body", [{}, {"messages": []}, {"messages": "Hello"}, {"messages": ["Hello"]}])
def test_a_send_without_messages_is_a_bad_request(api: Any, body: Any) -> None:
    answer = api.post("/v3/sms/send", body)
    assert (answer.status_code, answer.json()["response_code"]) == (400, "BAD_REQUEST")


def test_more_than_a_thousand_recipients_are_a_bad_request_and_nothing_is_sent(sandbox: Any, api: Any) -> None:
    answer = api.post("/v3/sms/send", {"messages": [{"to": PHONE, "body": "Hello"}] * 1001})
    assert (answer.status_code, answer.json()["response_code"]) == (400, "BAD_REQUEST")
    assert sandbox.count()["accepted"] == 0


def test_a_list_is_unfolded_into_one_result_for_each_contact(api: Any) -> None:
    data = api.send({"list_id": "3555278", "body": "Hello all", "custom_string": "all"})
    assert data["queued_count"] == 10
    assert {message["to"] for message in data["messages"]} == {f"+1801555010{n}" for n in range(10)}
    assert {(message["list_id"], message["custom_string"]) for message in data["messages"]} == {(3555278, "all")}


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 5000, 8),
    ],
)
def test_parts_are_counted_in_gsm_7_and_ucs_2_and_priced_one_by_one(api: Any, body: str, parts: int) -> None:
    data = api.send({"to": PHONE, "body": body})
    assert data["messages"][0]["message_parts"] == parts
    assert data["messages"][0]["message_price"] == f"{parts * 0.0154:.4f}"


def test_a_quote_looks_like_a_send_but_sends_and_costs_nothing(sandbox: Any, api: Any) -> None:
    before = api.get("/v3/account").json()["data"]["balance"]
    data = api.post("/v3/sms/price", {"messages": [{"to": "+61412345678", "body": "Hello"}]}).json()["data"]
    message = data["messages"][0]
    assert (message["status"], message["message_price"], data["total_price"]) == ("SUCCESS", "0.0770", 0.077)
    assert message["message_id"]
    assert isinstance(message["date"], str)
    assert "user_id" not in message
    assert sandbox.messages() == []
    assert api.get("/v3/account").json()["data"]["balance"] == before


def test_a_scheduled_text_can_be_cancelled_once(api: Any, eventually: Any) -> None:
    message_id = api.send_one(schedule=int(time.time()) + 3600)
    path = f"/v3/sms/{message_id}/cancel"
    (row,) = eventually(lambda: api.rows("/v3/sms/history"))
    assert row["status"] == "Scheduled"
    answer = api.put(path)
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    assert api.rows("/v3/sms/history")[0]["status"] == "Cancelled"
    assert api.put(path).json() == {
        "http_code": 404,
        "response_code": "NOT_FOUND",
        "response_msg": "Message record not found.",
        "data": None,
    }


def test_a_cancelled_text_is_never_delivered(api: Any) -> None:
    due = int(time.time()) + 2
    message_id = api.send_one(schedule=due)
    assert api.put(f"/v3/sms/{message_id}/cancel").status_code == 200
    time.sleep(due + 0.2 - time.time())
    assert api.get(f"/v3/sms/receipts/{message_id}").status_code == 404
    assert api.rows("/v3/sms/history")[0]["status"] == "Cancelled"


def test_a_sent_text_cannot_be_cancelled(api: Any) -> None:
    assert api.put(f"/v3/sms/{api.send_one()}/cancel").status_code == 404


def test_a_scheduled_text_goes_out_and_is_delivered_when_its_time_comes(api: Any, eventually: Any) -> None:
    message_id = api.send_one(schedule=int(time.time()) + 2)
    assert api.get(f"/v3/sms/receipts/{message_id}").status_code == 404
    receipt = eventually(lambda: api.get(f"/v3/sms/receipts/{message_id}").json()["data"])
    assert receipt["status_code"] == "201"


def test_cancel_all_cancels_what_has_the_reference_or_everything(sandbox: Any, api: Any) -> None:
    later = int(time.time()) + 3600
    api.send(
        *[{"to": PHONE, "body": "x", "schedule": later, "custom_string": name} for name in ("one", "two", "three")]
    )
    api.send_one()
    assert api.put("/v3/sms/cancel-all", {"custom_string": "two"}).json()["data"] == {"count": 1}
    assert api.put("/v3/sms/cancel-all").json()["data"] == {"count": 2}
    assert api.put("/v3/sms/cancel-all").json()["data"] == {"count": 0}
    assert [message["cancelled"] for message in sandbox.messages()] == [True, True, True, False]


def test_an_mms_needs_its_media_at_the_top_and_a_subject(api: Any) -> None:
    mms = {"to": PHONE, "body": "Look", "subject": "A picture", "from": "+15550001111"}
    data = api.send(mms, channel="mms", media_file=MEDIA)
    assert data["messages"][0].pop("message_id")
    assert data["messages"][0] == {
        "list_id": None,
        "contact_id": None,
        "to": PHONE,
        "subject": "A picture",
        "from": "+15550001111",
        "body": "Look",
        "country": "US",
        "custom_string": "",
        "schedule": "",
        "message_parts": 1,
        "message_price": "0.0770",
        "_media_file_url": MEDIA,
        "status": "SUCCESS",
    }
    inside = api.send({**mms, "media_file": MEDIA}, channel="mms")
    assert inside["messages"][0]["status"] == "INVALID_MEDIA_FILE"
    without = api.send({**mms, "subject": ""}, channel="mms", media_file=MEDIA)
    assert without["messages"][0]["status"] == "SUBJECT_REQUIRED"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "SUCCESS"),
        ({"lang": "de-de", "voice": "male"}, "SUCCESS"),
        ({"lang": "xx-xx"}, "INVALID_LANG"),
        ({"lang": "fr-ca", "voice": "male"}, "INVALID_VOICE"),
    ],
)
def test_a_call_needs_a_language_and_a_voice_that_exist(api: Any, fields: dict[str, Any], status: str) -> None:
    assert api.send({"to": PHONE, "body": "Hello", **fields}, channel="voice")["messages"][0]["status"] == status


def test_a_call_says_how_it_will_be_made(api: Any) -> None:
    call = {"to": PHONE, "body": "Hello", "lang": "en-gb", "require_input": 1, "machine_detection": 1}
    message = api.send(call, channel="voice")["messages"][0]
    assert (message["to_type"], message["from"], message["lang"], message["voice"]) == (
        "mobile",
        None,
        "en-gb",
        "female",
    )
    assert (message["require_input"], message["machine_detection"]) == (1, 1)


def test_an_account_without_voice_access_is_forbidden_to_call(sandbox: Any, api: Any) -> None:
    sandbox.settings(voice_enabled=False)
    answer = api.post("/v3/voice/send", {"messages": [{"to": PHONE, "body": "Hello"}]})
    assert (answer.status_code, answer.json()["response_code"]) == (403, "FORBIDDEN")
    assert api.get("/v3/voice/history").status_code == 403


def test_the_sdk_profile_leaves_the_empty_schedule_out_of_refused_messages(sandbox: Any, api: Any) -> None:
    sandbox.settings(profile="sdk")
    assert "schedule" not in api.send({"to": "+1", "body": "Hello"})["messages"][0]
    assert api.send({"list_id": "3555278", "body": "Hello"})["messages"][0]["list_id"] == "3555278"


def test_a_thousand_texts_are_accepted_in_a_moment(sandbox: Any, api: Any) -> None:
    texts = [{"to": f"+1555{n:07d}", "body": f"Text {n}", "custom_string": f"batch-{n}"} for n in range(2000, 3000)]
    started = time.monotonic()
    assert api.send(*texts)["queued_count"] == 1000
    assert time.monotonic() - started < 10
    assert sandbox.count(starts_with="batch-") == {
        "accepted": 1000,
        "refused": 0,
        "distinct": 1000,
        "doubled": 0,
        "doubled_values": [],
    }


def test_concurrent_sends_are_all_in_the_books(sandbox: Any, api: Any) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: api.post("/v3/sms/send", _batch(n)), range(48)))
    assert {answer.status_code for answer in answers} == {200}
    assert (sandbox.count()["accepted"], sandbox.count()["distinct"]) == (480, 480)


def _batch(number: int) -> dict[str, Any]:
    return {"messages": [{"to": PHONE, "body": "x", "custom_string": f"{number}-{n}"} for n in range(10)]}


def test_a_reference_that_was_accepted_twice_is_found_by_the_count(sandbox: Any, api: Any) -> None:
    api.send_one(custom_string="twice")
    api.send_one(custom_string="twice")
    api.send_one(custom_string="once")
    count = sandbox.count()
    assert (count["accepted"], count["distinct"], count["doubled"], count["doubled_values"]) == (3, 2, 1, ["twice"])
    assert sandbox.count(by="to")["doubled_values"] == [PHONE]
