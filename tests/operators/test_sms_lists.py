"""Texts to a contact list of ClickSend, and each of its contacts once."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.errors import (
    ClickSendMessageRefusedError,
)
from tests.support.scripted_server import said, scripted
from tests.support.tasks import STORES, Task
from tests.support.texts import SEND, failure_of, sms

with_and_without_store = pytest.mark.parametrize("store", STORES)


def test_a_list_takes_one_request_and_texts_each_contact(sandbox):
    result = Task(sms(list_id=3555278)).run()
    assert (result["accepted"], len(result["message_ids"])) == (10, 10)
    assert sandbox.request_counts() == {SEND: 1}


def test_an_answer_that_names_nobody_is_a_warning(on_a_server, spoken):
    # What ClickSend answers for an empty list was not seen; the sandbox refuses it.
    data = {"total_price": 0, "total_count": 0, "queued_count": 0, "messages": []}
    answer = {"http_code": 200, "response_code": "SUCCESS", "response_msg": "", "data": data}
    with scripted(said(answer)) as server:
        on_a_server(server)
        assert Task(sms(list_id=3555277)).run()["accepted"] == 0
    assert "named no recipients" in spoken.text


with_a_store = pytest.mark.parametrize("store", STORES[:1])


@with_a_store
def test_a_list_that_was_accepted_without_an_answer_is_not_sent_again(sandbox, store):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send")
    task = Task(sms(list_id="3555278"), store=store)
    assert task.run()["accepted"] == task.run()["accepted"] == 10
    assert sandbox.count(by="to")["accepted"] == sandbox.count(by="to")["distinct"] == 10
    assert sandbox.request_counts()[SEND] == 1


@with_a_store
def test_a_list_that_was_lost_is_sent_once_more_as_a_list(sandbox, store):
    sandbox.fault("dropped", "/v3/sms/send")
    task = Task(sms(list_id="3555278"), store=store)
    assert task.run()["accepted"] == 10
    assert {message["list_id"] for message in sandbox.messages()} == {3555278}
    assert sandbox.count(by="to")["doubled"] == 0


@with_and_without_store
@pytest.mark.parametrize("custom_string", [None, "order-17"])
def test_a_contact_that_was_refused_is_never_texted_by_its_number(sandbox, store, custom_string):
    refused = "+18015550104"
    sandbox.control("POST", "refusals", json={"to": refused, "status": "INTERNAL_ERROR", "times": 1})
    task = Task(sms(list_id=3555278, custom_string=custom_string), store=store)
    failure_of(task, ClickSendMessageRefusedError)
    if store:
        failure_of(task, ClickSendMessageRefusedError)
    else:
        task.run()
    assert {message["list_id"] for message in sandbox.messages()} == {3555278}
    assert sandbox.count(by="to")["doubled"] == 0
