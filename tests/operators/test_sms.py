"""Texts against the sandbox over HTTP: what arrives, what is returned, and what is refused before anything leaves."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.errors import (
    ClickSendConfigError,
    ClickSendMessageRefusedError,
    ClickSendOutcomeUnknownError,
)
from airflow_provider_clicksend.hooks.sending import SendStoppedError
from airflow_provider_clicksend.operators import sending
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS, AirflowFailException
from tests.support.tasks import STORES, Task

ANN, BOB, CARL = "+15551230001", "+15551230002", "+15551230003"
SEND, HISTORY, PRICE = "POST /v3/sms/send", "GET /v3/sms/history", "POST /v3/sms/price"

with_and_without_store = pytest.mark.parametrize("store", STORES)


def numbers(count):
    return [f"+1555{n:07}" for n in range(count)]


def sms(**arguments):
    return ClickSendSmsOperator(**{"task_id": "send", "body": "hi", "settle": 0.5, **arguments})


def later_try(operator, *, store=False):
    """A second try of which Airflow remembers nothing but its number."""
    return Task(operator, store=store, tries=1)


def failure_of(task, error=AirflowFailException):
    with pytest.raises(error) as caught:
        task.run()
    return str(caught.value)


@pytest.fixture
def said(caplog, monkeypatch):
    """What the operator logs, on every Airflow."""
    monkeypatch.setattr(ClickSendSmsOperator, "log", logging.getLogger("operator"), raising=False)
    caplog.set_level(logging.INFO, "operator")
    return caplog


# What arrives, and what is returned


def test_a_text_arrives_and_its_id_is_returned_and_pushed(sandbox):
    task = Task(sms(to=ANN, body="Load done", sender="ACME"))
    result = task.run()
    [message] = sandbox.messages()
    assert (message["to"], message["body"], message["from"]) == (ANN, "Load done", "ACME")
    assert result["message_ids"] == [message["message_id"]]
    assert (result["accepted"], result["refused"], result["parts"]) == (1, [], 1)
    assert (result["total_price"], result["currency"]) == ("0.0154", "USD")
    assert task.pushed == {"return_value": result, "message_ids": result["message_ids"]}


@with_and_without_store
def test_the_first_try_of_a_healthy_task_makes_a_request_a_thousand_and_nothing_else(sandbox, store):
    result = Task(sms(to=numbers(2001)), store=store).run()
    assert sandbox.request_counts() == {SEND: 3}
    assert sandbox.count(by="to")["distinct"] == result["accepted"] == 2001


def test_above_a_thousand_the_result_keeps_counts_and_what_a_sensor_needs(sandbox):
    before = int(time.time())
    result = Task(sms(to=numbers(1001))).run()
    handle = result["message_ids"]
    assert (handle["count"], result["messages"], result["total_price"]) == (1001, [], "15.4154")
    assert before <= handle["since"] <= time.time()
    assert len(sandbox.messages(starts_with=f"{handle['reference']}-")) == 1001


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="Airflow 3.3 brought the store")
def test_a_healthy_retry_needs_no_look_up_where_airflow_keeps_state(sandbox):
    task = Task(sms(to=[ANN, BOB]), store=True)
    first = task.run()
    sandbox.control("DELETE", "requests")
    assert task.run() == first
    assert sandbox.request_counts() == {}


def test_a_healthy_retry_looks_up_and_sends_nothing_where_it_does_not(sandbox):
    task = Task(sms(to=numbers(20)))
    first = task.run()
    sandbox.control("DELETE", "requests")
    assert sorted(task.run()["message_ids"]) == sorted(first["message_ids"])
    assert set(sandbox.request_counts()) == {HISTORY}


def test_rows_have_texts_senders_and_times_of_their_own(sandbox):
    tomorrow = int(time.time()) + 86_400
    rows = [{"to": ANN, "body": "for Ann"}, {"to": BOB, "sender": "ACME"}, {"to": CARL, "schedule": tomorrow}]
    Task(sms(to=rows, body="for all")).run()
    ann, bob, carl = sandbox.messages()
    assert (ann["body"], bob["body"], bob["from"]) == ("for Ann", "for all", "ACME")
    assert (ann["schedule"] < tomorrow, carl["schedule"]) == (True, tomorrow)


def test_a_datetime_is_sent_as_unix_seconds(sandbox):
    at = datetime.fromtimestamp(int(time.time()) + 3600, UTC)
    Task(sms(to=ANN, schedule=at)).run()
    assert sandbox.messages()[0]["schedule"] == at.timestamp()


def test_two_equal_texts_to_one_number_are_two_messages(sandbox):
    assert Task(sms(to=[ANN, ANN])).run()["accepted"] == 2
    assert sandbox.count(by="custom_string")["distinct"] == 2


def test_a_text_is_cut_to_the_parts_it_may_have(sandbox):
    Task(sms(to=ANN, body="word " * 100, max_parts=1, on_too_long="cut")).run()
    assert sandbox.messages()[0]["parts"] == 1


def test_a_template_is_filled_from_the_rows(sandbox):
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        client.templates.create(template_name="order", body="Hi {name}, order {order} is on its way")
    Task(sms(to=[{"to": ANN, "name": "Ann", "order": 17}], body=None, template="order")).run()
    assert sandbox.messages()[0]["body"] == "Hi Ann, order 17 is on its way"

    sandbox.control("DELETE", "requests")
    task = Task(sms(to=[{"to": ANN, "name": "Ann"}], body=None, template="order", task_id="other"))
    assert "to lacks order" in failure_of(task)
    assert SEND not in sandbox.request_counts()


def test_a_template_that_is_not_there_is_an_error(sandbox):
    assert "0 SMS templates named 'nope'" in failure_of(Task(sms(to=ANN, body=None, template="nope")))


# Bad input


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"to": "0412345678"}, "(04123***5678) is no number in E.164"),
        ({"to": "+1"}, "is no number in E.164"),
        ({"to": ""}, "is no number in E.164"),
        ({"to": [*numbers(999), "0412345678"]}, "to[999] (04123***5678)"),
        ({"to": 15559998888}, "`to` is a int"),
        ({"to": {"to": ANN}}, "`to` is a dict"),
        ({"to": []}, "nobody to send to"),
        ({"to": ANN, "body": ""}, "body is empty"),
        ({"to": [ANN, BOB], "body": None}, "to[0] body is empty; to[1] body is empty"),
        ({"to": ANN, "list_id": 3555278}, "Exactly one of `to` and `list_id`"),
        ({}, "Exactly one of `to` and `list_id`"),
        ({"list_id": "my list"}, "`list_id` must be a number"),
        ({"to": ANN, "schedule": 1_700_000_000}, "in the past"),
        ({"to": ANN, "schedule": int(time.time() + 3600) * 1000}, "milliseconds"),
        ({"to": ANN, "schedule": int(time.time()) + 130 * 86_400}, "four months"),
        ({"to": ANN, "sender": "TWELVELETTER"}, "sender must be"),
        ({"to": ANN, "custom_string": "x" * 51}, "custom_string is longer than 50"),
        ({"to": [ANN, ANN], "custom_string": "x"}, "to[1] has the number and the custom_string of to[0]"),
        ({"to": ANN, "custom_string": "x", "resend_on_clear": True}, "resend_on_clear"),
        ({"to": ANN, "template": "order"}, "Only one of `body` and `template`"),
        ({"to": ANN, "body": "word " * 100, "max_parts": 2}, "needs 4 parts and max_parts is 2"),
    ],
)
def test_bad_input_is_a_clear_error_before_anything_leaves(sandbox, arguments, problem):
    text = failure_of(Task(sms(**arguments)))
    assert problem in text
    assert "5559998888" not in text
    assert sandbox.request_counts() == {}


@pytest.mark.parametrize("argument", ["on_refused", "on_unknown", "on_too_long"])
def test_a_word_that_no_argument_knows_is_an_error_when_the_dag_is_parsed(argument):
    with pytest.raises(ClickSendConfigError, match=f"{argument}='perhaps'"):
        sms(to=ANN, **{argument: "perhaps"})


# The rendered view


def rendered(operator, context=None):
    from airflow.serialization.helpers import serialize_template_field

    operator.render_template_fields(context or {})
    return str(serialize_template_field(operator.to, "to"))


def test_the_page_shows_how_many_recipients_there_are_and_none_of_them_whole():
    view = rendered(sms(to=numbers(1000)))
    assert view == "1,000 recipient(s): +1555***0000, +1555***0001, +1555***0002, ..."
    assert rendered(sms(to=ANN)) == "1 recipient(s): +1555***0001"
    assert rendered(sms(to=[{"to": ANN, "body": "secret"}])) == "1 recipient(s): +1555***0001"


@pytest.mark.parametrize("to", [15559998888, [15559998888], {"to": ANN}, [[ANN]], "nonsense"])
def test_the_page_can_show_what_cannot_be_sent_to(to):
    view = rendered(sms(to=to))
    assert view.startswith("1 recipient(s): ")
    assert "9998888" not in view
    assert ANN not in view


def test_a_mapped_task_shows_no_numbers_either():
    mapped = ClickSendSmsOperator.partial(task_id="mapped", body="hi").expand(to=[numbers(1000), numbers(2)])
    unmapped = mapped.unmap({"to": numbers(1000)})
    assert rendered(unmapped).startswith("1,000 recipient(s): +1555***0000")
    assert unmapped.to.value == numbers(1000)


def test_recipients_may_be_templates(sandbox):
    operator = sms(to=["{{ ann }}", {"to": "{{ bob }}", "body": "hi {{ bob }}"}])
    operator.render_template_fields({"ann": ANN, "bob": BOB})
    Task(operator).run()
    assert [(message["to"], message["body"]) for message in sandbox.messages()] == [(ANN, "hi"), (BOB, f"hi {BOB}")]


# Refusals


def test_the_result_is_pushed_before_a_refusal_fails_the_task(sandbox):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INVALID_RECIPIENT"})
    task = Task(sms(to=[ANN, BOB]))
    with pytest.raises(AirflowFailException, match=r"refused 1 of 2 messages: INVALID_RECIPIENT \(1\)") as caught:
        task.run()
    assert isinstance(caught.value.__cause__, ClickSendMessageRefusedError)
    result = task.pushed["return_value"]
    assert result["accepted"] == 1
    assert [entry["to"] for entry in result["refused"]] == [BOB]
    assert task.pushed["message_ids"] == result["message_ids"] == [result["messages"][0]["message_id"]]


def test_a_refusal_may_only_be_warned_of(sandbox, said):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INVALID_RECIPIENT"})
    assert Task(sms(to=[ANN, BOB], on_refused="warn")).run()["accepted"] == 1
    assert "refused 1 of 2 messages: INVALID_RECIPIENT (1)" in said.text


@with_and_without_store
def test_what_was_refused_for_the_moment_is_tried_again_alone(sandbox, store):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INTERNAL_ERROR", "times": 1})
    task = Task(sms(to=[ANN, BOB]), store=store)
    failure_of(task, ClickSendMessageRefusedError)
    result = task.run()
    assert (result["accepted"], result["refused"]) == (2, [])
    assert sandbox.count(by="to") | {"doubled_values": []} == {
        "accepted": 2,
        "refused": 1,
        "distinct": 2,
        "doubled": 0,
        "doubled_values": [],
    }


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="Airflow 3.3 brought the store")
def test_what_was_refused_for_good_is_not_tried_again_until_the_task_is_cleared(sandbox):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INVALID_RECIPIENT", "times": 2})
    task = Task(sms(to=[ANN, BOB], on_refused="warn"), store=True)
    task.run()
    assert task.run()["refused"][0]["to"] == BOB
    assert sandbox.request_counts() == {SEND: 1}
    task.clear()
    assert task.run()["refused"][0]["to"] == BOB
    assert task.run()["refused"] == []  # the refusal was lifted, and a cleared task asks again
    assert sandbox.count(by="to")["doubled"] == 0


@pytest.mark.parametrize(
    ("settings", "status", "hint"),
    [
        ({"balance": "0.05"}, "INSUFFICIENT_CREDIT", "no credit left: top it up"),
        ({"disabled_countries": ["+1"]}, "COUNTRY_NOT_ENABLED", "Enable the country"),
        ({"unregistered_senders": ["ACME"]}, "REGISTRATION_NEEDED", "must be registered"),
    ],
)
def test_what_stops_a_whole_account_is_said_once(sandbox, settings, status, hint):
    sandbox.settings(**settings)
    text = failure_of(Task(sms(to=numbers(1000), sender="ACME")))
    assert (text.count(status), text.count(hint)) == (1, 1)
    assert len(text) < 250


# Price


def test_a_dry_run_asks_the_price_and_sends_nothing(sandbox):
    task = Task(sms(to=numbers(1001), dry_run=True))
    result = task.run()
    assert sandbox.request_counts() == {PRICE: 2}
    assert sandbox.messages() == []
    assert (result["total_price"], result["currency"], result["parts"]) == ("15.4154", "USD", 1001)
    assert (result["accepted"], result["message_ids"]) == (0, [])
    assert task.pushed == {"return_value": result, "message_ids": []}


def test_a_batch_above_the_price_sends_nothing_and_says_what_it_would_have_cost(sandbox):
    text = failure_of(Task(sms(to=[ANN, BOB], max_price=0.03)))
    assert "would cost 0.0308 USD and max_price is 0.03" in text
    assert sandbox.request_counts() == {PRICE: 1}


def test_a_batch_within_the_price_is_sent(sandbox):
    assert Task(sms(to=[ANN, BOB], max_price="0.0308")).run()["accepted"] == 2


# Clearing


@with_and_without_store
def test_a_cleared_task_texts_nobody_again_and_says_when_and_what_was_sent(sandbox, said, store):
    task = Task(sms(to=[ANN, BOB]), store=store)
    first = task.run()
    task.clear()
    assert sorted(task.run()["message_ids"]) == sorted(first["message_ids"])
    assert sandbox.count(by="custom_string")["accepted"] == 2
    assert "2 of its sms messages were sent before, from 20" in said.text
    assert "resend_on_clear=True" in said.text
    assert f"+1555***0001 ({first['message_ids'][0]})" in said.text
    assert ANN not in said.text


@with_and_without_store
def test_an_ordinary_retry_says_nothing_of_a_clear(sandbox, said, store):
    task = Task(sms(to=ANN, retries=2), store=store)
    task.run()
    task.run()
    assert "cleared" not in said.text


@with_and_without_store
def test_resend_on_clear_texts_everybody_again_exactly_once(sandbox, store):
    task = Task(sms(to=[ANN, BOB], resend_on_clear=True, retries=2), store=store)
    task.run()
    task.clear()
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    assert task.run()["accepted"] == 2
    assert task.run()["accepted"] == 2  # a retry of the cleared task
    assert sandbox.count(by="to")["accepted"] == 4
    assert sandbox.count(by="custom_string")["distinct"] == 4


# Doubt


@with_and_without_store
def test_a_changed_order_texts_nobody_twice_and_the_new_one_once(sandbox, store):
    task = Task(sms(to=[ANN, BOB, ANN]), store=store)
    task.run()
    task.operator = sms(to=[CARL, ANN, ANN, BOB])
    assert task.run()["accepted"] == 4
    assert sorted(message["to"] for message in sandbox.messages()) == [ANN, ANN, BOB, CARL]


@with_and_without_store
def test_a_reference_of_the_users_works_as_well(sandbox, store):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    task = Task(sms(to=[ANN, BOB], custom_string="order-17"), store=store)
    assert task.run()["accepted"] == task.run()["accepted"] == 2
    assert {message["custom_string"] for message in sandbox.messages()} == {"order-17"}
    assert sandbox.count(by="to")["accepted"] == 2


@with_and_without_store
def test_a_refusal_among_messages_of_one_reference_is_tried_again_alone(sandbox, store):
    sandbox.control("POST", "refusals", json={"to": BOB, "status": "INTERNAL_ERROR", "times": 1})
    task = Task(sms(to=[ANN, BOB], custom_string="order-17"), store=store)
    failure_of(task, ClickSendMessageRefusedError)
    assert task.run()["accepted"] == 2
    assert sandbox.count(by="to")["doubled"] == 0


def test_throttled_on_something_in_doubt_is_a_hint_that_it_went_out(sandbox):
    # The history stays silent for longer than `settle`, so the text is sent again; that it was throttled says why.
    sandbox.settings(history_lag=0.8, throttle_window=5)
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    result = Task(sms(to=ANN)).run()
    assert (result["accepted"], result["refused"]) == (1, [])
    assert sandbox.count()["accepted"] == 1


@with_and_without_store
def test_doubt_can_fail_the_task_and_a_later_try_looks_again(sandbox, store):
    sandbox.settings(history_lag=1.2)
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    task = Task(sms(to=ANN, on_unknown="fail"), store=store)
    text = failure_of(task, ClickSendOutcomeUnknownError)
    assert "1 messages were sent is unknown" in text
    time.sleep(0.8)
    assert task.run()["accepted"] == 1
    assert sandbox.request_counts()[SEND] == 1


def test_what_was_never_accepted_stays_unknown_where_doubt_fails_the_task(sandbox):
    sandbox.fault("dropped", "/v3/sms/send")
    task = Task(sms(to=ANN, on_unknown="fail"))
    for _ in range(2):
        failure_of(task, ClickSendOutcomeUnknownError)
    assert sandbox.request_counts()[SEND] == 1


def test_nothing_is_sent_again_while_the_history_cannot_be_read(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    sandbox.fault("500", "/v3/sms/history", times=None)
    task = Task(sms(to=ANN))
    for _ in range(2):
        assert "the history cannot be read" in failure_of(task, ClickSendOutcomeUnknownError)
    assert sandbox.request_counts()[SEND] == 1
    sandbox.control("DELETE", "faults")
    assert task.run()["accepted"] == 1
    assert sandbox.count()["accepted"] == 1


def test_a_look_up_survives_429(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    sandbox.fault("429", "/v3/sms/history", times=3, retry_after=0)
    assert Task(sms(to=numbers(20))).run()["accepted"] == 20
    assert sandbox.count()["accepted"] == 20


def test_few_numbers_are_looked_up_by_number(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    Task(sms(to=[ANN, BOB])).run()
    asked = sandbox.control("GET", "requests", params={"operation": HISTORY})["requests"]
    assert asked
    assert all("to:" in str(request) or "to%3A" in str(request) for request in asked)


@pytest.mark.slow
@pytest.mark.parametrize("lag", [0.0, 3.0])
def test_ten_thousand_in_doubt_cost_at_most_110_requests(sandbox, lag):
    sandbox.settings(history_lag=lag)
    everybody = numbers(10_000)
    Task(sms(to=everybody)).run()
    sandbox.control("DELETE", "requests")
    assert later_try(sms(to=everybody, settle=60)).run()["accepted"] == 10_000
    counts = sandbox.request_counts()
    assert set(counts) == {HISTORY}
    assert counts[HISTORY] <= 110


# Lists


def test_a_list_takes_one_request_and_texts_each_contact(sandbox):
    result = Task(sms(list_id=3555278)).run()
    assert (result["accepted"], len(result["message_ids"])) == (10, 10)
    assert sandbox.request_counts() == {SEND: 1}


@with_and_without_store
@pytest.mark.parametrize("fault", ["accepted-then-dropped", "dropped"])
def test_a_list_in_doubt_is_looked_up_contact_by_contact(sandbox, store, fault):
    sandbox.fault(fault, "/v3/sms/send")
    task = Task(sms(list_id="3555278"), store=store)
    assert task.run()["accepted"] == task.run()["accepted"] == 10
    assert sandbox.count(by="to")["accepted"] == sandbox.count(by="to")["distinct"] == 10


@with_and_without_store
@pytest.mark.parametrize("custom_string", [None, "order-17"])
def test_a_contact_that_was_refused_for_the_moment_is_texted_alone(sandbox, store, custom_string):
    refused = "+18015550104"
    sandbox.control("POST", "refusals", json={"to": refused, "status": "INTERNAL_ERROR", "times": 1})
    task = Task(sms(list_id=3555278, custom_string=custom_string), store=store)
    failure_of(task, ClickSendMessageRefusedError)
    result = task.run()
    assert (result["accepted"], result["refused"]) == (10, [])
    assert sandbox.count(by="to")["accepted"] == sandbox.count(by="to")["distinct"] == 10


# Being killed


class Running:
    """A send that hangs at its second request, in a thread of its own."""

    def __init__(self, sandbox, monkeypatch, **arguments):
        monkeypatch.setattr(sending, "CHUNK", 3)
        sandbox.fault("hang", "/v3/sms/send", skip=1, seconds=1)
        self.operator = sms(to=numbers(9), schedule=int(time.time()) + 3600, settle=0.2, **arguments)
        self.error = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        while sandbox.request_counts().get(SEND, 0) < 2:
            assert self.thread.is_alive()
            time.sleep(0.02)
        time.sleep(0.25)  # the history shows what was accepted

    def _run(self):
        try:
            Task(self.operator).run()
        except SendStoppedError as error:
            self.error = error

    def kill(self):
        self.operator.on_kill()
        self.thread.join(timeout=20)
        assert not self.thread.is_alive()
        assert isinstance(self.error, SendStoppedError)


def test_a_killed_send_cancels_what_is_scheduled_and_sends_no_more(sandbox, monkeypatch):
    other = Task(sms(to=CARL, schedule=int(time.time()) + 3600), run_id="another")
    other.run()
    Running(sandbox, monkeypatch, cancel_on_kill=True).kill()
    assert [message["to"] for message in sandbox.messages()] == [CARL, *numbers(3)]
    assert [bool(message["cancelled"]) for message in sandbox.messages()] == [False, True, True, True]


def test_a_killed_send_cancels_nothing_unless_told_to(sandbox, monkeypatch):
    Running(sandbox, monkeypatch).kill()
    assert [bool(message["cancelled"]) for message in sandbox.messages()] == [False] * 3


def test_what_ended_by_itself_is_not_taken_back(sandbox):
    task = Task(sms(to=ANN, schedule=int(time.time()) + 3600, cancel_on_kill=True))
    task.run()
    task.operator.on_kill()  # as Airflow does after a time-out
    assert not sandbox.messages()[0]["cancelled"]
