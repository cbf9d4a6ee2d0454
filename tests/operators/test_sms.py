"""Texts against the sandbox over HTTP: what arrives, what is returned, and what is refused before anything leaves."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.api.errors import (
    ClickSendConfigError,
)
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_3_PLUS
from tests.support.tasks import STORES, Task
from tests.support.texts import ANN, BOB, CARL, HISTORY, PRICE, SEND, failure_of, numbers, sms

with_and_without_store = pytest.mark.parametrize("store", STORES)


# What arrives, and what is returned


def test_a_text_arrives_and_its_id_is_returned_and_pushed(sandbox):
    task = Task(sms(to=ANN, body="Load done", sender="ACME"))
    result = task.run()
    [message] = sandbox.messages()
    assert (message["to"], message["body"], message["from"]) == (ANN, "Load done", "ACME")
    assert result["message_ids"] == [message["message_id"]]
    assert (result["accepted"], result["refused"], result["parts"]) == (1, [], 1)
    assert (result["total_price"], result["currency"]) == ("0.0154", "USD")
    assert task.pushed.pop("clicksend_link").startswith("http://127.0.0.1:")
    tab = task.pushed.pop("clicksend_messages_link", None)  # Airflow before 3.1 has no tab
    assert tab in (None, "/dags/dag/runs/manual__1/tasks/send/plugin/clicksend-messages")
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
    assert before - 5 <= handle["since"] <= time.time()
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
    assert "to[0] lacks order" in failure_of(task)
    assert SEND not in sandbox.request_counts()


def test_a_template_that_is_not_there_is_an_error(sandbox):
    assert "0 SMS templates named 'nope'" in failure_of(Task(sms(to=ANN, body=None, template="nope")))


# Bad input


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"to": "0412345678"}, "(04123***5678) is not a number in E.164"),
        ({"to": "+1"}, "is not a number in E.164"),
        ({"to": ""}, "did the upstream task return anything? Nothing was sent."),
        ({"to": [*numbers(999), "0412345678"]}, "to[999] (04123***5678)"),
        ({"to": 15559998888}, "to is the int 15559***8888: write numbers as text"),
        ({"to": {"to": ANN}}, "to is a dict; a single row stands in a list"),
        ({"to": []}, "nobody to send to"),
        ({"to": 15559998888.0}, "to is the float 15559***8888: write numbers as text"),
        ({"to": float("nan")}, "to is empty"),
        ({"to": "None"}, "to 'None' holds no digits; did the upstream task return anything?"),
        ({"to": {ANN, BOB}}, "to is a set; make a list of it"),
        ({"to": None}, "both are empty; did the upstream task return anything?"),
        ({"list_id": "None"}, "list_id is 'None'; did the upstream task return anything?"),
        ({"list_id": 12.5}, "list_id is a float; it must be one id"),
        ({"to": ANN, "body": "Dear {name}"}, "body holds {name}, which nothing fills"),
        ({"to": ANN, "sender": "None"}, "sender is the word 'None'"),
        ({"to": ANN, "custom_string": "None"}, "custom_string is the word 'None'"),
        ({"to": ANN, "body": ""}, "body is empty"),
        ({"to": [ANN, BOB], "body": None}, "to[0] has no body; to[1] has no body"),
        ({"to": ANN, "list_id": 3555278}, "Exactly one of `to` and `list_id`"),
        ({}, "Exactly one of `to` and `list_id`"),
        ({"list_id": "my list"}, "list_id is the text 'my list'; it must be a whole number"),
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


# Price


def test_a_dry_run_asks_the_price_and_sends_nothing(sandbox):
    task = Task(sms(to=numbers(1001), dry_run=True))
    result = task.run()
    assert sandbox.request_counts() == {PRICE: 2}
    assert sandbox.messages() == []
    assert (result["total_price"], result["currency"], result["parts"]) == ("15.4154", "USD", 1001)
    assert (result["accepted"], result["message_ids"]) == (0, [])
    assert (task.pushed["return_value"], task.pushed["message_ids"]) == (result, [])


def test_a_batch_above_the_price_sends_nothing_and_says_what_it_would_have_cost(sandbox):
    text = failure_of(Task(sms(to=[ANN, BOB], max_price=0.03)))
    assert "would cost 0.0308 USD and max_price is 0.03" in text
    assert sandbox.request_counts() == {PRICE: 1}


def test_a_batch_within_the_price_is_sent(sandbox):
    assert Task(sms(to=[ANN, BOB], max_price="0.0308")).run()["accepted"] == 2
