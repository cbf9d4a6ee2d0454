"""What one look asks for, and what it makes of the answers."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.engine import look as polls
from airflow_provider_clicksend.engine.delivery_look import DeliveryLook
from airflow_provider_clicksend.exceptions import ClickSendAuthenticationError, ClickSendServerError
from airflow_provider_clicksend.messaging.awaited import Awaited
from tests.sensors.gateway import KEY

REFERENCE = "af-0123456789abcdef"


@pytest.fixture
def client(gateway):
    with ClickSendClient(KEY, base_url=gateway.url) as client:
        yield client


def ids(*names, since=0):
    return [Awaited.read(list(names), since=since)]


def deliveries(client, wanted, *, channel="sms", last=False):
    return DeliveryLook(client, channel=channel)(wanted, last=last)


def outcomes(look):
    return {outcome.message_id: outcome.outcome for outcome in look.seen}


def test_a_few_messages_are_asked_for_by_id_and_the_history_only_for_what_is_open(gateway, client):
    gateway.receipt("A")
    gateway.receipt("B", "200")
    gateway.sent("C", "Failed", "301")
    assert deliveries(client, ids("A", "B", "C")).error is None
    assert gateway.asked == ["/sms/receipts/A", "/sms/receipts/B", "/sms/receipts/C", "/sms/history", "/sms/history"]


def test_receipts_that_somebody_has_marked_as_read_still_count_for_a_few(gateway, client):
    gateway.receipt("A")
    gateway.read.add("A")
    assert outcomes(deliveries(client, ids("A"))) == {"A": "delivered"}


def test_many_messages_cost_one_receipts_list_and_the_newest_history_page(gateway, client):
    names = [f"M{i}" for i in range(50)]
    for name in names:
        gateway.sent(name, code="201")
    for i in range(300):
        gateway.sent(f"OLD{i}", date=int(time.time()) - 1000)
    look = deliveries(client, ids(*names))
    assert set(outcomes(look).values()) == {"delivered"}
    assert gateway.count() == {"/sms/receipts": 1, "/sms/history": 1}


def test_when_the_receipts_decide_everything_the_history_is_not_read(gateway, client):
    for i in range(50):
        gateway.receipt(f"M{i}")
    deliveries(client, ids(*(f"M{i}" for i in range(50))))
    assert gateway.count() == {"/sms/receipts": 1}


def test_the_waits_of_many_are_one_look(gateway, client):
    for i in range(20):
        gateway.receipt(f"M{i}")
    look = deliveries(client, [Awaited.read(f"M{i}") for i in range(20)])
    assert len(outcomes(look)) == 20
    assert gateway.count() == {"/sms/receipts": 1}


def test_nothing_to_look_for_asks_for_nothing(gateway, client):
    assert deliveries(client, []).seen == []
    assert gateway.asked == []


def test_a_batch_is_found_by_its_reference_and_replies_in_the_history_are_not_part_of_it(gateway, client):
    now = int(time.time())
    for i in range(250):
        gateway.sent(f"M{i}", code="201", custom_string=f"{REFERENCE}-x-{i}")
    gateway.sent("IN", "Received", direction="in", custom_string=f"{REFERENCE}-x-1", date=now + 9)
    gateway.sent("OTHER", code="201", custom_string="af-ffffffffffffffff-x-0")
    batch = Awaited.read({"reference": REFERENCE, "since": now, "count": 250})
    look = deliveries(client, [batch])
    assert outcomes(look) == {f"M{i}": "delivered" for i in range(250)}
    assert gateway.count() == {"/sms/receipts": 1, "/sms/history": 3}


def test_a_batch_is_found_also_when_our_clock_is_ahead_of_clicksends(gateway, client):
    gateway.sent("A", code="201", custom_string=f"{REFERENCE}-x-0", date=1_000_000 - 120)
    batch = Awaited.read({"reference": REFERENCE, "since": 1_000_000, "count": 1})
    assert outcomes(deliveries(client, [batch])) == {"A": "delivered"}


def test_of_a_long_unread_list_both_ends_are_read_and_no_more_than_ten_pages(gateway, client):
    for i in range(3000):
        gateway.receipt(f"OLD{i}")
    gateway.receipts.insert(0, {**gateway.receipts[0], "message_id": "FIRST"})
    gateway.receipt("LAST")
    look = deliveries(client, ids("FIRST", "LAST", *(f"M{i}" for i in range(9))))
    assert outcomes(look) == {"FIRST": "delivered", "LAST": "delivered"}
    assert gateway.count()["/sms/receipts"] == 10


def test_each_page_of_a_long_unread_list_is_read_in_the_end(gateway, client):
    for i in range(4000):
        gateway.receipt(f"R{i}")
    look, seen = DeliveryLook(client), {}
    for _ in range(14):
        seen |= outcomes(look(ids("R1950", *(f"M{i}" for i in range(9)))))
    assert seen == {"R1950": "delivered"}
    assert gateway.count()["/sms/receipts"] == 14 * 10


def test_ids_that_the_history_lacks_cost_little(gateway, client):
    for i in range(1000):
        gateway.sent(f"OLD{i}")
    look = DeliveryLook(client)
    for _ in range(3):
        look(ids(*(f"M{i}" for i in range(9))))
    assert gateway.count()["/sms/history"] <= 3 * 3


def test_texts_of_an_hour_ago_are_found_under_thousands_of_newer_ones_with_few_requests(gateway, client):
    now = int(time.time())
    names = [f"M{i}" for i in range(30)]
    for place, name in enumerate(names):
        gateway.sent(name, date=now - 3600 + place // 10)
    for i in range(12_000):
        gateway.sent(f"NEW{i}", date=now - 3590 + i * 3500 // 12_000)
    look = DeliveryLook(client)
    assert len(outcomes(look(ids(*names)))) == 30
    assert len(gateway.asked) <= 12
    gateway.asked.clear()
    for row in gateway.history[:30]:
        row["status_code"] = "201"
    assert set(outcomes(look(ids(*names))).values()) == {"delivered"}
    assert len(gateway.asked) <= 4


@pytest.mark.parametrize("code", ["201", "200"])
def test_a_thousand_texts_are_found_among_thousands_that_left_in_the_same_seconds(gateway, client, code):
    # Twenty mapped tasks that send at the same time, each with a sensor of its own.
    now = int(time.time()) - 600
    for i in range(20_000):
        gateway.sent(f"M{i}", code=code, date=now + i // 1000)
    names = [f"M{i}" for i in range(7_500, 8_500)]
    look, seen, looks = DeliveryLook(client), {}, 0
    while len(seen) < 1000:
        gateway.asked.clear()
        seen |= outcomes(look(ids(*names)))
        looks += 1
        assert looks <= 8, len(seen)
        assert len(gateway.asked) <= 22
    # When the carrier reports, nothing takes longer than before.
    for row in gateway.history:
        row["status_code"] = "201"
    left = {name for name, outcome in seen.items() if outcome != "delivered"}
    for _ in range(8):
        left -= {name for name, outcome in outcomes(look(ids(*left))).items() if outcome == "delivered"}
    assert not left


def test_texts_of_days_ago_are_found_whenever_the_sensor_began(gateway, client):
    old = int(time.time()) - 5 * 86_400
    for i in range(6):
        gateway.sent(f"M{i}", code="201", date=old + i)
    for i in range(2000):
        gateway.sent(f"NEW{i}")
    assert len(outcomes(deliveries(client, ids(*(f"M{i}" for i in range(6)))))) == 6


def test_a_row_of_a_batch_that_never_shows_does_not_cost_a_full_read_each_look(gateway, client):
    now = int(time.time())
    for i in range(20):
        gateway.sent(f"M{i}", code="201", custom_string=f"{REFERENCE}-x-{i}", date=now - 3600)
    for i in range(9_000):
        gateway.sent(f"NEW{i}", date=now - 3500 + i // 3)
    batch = Awaited.read({"reference": REFERENCE, "since": now - 3600, "count": 21})
    look = DeliveryLook(client)
    assert len(outcomes(look([batch]))) == 20
    for _ in range(9):
        look([batch])
    assert gateway.count()["/sms/history"] <= 10 * 7


@pytest.mark.parametrize("status", [400, 403, 500])
def test_an_id_that_cannot_be_read_holds_up_nobody(gateway, client, status):
    answer = gateway.answer
    gateway.answer = lambda path, query: (status, None) if "BAD" in path + query.get("q", "") else answer(path, query)
    names = ["ABAD", "BBAD", "CBAD", "GOOD"]
    gateway.receipt("GOOD")
    look, seen = DeliveryLook(client), {}
    for _ in range(4):
        result = look(ids(*names))
        seen |= outcomes(result)
    assert seen == {"GOOD": "delivered"}
    assert set(result.refused) == (set() if status == 500 else {"ABAD", "BBAD", "CBAD"})


@pytest.mark.parametrize(
    ("channel", "asked"),
    [("voice", ["/voice/receipts/A", "/voice/history"]), ("mms", ["/mms/receipts", "/mms/history"])],
)
def test_calls_and_picture_messages_have_resources_of_their_own(gateway, client, channel, asked):
    gateway.sent("A", code="201")
    assert outcomes(deliveries(client, ids("A"), channel=channel)) == {"A": "delivered"}
    assert gateway.asked == asked


def test_the_history_may_match_part_of_an_id_and_only_the_whole_counts(gateway, client):
    gateway.sent("AB", code="201")
    assert deliveries(client, ids("A")).seen == []


def test_what_was_seen_before_an_error_counts(gateway, client):
    gateway.receipt("A")
    gateway.answer = _failing_history(gateway.answer)
    look = deliveries(client, ids("A", "B"))
    assert outcomes(look) == {"A": "delivered"}
    assert isinstance(look.errors["B"], ClickSendServerError)
    assert not look.permanent


def _failing_history(answer):
    return lambda path, query: (500, None) if path.endswith("history") else answer(path, query)


def test_a_wrong_key_is_permanent_and_a_busy_server_says_how_long_to_wait(gateway, client):
    gateway.faults = [(401, {})]
    look = deliveries(client, ids("A"))
    assert isinstance(look.error, ClickSendAuthenticationError)
    assert look.permanent
    gateway.broken = 429
    gateway.faults = [(429, {"Retry-After": "0"})] * 3 + [(429, {"Retry-After": "90"})]
    look = deliveries(client, ids("A"))
    assert not look.permanent
    assert (look.pause(5), look.pause(200)) == (90, 200)
    gateway.faults = [(429, {"Retry-After": "0"})] * 3 + [(429, {"Retry-After": "86400"})]
    assert deliveries(client, ids("A")).pause(5) == polls.MAX_PAUSE


def test_whether_a_poll_rule_exists_is_unknown_when_it_cannot_be_read(gateway, client):
    assert polls.any_poll_rule(client, client.automations.receipt_rules) is True
    gateway.rules = [{"rule_name": "x", "action": "URL", "enabled": 1}, {"action": "POLL", "enabled": 0}]
    assert polls.any_poll_rule(client, client.automations.receipt_rules) is False
    gateway.faults = [(403, {})]
    assert polls.any_poll_rule(client, client.automations.receipt_rules) is None
