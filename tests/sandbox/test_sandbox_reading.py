"""The history, receipts and replies: what shows when, and what is marked as read."""

from __future__ import annotations

import time
from typing import Any

import pytest

PHONE = "+15551234567"
EMPTY = {
    "total": 0,
    "per_page": 15,
    "current_page": 1,
    "last_page": 0,
    "next_page_url": None,
    "prev_page_url": None,
    "from": None,
    "to": None,
    "data": [],
}


def poll_rules(api: Any, kind: str) -> list[dict[str, Any]]:
    return list(api.rows(f"/v3/automations/{kind}"))


def test_an_empty_list_has_no_last_page(api: Any) -> None:
    assert api.get("/v3/sms/history").json()["data"] == EMPTY


def test_a_text_shows_in_the_history_only_after_the_lag(sandbox: Any, api: Any) -> None:
    sandbox.settings(history_lag=0.5, deliver_after=60)
    message_id = api.send_one(custom_string="mine")
    assert api.rows("/v3/sms/history") == []
    time.sleep(0.6)
    (row,) = api.rows("/v3/sms/history")
    assert (row["message_id"], row["custom_string"], row["direction"]) == (message_id, "mine", "out")
    assert (row["status"], row["status_code"], row["message_price"]) == ("Sent", "200", "0.015400")
    assert [type(row[name]) for name in ("date", "schedule", "message_parts")] == [int, str, int]


def test_a_refused_text_is_not_in_the_history(sandbox: Any, api: Any) -> None:
    sandbox.settings(history_lag=0)
    api.send({"to": "+1", "body": "Hello"})
    assert api.rows("/v3/sms/history") == []


def test_the_history_is_oldest_first_in_pages_of_15_to_100(sandbox: Any, api: Any) -> None:
    sandbox.settings(history_lag=0)
    api.send(*[{"to": PHONE, "body": str(n)} for n in range(120)])
    first = api.get("/v3/sms/history", limit=5).json()["data"]
    assert (first["total"], first["per_page"], first["last_page"]) == (120, 15, 8)
    assert (first["next_page_url"], first["prev_page_url"], first["from"], first["to"]) == ("/?page=2", None, 1, 15)
    last = api.get("/v3/sms/history", limit=1000, page=2).json()["data"]
    assert (last["per_page"], last["next_page_url"], last["prev_page_url"]) == (100, None, "/?page=1")
    assert [row["body"] for row in last["data"]] == [str(n) for n in range(100, 120)]
    assert api.rows("/v3/sms/history", order_by="date:desc")[0]["body"] == "119"
    assert api.get("/v3/sms/history", page=99).json()["data"]["from"] is None


@pytest.mark.parametrize(
    ("params", "bodies"),
    [
        ({"q": "to:+15550000001"}, ["one"]),
        ({"q": "to:+15550000001,body:two", "operator": "OR"}, ["one", "two"]),
        ({"q": "to:+15550000001,body:two"}, []),
        ({"q": "body:ONE"}, ["one"]),
        ({"q": "status:Sent,from:acme"}, ["two"]),
        ({"q": "status_code:201"}, []),
        ({"order_by": "to:desc"}, ["two", "one"]),
    ],
)
def test_the_history_can_be_searched_and_ordered(
    sandbox: Any, api: Any, params: dict[str, Any], bodies: list[str]
) -> None:
    sandbox.settings(history_lag=0, deliver_after=60)
    api.send({"to": "+15550000001", "body": "one"}, {"to": "+15550000002", "body": "two", "from": "ACME"})
    assert [row["body"] for row in api.rows("/v3/sms/history", **params)] == bodies


def test_the_reference_cannot_be_searched(api: Any) -> None:
    assert api.get("/v3/sms/history", q="custom_string:mine").status_code == 400


def test_the_history_keeps_to_the_dates_inclusively(sandbox: Any, api: Any) -> None:
    sandbox.settings(history_lag=0)
    api.send_one()
    date = api.rows("/v3/sms/history")[0]["date"]
    found = [
        len(api.rows("/v3/sms/history", date_from=start, date_to=end))
        for start, end in ((date, date), (date + 1, date + 9), (date - 9, date - 1))
    ]
    assert found == [1, 0, 0]


@pytest.mark.parametrize(
    ("outcome", "codes", "status"),
    [
        ("delivered", ["201"], "Completed"),
        ("failed", ["301"], "Failed"),
        ("pending", ["200"], "Sent"),
        ("temporary", ["300", "201"], "Completed"),
        ("never", [], "Sent"),
        ("review", [], "CancelledAfterReview"),
    ],
)
def test_a_text_takes_the_way_that_was_decided_for_its_number(
    sandbox: Any, api: Any, outcome: str, codes: list[str], status: str
) -> None:
    sandbox.decide(outcome, to=PHONE)
    message_id = api.send_one()
    time.sleep(0.3)
    assert [row["status_code"] for row in api.rows("/v3/sms/receipts")] == codes[::-1]
    assert api.rows("/v3/sms/history")[0]["status"] == status
    answer = api.get(f"/v3/sms/receipts/{message_id}")
    assert answer.status_code == (200 if codes else 404)
    if codes:
        assert answer.json()["data"]["status_code"] == codes[-1]


def test_a_receipt_is_missing_at_first_and_then_has_its_numbers_as_text(api: Any, eventually: Any) -> None:
    message_id = api.send_one(custom_string="mine")
    path = f"/v3/sms/receipts/{message_id}"
    assert api.get(path).json() == {
        "http_code": 404,
        "response_code": "NOT_FOUND",
        "response_msg": "Receipt record not found.",
        "data": None,
    }
    receipt = eventually(lambda: api.get(path).json()["data"])
    assert int(receipt.pop("timestamp")) >= int(receipt.pop("timestamp_send")) > 0
    assert receipt == {
        "message_id": message_id,
        "status_code": "201",
        "status_text": "Success: Message received on handset.",
        "error_code": None,
        "error_text": None,
        "custom_string": "mine",
        "subaccount_id": "589721",
        "message_type": "sms",
    }


def test_the_sdk_profile_has_a_receipts_numbers_as_numbers(sandbox: Any, api: Any, eventually: Any) -> None:
    sandbox.settings(profile="sdk")
    sandbox.decide("failed")
    message_id = api.send_one()
    receipt = eventually(lambda: api.get(f"/v3/sms/receipts/{message_id}").json()["data"])
    assert (receipt["status_code"], receipt["error_code"]) == (301, 8)


def test_what_becomes_of_one_text_can_be_decided_after_it_was_sent(sandbox: Any, api: Any) -> None:
    sandbox.decide("never")
    first, second = api.send_one(), api.send_one()
    sandbox.decide("failed", message_id=first)
    assert api.get(f"/v3/sms/receipts/{first}").json()["data"]["status_code"] == "301"
    assert api.get(f"/v3/sms/receipts/{second}").status_code == 404


def test_a_read_receipt_leaves_the_list_but_can_be_asked_for(api: Any, eventually: Any) -> None:
    message_id = api.send_one()
    eventually(lambda: api.rows("/v3/sms/receipts"))
    assert api.put("/v3/sms/receipts-read", {"date_before": 1}).json()["data"] is None
    assert len(api.rows("/v3/sms/receipts")) == 1
    assert api.put("/v3/sms/receipts-read").status_code == 200
    assert api.rows("/v3/sms/receipts") == []
    assert api.get(f"/v3/sms/receipts/{message_id}").status_code == 200


def test_a_receipt_that_comes_after_everything_was_marked_read_is_unread(api: Any, eventually: Any) -> None:
    api.send_one()
    api.put("/v3/sms/receipts-read")
    assert eventually(lambda: api.rows("/v3/sms/receipts"))


def test_without_a_poll_rule_there_are_no_receipts(api: Any) -> None:
    (rule,) = poll_rules(api, "sms/receipts")
    api.put(f"/v3/automations/sms/receipts/{rule['receipt_rule_id']}", {"enabled": 0})
    message_id = api.send_one()
    time.sleep(0.3)
    assert api.rows("/v3/sms/receipts") == []
    assert api.get(f"/v3/sms/receipts/{message_id}").status_code == 404


def test_a_call_reports_the_digits_that_were_pressed(sandbox: Any, api: Any, eventually: Any) -> None:
    sandbox.decide("delivered", to=PHONE, digits="2")
    message_id = api.send_one(channel="voice", require_input=1)
    receipt = eventually(lambda: api.get(f"/v3/voice/receipts/{message_id}").json()["data"])
    assert (receipt["digits"], receipt["message_type"], receipt["status_code"]) == ("2", "voice", "201")
    row = api.rows("/v3/voice/history")[0]
    assert (row["digits"], type(row["date"]), type(row["date_added"])) == ("2", int, int)
    assert api.rows("/v3/sms/receipts") == []
    assert api.call("PUT", "/v3/voice/receipts-read", params={"date_before": 1}).status_code == 200
    assert len(api.rows("/v3/voice/receipts")) == 1


def test_an_mms_has_a_history_and_receipts_of_its_own(api: Any, eventually: Any) -> None:
    api.send({"to": PHONE, "body": "x", "subject": "s"}, channel="mms", media_file="https://example.com/a.jpg")
    (row,) = eventually(lambda: api.rows("/v3/mms/history"))
    assert (row["subject"], row["_media_file_url"]) == ("s", "https://example.com/a.jpg")
    assert [type(row[name]) for name in ("date", "date_added", "message_parts")] == [str, int, str]
    assert eventually(lambda: api.rows("/v3/mms/receipts"))[0]["message_type"] == "mms"


def test_a_reply_belongs_to_the_last_text_to_that_phone(sandbox: Any, api: Any, eventually: Any) -> None:
    first = api.send_one(body="First?", custom_string="first")
    second = api.send_one(body="Second?", custom_string="second")
    api.send_one(to="+15557654321", custom_string="other")
    api.send_one(schedule=int(time.time()) + 3600)
    assert sandbox.reply(PHONE, "YES please")["original_message_id"] == second
    (row,) = api.rows("/v3/sms/inbound")
    assert row.pop("message_id") not in {first, second}
    assert row.pop("timestamp") == pytest.approx(time.time(), abs=2)
    assert row == {
        "from": PHONE,
        "body": "YES please",
        "original_body": "Second?",
        "original_message_id": second,
        "to": "+18335550100",
        "custom_string": "second",
        "_keyword": "yes",
    }
    received = eventually(lambda: api.rows("/v3/sms/history", q="status:Received"))[0]
    assert (received["direction"], received["from"], received["body"]) == ("in", PHONE, "YES please")


def test_by_the_sent_text_only_the_first_reply_is_found_read_or_not(sandbox: Any, api: Any) -> None:
    message_id = api.send_one()
    assert api.get(f"/v3/sms/inbound/{message_id}").status_code == 404
    sandbox.reply(PHONE, "YES")
    sandbox.reply(PHONE, "no, wait")
    assert api.put("/v3/sms/inbound-read").status_code == 200
    assert api.rows("/v3/sms/inbound") == []
    assert api.get(f"/v3/sms/inbound/{message_id}").json()["data"]["body"] == "YES"


def test_two_poll_rules_bring_a_reply_twice_and_marking_it_read_marks_both(sandbox: Any, api: Any) -> None:
    api.post("/v3/automations/sms/inbound", {"rule_name": "Again", "action": "POLL"})
    api.send_one()
    reply = sandbox.reply(PHONE, "YES")
    assert [row["message_id"] for row in api.rows("/v3/sms/inbound")] == [reply["message_id"]] * 2
    assert api.put(f"/v3/sms/inbound-read/{reply['message_id']}").json()["data"] == 2
    assert api.rows("/v3/sms/inbound") == []
    assert api.put("/v3/sms/inbound-read/NOBODY").status_code == 404


def test_without_a_poll_rule_a_reply_is_only_in_the_history(sandbox: Any, api: Any, eventually: Any) -> None:
    (rule,) = poll_rules(api, "sms/inbound")
    assert api.delete(f"/v3/automations/sms/inbound/{rule['inbound_rule_id']}").status_code == 200
    message_id = api.send_one()
    sandbox.reply(PHONE, "YES")
    assert api.rows("/v3/sms/inbound") == []
    assert api.get(f"/v3/sms/inbound/{message_id}").status_code == 404
    assert eventually(lambda: api.rows("/v3/sms/history", q="status:Received"))


def test_a_phone_that_nobody_texted_can_write_too(sandbox: Any, api: Any) -> None:
    sandbox.reply("+15559999999", "")
    (row,) = api.rows("/v3/sms/inbound")
    assert (row["original_message_id"], row["custom_string"], row["body"]) == ("", "", "")
