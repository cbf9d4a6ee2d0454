"""Worlds: each switch changes what the API shows, and nothing of what was really sent."""

from __future__ import annotations

import time
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from airflow_provider_clicksend.sandbox.worlds import World, normalised, number_text, numbers_written

PHONE = "+15551234567"
REFERENCE = "a-reference-that-is-longer-than-20"
OPT_OUT_LIST, EXAMPLE_LIST = 3555277, 3555278


@pytest.fixture
def world(sandbox: Any) -> Any:
    sandbox.settings(history_lag=0, deliver_after=0)
    return sandbox.world


def history(api: Any, **params: Any) -> list[dict[str, Any]]:
    return list(api.rows("/v3/sms/history", **params))


def test_fields_are_combined_kept_and_taken_back(sandbox: Any, world: Any) -> None:
    world(history_echo="null")
    both = world(q_to="nothing")
    assert (both["history_echo"], both["q_to"]) == ("null", "nothing")
    assert sandbox.settings(world=None)["world"] == World().model_dump()


def test_an_unknown_world_is_refused(world: Any) -> None:
    with pytest.raises(requests.HTTPError):
        world(history_echo="loud")
    with pytest.raises(requests.HTTPError):
        world(gravity=2)


@pytest.mark.parametrize(
    ("mode", "seen"),
    [("exact", REFERENCE), ("null", None), ("empty", ""), ("upper", REFERENCE.upper()), ("truncated", REFERENCE[:20])],
)
def test_the_reference_is_echoed_as_the_world_says(sandbox: Any, world: Any, api: Any, mode: str, seen: Any) -> None:
    world(history_echo=mode, answer_echo=mode, receipt_echo=mode, reply_echo=mode)
    answer = api.send({"to": PHONE, "body": "Hello", "custom_string": REFERENCE})["messages"][0]
    sandbox.reply(PHONE, "YES")
    rows = [answer, *history(api), *api.rows("/v3/sms/receipts"), *api.rows("/v3/sms/inbound")]
    assert [row["custom_string"] for row in rows] == [seen] * 5
    assert sandbox.messages()[0]["custom_string"] == REFERENCE


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("e164", "+61411000001"),
        ("no_plus", "61411000001"),
        ("spaced", "+61 411 000 001"),
        ("national", "0411000001"),
        ("national_no_zero", "411000001"),
    ],
)
def test_numbers_are_shown_and_searched_in_the_form_of_the_world(
    sandbox: Any, world: Any, api: Any, form: str, written: str
) -> None:
    world(number_form=form)
    api.send_one(to="+61411000001")
    sandbox.reply("+61411000001", "YES")
    assert [row["to"] for row in history(api, q=f"to:{written}")] == [written]
    assert [row["from"] for row in history(api, q=f"from:{written}")] == [written]
    assert len(history(api, q="to:+61411000001")) == int(form == "e164")
    assert api.rows("/v3/sms/inbound")[0]["from"] == written


def test_a_number_form_can_be_read_back() -> None:
    assert number_text("national", PHONE) == "5551234567"
    for form in ("e164", "no_plus", "spaced", "national", "national_no_zero"):
        assert "+447911123456" in numbers_written(form, number_text(form, "+447911123456"))


@pytest.mark.parametrize(
    ("stored", "country", "number"),
    [
        ("0411 000 001", "AU", "+61411000001"),
        ("+61 411-000-001", "AU", "+61411000001"),
        ("0061411000001", "", "+61411000001"),
        ("61411000001", "AU", "+61411000001"),
        ("(801) 555-0100", "US", "+18015550100"),
        ("nobody", "US", "nobody"),
    ],
)
def test_a_stored_contact_is_normalised_by_its_country(stored: str, country: str, number: str) -> None:
    assert normalised(stored, country) == number


def test_a_list_leaves_out_the_opted_out_and_reaches_odd_numbers(sandbox: Any, world: Any, api: Any) -> None:
    new = {"phone_number": "0411 000 001", "address_country": "AU"}
    assert api.post(f"/v3/lists/{EXAMPLE_LIST}/contacts", new).status_code == 200
    assert api.post(f"/v3/lists/{OPT_OUT_LIST}/contacts", {"phone_number": "+18015550100"}).status_code == 200
    world(list_opted_out="left_out", list_numbers="normalised")
    assert api.send({"list_id": EXAMPLE_LIST, "body": "Hello"})["queued_count"] == 10
    sent = {row["to"] for row in sandbox.messages()}
    assert "+61411000001" in sent
    assert "+18015550100" not in sent


def test_a_list_of_the_opted_out_alone_texts_nobody(sandbox: Any, world: Any, api: Any) -> None:
    api.post(f"/v3/lists/{OPT_OUT_LIST}/contacts", {"phone_number": PHONE})
    world(list_opted_out="left_out")
    assert api.send({"list_id": OPT_OUT_LIST, "body": "Hello"})["queued_count"] == 0


def test_the_answer_comes_in_another_order(world: Any, api: Any) -> None:
    texts = [{"to": PHONE, "body": str(n)} for n in range(20)]
    asked = [text["body"] for text in texts]
    world(answer_order="reversed")
    assert [row["body"] for row in api.send(*texts)["messages"]] == asked[::-1]
    world(answer_order="shuffled")
    shuffled = [row["body"] for row in api.send(*texts)["messages"]]
    assert sorted(shuffled, key=int) == asked
    assert shuffled != asked


def test_an_unseen_refusal_can_refuse_the_whole_request(sandbox: Any, world: Any, api: Any) -> None:
    world(refusals="request")
    sandbox.control("POST", "refusals", json={"to": PHONE, "status": "INSUFFICIENT_CREDIT"})
    texts = [{"to": PHONE, "body": "a"}, {"to": "+15557654321", "body": "b"}]
    answer = api.post("/v3/sms/send", {"messages": texts})
    assert (answer.status_code, answer.json()["response_code"]) == (400, "INSUFFICIENT_CREDIT")
    assert sandbox.count()["accepted"] == 0


def test_the_history_changes_bodies_codes_and_shows_refused_rows(world: Any, api: Any) -> None:
    api.send({"to": PHONE, "body": " Hello \n"}, {"to": "+1", "body": "Nobody"})
    world(history_body="trimmed", history_status_code="null", history_refused=True)
    rows = history(api)
    assert [(row["body"], row["status_code"]) for row in rows] == [("Hello", None), ("Nobody", None)]
    assert rows[1]["status"] == "INVALID_RECIPIENT"
    world(history_body="null")
    assert history(api)[0]["body"] is None


@pytest.mark.parametrize(("order", "first"), [("asked", "9"), ("newest_first", "9"), ("oldest_first", "0")])
def test_the_history_may_not_listen_to_order_by(world: Any, api: Any, order: str, first: str) -> None:
    api.send(*[{"to": PHONE, "body": str(n)} for n in range(10)])
    world(history_order=order)
    assert history(api, order_by="date:desc")[0]["body"] == first


def test_a_shuffled_history_pages_through_every_row_once(world: Any, api: Any) -> None:
    api.send(*[{"to": PHONE, "body": str(n)} for n in range(40)])
    world(history_order="shuffled")
    bodies = [row["body"] for page in (1, 2, 3) for row in history(api, page=page)]
    assert sorted(bodies, key=int) == [str(n) for n in range(40)]
    assert bodies != [str(n) for n in range(40)]


def test_late_rows_show_after_newer_ones(world: Any, api: Any, eventually: Any) -> None:
    world(history_late_every=3, history_late_by=0.5)
    api.send(*[{"to": PHONE, "body": str(n)} for n in range(1, 5)])
    assert [row["body"] for row in history(api)] == ["1", "2", "4"]
    assert eventually(lambda: [row["body"] for row in history(api)] == ["1", "2", "3", "4"])


@pytest.mark.parametrize(
    ("mode", "whole", "part"), [("works", 1, 0), ("nothing", 0, 0), ("ignored", 2, 2), ("partial", 1, 1)]
)
def test_a_search_may_not_work(world: Any, api: Any, mode: str, whole: int, part: int) -> None:
    message_id = api.send_one()
    api.send_one(to="+15557654321", body="Other")
    world(q_to=mode, q_message_id=mode, q_other=mode)
    for name, value in (("to", PHONE), ("message_id", message_id), ("body", "Hello")):
        assert len(history(api, q=f"{name}:{value}")) == whole
        assert len(history(api, q=f"{name}:{value[:-1]}")) == part


def test_a_search_may_be_an_error_and_or_may_be_and(world: Any, api: Any) -> None:
    api.send_one()
    world(q_to="error", q_operator="ignored")
    assert api.get("/v3/sms/history", q=f"to:{PHONE}").status_code == 400
    assert history(api, q="body:Hello,body:Other", operator="OR") == []


def test_dates_may_be_exclusive_ignored_or_by_another_clock(world: Any, api: Any) -> None:
    api.send_one()
    (row,) = history(api)
    same = {"date_from": row["date"], "date_to": row["date"]}
    assert len(history(api, **same)) == 1
    world(date_filter="exclusive")
    assert history(api, **same) == []
    assert len(history(api, date_from=row["date"] - 1, date_to=row["date"] + 1)) == 1
    world(date_filter="ignored")
    assert len(history(api, date_from=row["date"] + 900)) == 1
    world(date_filter="inclusive", date_filter_offset=600)
    assert len(history(api, date_from=row["date"] + 600)) == 1


@pytest.mark.parametrize("offset", [-400, 400])
def test_the_clock_of_the_server_differs_in_all_that_it_writes(sandbox: Any, world: Any, api: Any, offset: int) -> None:
    world(clock_offset=offset)
    expected = pytest.approx(time.time() + offset, abs=5)
    sent = api.send({"to": PHONE, "body": "Hello"})["messages"][0]
    sandbox.reply(PHONE, "YES")
    assert sent["date"] == expected
    assert [row["date"] for row in history(api)] == [expected, expected]
    assert int(api.rows("/v3/sms/receipts")[0]["timestamp"]) == expected
    assert api.rows("/v3/sms/inbound")[0]["timestamp"] == expected
    assert parsedate_to_datetime(api.get("/v3/account").headers["Date"]).timestamp() == expected


def test_the_date_header_may_be_missing_wrong_or_of_another_clock(world: Any, api: Any) -> None:
    world(date_header="missing")
    assert "Date" not in api.get("/v3/account").headers
    world(date_header="invalid")
    assert api.get("/v3/account").headers["Date"] == "sometime"
    world(date_header="present", date_header_offset=-90)
    seen = parsedate_to_datetime(api.get("/v3/account").headers["Date"]).timestamp()
    assert seen == pytest.approx(time.time() - 90, abs=5)


@pytest.mark.parametrize(("attribution", "written"), [("none", ""), ("null", None)])
def test_a_reply_may_belong_to_no_text(sandbox: Any, world: Any, api: Any, attribution: str, written: Any) -> None:
    message_id = api.send_one(custom_string="mine")
    world(reply_attribution=attribution)
    sandbox.reply(PHONE, "YES")
    (row,) = api.rows("/v3/sms/inbound")
    assert [row[name] for name in ("original_message_id", "original_body", "custom_string")] == [written] * 3
    assert api.get(f"/v3/sms/inbound/{message_id}").status_code == 404


def test_a_reply_may_belong_to_the_oldest_text(sandbox: Any, world: Any, api: Any) -> None:
    first, _ = api.send_one(), api.send_one()
    world(reply_attribution="oldest")
    assert sandbox.reply(PHONE, "YES")["original_message_id"] == first


def test_receipts_and_replies_may_be_sparse_or_hold_numbers(sandbox: Any, world: Any, api: Any) -> None:
    api.send_one()
    sandbox.reply(PHONE, "YES")
    world(receipt_form="numbers")
    assert api.rows("/v3/sms/receipts")[0]["status_code"] == 201
    world(receipt_form="sparse", reply_form="sparse")
    assert set(api.rows("/v3/sms/receipts")[0]) == {"message_id", "status_code", "timestamp"}
    assert set(api.rows("/v3/sms/inbound")[0]) == {"message_id", "from", "body", "timestamp"}


def test_there_may_be_no_receipts_of_mms(world: Any, api: Any) -> None:
    message = {"to": PHONE, "body": "Hello", "subject": "s"}
    api.send(message, channel="mms", media_file="https://example.com/a.jpg")
    assert len(api.rows("/v3/mms/receipts")) == 1
    world(mms_receipts=False)
    assert api.rows("/v3/mms/receipts") == []


def test_the_unread_lists_have_another_order(sandbox: Any, world: Any, api: Any) -> None:
    for body in ("one", "two"):
        api.send_one(to=PHONE, body=body)
        sandbox.reply(PHONE, body)
    assert [row["body"] for row in api.rows("/v3/sms/inbound")] == ["two", "one"]
    world(unread_order="oldest_first")
    assert [row["body"] for row in api.rows("/v3/sms/inbound")] == ["one", "two"]


def test_somebody_else_may_have_read_what_came_in(sandbox: Any, world: Any, api: Any) -> None:
    world(receipts_read_by_others=True, replies_read_by_others=True)
    message_id = api.send_one()
    sandbox.reply(PHONE, "YES")
    assert api.rows("/v3/sms/receipts") == api.rows("/v3/sms/inbound") == []
    assert api.get(f"/v3/sms/receipts/{message_id}").status_code == 200
    assert api.get(f"/v3/sms/inbound/{message_id}").status_code == 200
    assert [row["body"] for row in history(api) if row["direction"] == "in"] == ["YES"]


@pytest.mark.parametrize("status", [400, 403, 500, 504])
def test_one_message_id_may_not_be_readable(world: Any, api: Any, status: int) -> None:
    bad, good = api.send_one(), api.send_one()
    world(id_errors={bad: status})
    assert api.get(f"/v3/sms/receipts/{bad}").status_code == status
    assert api.get(f"/v3/sms/inbound/{bad}").status_code == status
    assert api.get("/v3/sms/history", q=f"message_id:{bad}").status_code == status
    both = api.get("/v3/sms/history", q=f"message_id:{good},message_id:{bad}", operator="OR")
    assert both.status_code == status
    assert api.get(f"/v3/sms/receipts/{good}").status_code == 200
    assert len(history(api, q=f"message_id:{good}")) == 1


def test_others_fill_the_account_and_no_count_of_ours(sandbox: Any, world: Any, api: Any) -> None:
    world(other_texts=20, other_replies=3)
    api.send_one()
    sandbox.reply(PHONE, "YES")
    assert api.get("/v3/sms/history").json()["data"]["total"] == 1 + 20 + 1 + 3
    assert history(api)[0]["to"] == PHONE
    assert len(api.rows("/v3/sms/inbound")) == 4
    assert sandbox.count()["accepted"] == len(sandbox.messages()) == 1


def test_much_traffic_of_others_is_there_within_seconds_and_ours_can_be_old(sandbox: Any, world: Any, api: Any) -> None:
    message_id = api.send_one()
    sandbox.age(3600)
    started = time.monotonic()
    sandbox.other_traffic(texts=100_000, receipts=True, ago=1800, spread=1800, replies=1000)
    assert time.monotonic() - started < 10
    (mine,) = history(api, q=f"message_id:{message_id}")
    assert mine["date"] == pytest.approx(time.time() - 3600, abs=10)
    assert api.get("/v3/sms/history").json()["data"]["total"] == 102_001 - 1000
    assert api.get("/v3/sms/receipts").json()["data"]["total"] == 100_001


def test_copies_are_counted_by_recipient_body_and_channel(sandbox: Any, world: Any, api: Any) -> None:
    world(other_texts=5)
    for _ in range(2):
        api.send_one(body="Hello")
    api.send_one(body="Other")
    api.send({"to": "+1", "body": "Hello"})
    assert sandbox.copies() == Counter({(PHONE, "Hello", "sms"): 2, (PHONE, "Other", "sms"): 1})


def test_cancelling_all_and_unknown_connections_follow_the_world(sandbox: Any, world: Any, api: Any) -> None:
    api.send_one(schedule=int(time.time()) + 3600, custom_string="Campaign-1")
    for match, text, count in (("exact", "campaign-1", 0), ("prefix", "Camp", 1)):
        world(cancel_all_match=match)
        answer = api.put("/v3/sms/cancel-all", {"custom_string": text})
        assert answer.json()["data"]["count"] == count
    world(unknown_connection=412)
    answer = api.call("GET", "/v3/account", headers={"Maton-Connection": "nobody"})
    assert answer.status_code == 412


def test_the_body_of_remove_duplicates_may_name_fields_by_its_values(world: Any, api: Any) -> None:
    world(remove_duplicates="values")
    answer = api.put(f"/v3/lists/{EXAMPLE_LIST}/remove-duplicates", {"fields": {"0": "address_country"}})
    assert answer.json()["data"] == {"deleted": 9}
