"""The captured and documented answers can be read, whatever types their numbers came in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError, ClickSendResponseError
from airflow_provider_clicksend.api.models import account, contacts, messages, outgoing
from airflow_provider_clicksend.api.models.base import Answer, Page

ANSWERS = Path(__file__).parent / "answers"
D = Decimal


def answer(name: str) -> Any:
    return json.loads((ANSWERS / f"{name}.json").read_text())


def pages(name: str, model: type[Answer]) -> Page[Any]:
    return Page.read(model, answer(name))


def has(thing: object, **fields: object) -> bool:
    found = {name: getattr(thing, name) for name in fields}
    assert found == fields
    return True


def test_a_send_that_was_partly_refused() -> None:
    sent = messages.SendResult.read(answer("send_partly_refused"))
    assert has(sent, total_price=D("15.41"), total_count=4, queued_count=2, blocked_count=2, currency="INR")
    assert [message.accepted for message in sent.messages] == [True, True, False, False]
    assert has(sent.messages[0], message_parts=1, message_price=D("7.7050"), from_="+61447254068", custom_string="")
    assert has(sent.messages[2], status="COUNTRY_NOT_ENABLED", message_parts=0, is_shared_system_number=True)
    assert sent.messages[0].primitives()["carrier"] == "BSNL MOBILE", "new and unknown fields are kept"
    assert sent.messages[0].primitives()["message_price"] == "7.7050"


def test_the_smallest_refusal() -> None:
    (message,) = messages.SendResult.read(answer("send_invalid_recipient")).messages
    assert has(message, status="INVALID_RECIPIENT", message_parts=None, message_price=None, message_id="1F0-A")


def test_a_send_to_a_test_number_costs_an_integer_of_nothing() -> None:
    sent = messages.SendResult.read(answer("send_to_a_test_number"))
    assert has(sent, total_price=D(0))
    assert has(sent.messages[0], accepted=True, message_parts=0, message_price=D("0.0000"))


def test_prices_of_all_channels() -> None:
    quote = messages.SendResult.read(answer("price"))
    assert has(quote, total_price=D("0.077"), currency="AUD")
    assert has(messages.SendResult.read(answer("mms_send")).messages[0], message_price=D("2.4200"), accepted=True)
    call = messages.SendResult.read(answer("voice_send"))
    assert has(call, currency="AUD")
    assert has(call.messages[0], message_price=D("0.081"), message_parts=1, from_=None)


def test_histories_of_all_channels() -> None:
    out, inbound = pages("sms_history", messages.HistoryRow).rows
    assert has(out, date=1791000000, schedule=1791000000, status="Completed", status_code=None, message_parts=0)
    assert has(inbound, date=1436174408, schedule=None, status_code="201", message_parts=1, direction="in")
    (mms,) = pages("mms_history", messages.HistoryRow).rows
    assert has(mms, date=1485327542, status="Queued:WaitSend", status_code="301", message_parts=1)
    (call,) = pages("voice_history", messages.HistoryRow).rows
    assert has(call, date=1436874701, digits="2", status="WaitApproval")


def test_receipts_as_strings_and_as_numbers() -> None:
    rows = pages("receipts_as_strings", messages.Receipt).rows
    assert has(rows[0], status_code="201", timestamp=1442381791, custom_string=None, message_type="sms")
    assert has(rows[1], status_code="300", timestamp=1442381792, error_code="16", message_type="sms")
    assert has(rows[2], status_code="Sent", digits="2", timestamp_send=None)


def test_replies_with_either_name_of_their_time() -> None:
    first, second = pages("inbound", messages.InboundMessage).rows
    assert has(first, timestamp=1436174407, from_="+61411111111", custom_string="22PKU978RF")
    assert has(second, timestamp=1436174408, body="", original_message_id=None)


def test_pages_that_leave_things_out() -> None:
    assert has(pages("templates_without_last_page", contacts.Template), total=1, last_page=1, per_page=15)
    assert has(pages("lists_of_the_document", contacts.ContactList), total=2, last_page=1, current_page=1)
    assert pages("lists_of_the_document", contacts.ContactList).rows[1].contacts_count == 10
    assert has(pages("empty_list", contacts.Contact), rows=[], total=0, last_page=0)
    assert has(pages("empty_list_without_data", contacts.Contact), rows=[], total=0)


@pytest.mark.parametrize("data", [None, "x", 5, {"total": 3}, {"total": 3, "data": None}, {"data": {"a": 1}}])
def test_what_is_no_list_is_not_taken_for_an_empty_one(data: object) -> None:
    with pytest.raises(ClickSendResponseError, match="list of HistoryRow"):
        Page.read(messages.HistoryRow, data)


def test_the_account_comes_without_the_key_of_its_subaccount() -> None:
    read = account.Account.read(answer("account"))
    assert has(read, balance=D("2.005718"), user_id=672721, currency="USD")
    assert "SECRET" not in f"{read!r}{read.primitives()}"
    assert read.primitives()["_subaccount"] == {"subaccount_id": 1, "api_username": "x"}


def test_a_contact_and_languages_of_the_document() -> None:
    assert has(contacts.Contact.read(answer("contact_of_the_document")), contact_id=1581565666, custom_1="")
    english, french = (contacts.Language.read(row) for row in answer("languages"))
    assert (english.gender, french.gender) == (["female", "male"], ["female"])


@pytest.mark.parametrize("shape", ["nested", "flat", "misspelled"])
def test_a_connection_is_found_wherever_it_stands(shape: str) -> None:
    nested = answer("connection_of_the_document")
    flat = nested["connection"]
    misspelled = {"connection_Id": flat["connection_id"], **{k: v for k, v in flat.items() if k != "connection_id"}}
    read = account.Connection.read({"nested": nested, "flat": flat, "misspelled": misspelled}[shape])
    assert has(read, connection_id="37beee67-29f7-43b6-b0b2-5f0f7a5d6440", status="ACTIVE")
    assert read.url is not None
    assert "SECRET" in read.url
    assert "SECRET" not in f"{read!r}{read.primitives()}"


def test_an_optional_field_that_cannot_be_read_is_missing_and_spoils_nothing() -> None:
    row = {"status": "SUCCESS", "message_price": "a lot", "message_parts": [], "to": "+61411111111"}
    given = {"messages": [row, row], "total_price": "?"}
    sent = messages.SendResult.read(given)
    assert has(sent.messages[1], message_price=None, message_parts=None, to="+61411111111")
    assert given["messages"] == [row, row], "what was given is not changed"


def test_a_required_field_that_is_missing_is_named_without_values() -> None:
    with pytest.raises(
        ClickSendResponseError, match=r"not a SendResult: messages\[1\].status cannot be read"
    ) as raised:
        messages.SendResult.read({"messages": [{"status": "SUCCESS"}, {"to": "+61411111111"}]})
    assert "+61411111111" not in str(raised.value)


@pytest.mark.parametrize("data", [None, [], "x", {"messages": None}, {"messages": ["x"]}])
def test_what_is_no_send_result_is_an_error_of_ours(data: object) -> None:
    with pytest.raises(ClickSendResponseError):
        messages.SendResult.read(data)


def test_rows_without_an_id_are_told_apart_by_all_they_say() -> None:
    one, other = (messages.HistoryRow.read({"body": body}) for body in ("a", "b"))
    assert one.row_key != other.row_key
    assert messages.HistoryRow.read({"message_id": "A", "direction": "out", "body": "a"}).row_key == ("A", "out")


def test_a_schedule_is_unix_seconds_whatever_it_was() -> None:
    def schedule(value: object) -> Any:
        built = outgoing.SmsMessage.build({"to": "+15551234567", "body": "x", "schedule": value})
        return json.loads(built.json_bytes())["schedule"]

    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    assert schedule(noon) == schedule(1893499200) == 1893499200
    assert schedule(noon.astimezone(timezone(timedelta(hours=2)))) == 1893499200
    with pytest.raises(ClickSendConfigError, match="without a time zone"):
        schedule(noon.replace(tzinfo=None))
    with pytest.raises(ClickSendConfigError, match="milliseconds"):
        schedule(1893499200000)


def test_flags_may_be_true_and_false() -> None:
    call = outgoing.VoiceMessage.build({"to": "+15551234567", "body": "x", "require_input": True})
    assert json.loads(call.json_bytes())["require_input"] == 1
