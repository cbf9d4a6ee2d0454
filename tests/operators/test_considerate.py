"""Considerate sending against the sandbox: quiet hours, who is left out, who comes twice, and limits; all channels."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from airflow_provider_clicksend.operators.mms import ClickSendMmsOperator
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.operators.voice import ClickSendVoiceOperator
from airflow_provider_clicksend.version_compat import AirflowSkipException
from tests.support.tasks import STORES, Task
from tests.support.texts import ANN, BOB, SEND, failure_of, sms

NEW_YORK = "+12125550123"
PICTURE = {"media_file": "https://example.com/a.jpg", "subject": "s"}
CHANNELS = [
    pytest.param(ClickSendSmsOperator, {}, id="sms"),
    pytest.param(ClickSendMmsOperator, PICTURE, id="mms"),
    pytest.param(ClickSendVoiceOperator, {}, id="voice"),
]
every_channel = pytest.mark.parametrize(("operator", "arguments"), CHANNELS)


def hours(before: int, after: int) -> tuple[str, str]:
    """Quiet hours around this hour, in UTC."""
    now = datetime.now(UTC)
    return tuple(f"{now + timedelta(hours=by):%H:%M}" for by in (-before, after))


def quiet_task(operator, **arguments):
    row = {"to": NEW_YORK, "timezone": "UTC"}
    return Task(operator(task_id="send", to=[row], body="hi", settle=0.5, quiet_hours=hours(1, 2), **arguments))


@every_channel
def test_what_falls_into_quiet_hours_is_scheduled_and_the_result_says_so(sandbox, operator, arguments):
    task = quiet_task(operator, **arguments)
    result = task.run()
    [message] = sandbox.messages()
    assert 3600 < message["schedule"] - time.time() <= 2 * 3600
    assert (result["accepted"], result["scheduled"]) == (1, 1)
    assert result["messages"][0]["schedule"] == message["schedule"]


def test_outside_of_quiet_hours_texts_leave_at_once(sandbox):
    result = Task(sms(to=[{"to": NEW_YORK, "timezone": "UTC"}], quiet_hours=hours(3, -1))).run()
    assert (result["scheduled"], "schedule" in result["messages"][0]) == (0, False)
    assert sandbox.messages()[0]["schedule"] <= time.time() + 1


@pytest.mark.parametrize("store", STORES)
def test_a_later_try_at_another_time_takes_a_scheduled_text_for_the_same(sandbox, store):
    task = quiet_task(ClickSendSmsOperator)
    task.store = store
    task.run()
    time.sleep(0.2)
    for quiet in (hours(1, 3), hours(3, -1)):
        task.operator.quiet_hours = quiet
        result = task.run()
        assert (result["accepted"], result["scheduled"]) == (1, 1)
    assert sandbox.count()["accepted"] == 1


def test_a_scheduled_text_whose_answer_was_lost_is_found_and_not_sent_again(sandbox):
    sandbox.fault("accepted-then-dropped", "/v3/sms/send", times=1)
    result = quiet_task(ClickSendSmsOperator).run()
    assert (result["accepted"], result["scheduled"], sandbox.count()["accepted"]) == (1, 1, 1)


def test_one_whose_time_cannot_be_found_stops_all(sandbox):
    task = Task(sms(to=[NEW_YORK, "+18005550123"], quiet_hours=("20:00", "18:00")))
    assert "to[1] (+1800***0123) may be in any of" in failure_of(task)
    assert sandbox.messages() == []


@every_channel
def test_nobody_in_the_excluded_list_is_sent_to(sandbox, client, operator, arguments):
    opted_out = client.lists.create(list_name="No thanks").list_id
    client.contacts.create(opted_out, phone_number="(555) 123-0001")
    result = Task(operator(task_id="send", to=[ANN, BOB], body="hi", exclude_list_id=opted_out, **arguments)).run()
    assert [message["to"] for message in sandbox.messages()] == [BOB]
    assert (result["accepted"], result["excluded"]) == (1, 1)


def test_a_list_that_is_not_there_leaves_out_nobody_and_sends_nothing(sandbox):
    failure_of(Task(sms(to=[ANN], exclude_list_id=999)))
    assert sandbox.messages() == []


def test_when_everybody_is_left_out_the_policy_for_nobody_decides(sandbox, client):
    opted_out = client.lists.create(list_name="No thanks").list_id
    client.contacts.create(opted_out, phone_number=ANN)
    arguments = {"to": [ANN], "exclude_list_id": opted_out}
    assert "all 1 recipients are in the list" in failure_of(Task(sms(**arguments)))
    with pytest.raises(AirflowSkipException):
        Task(sms(**arguments, on_empty="skip")).run()
    task = Task(sms(**arguments, on_empty="send"))
    assert (task.run()["accepted"], task.pushed["message_ids"], sandbox.messages()) == (0, [], [])


@every_channel
def test_first_sends_each_number_one_message(sandbox, operator, arguments):
    result = Task(operator(task_id="send", to=[ANN, BOB, ANN], body="hi", on_duplicates="first", **arguments)).run()
    assert [message["to"] for message in sandbox.messages()] == [ANN, BOB]
    assert result["duplicates"] == 1


def test_a_number_that_comes_twice_is_a_warning_that_names_the_places(sandbox, spoken):
    Task(sms(to=[ANN, ANN, BOB])).run()
    assert "to[1] has the number of to[0]" in spoken.text
    assert len(sandbox.messages()) == 3


def test_a_number_that_comes_twice_can_be_an_error(sandbox):
    assert "to[1] has the number of to[0]" in failure_of(Task(sms(to=[ANN, ANN], on_duplicates="fail")))
    assert sandbox.messages() == []


def test_with_the_policy_first_a_throttled_second_copy_does_not_follow_later(sandbox):
    sandbox.settings(throttle_window=2)
    task = Task(sms(to=[ANN, ANN, BOB], on_duplicates="first", retries=1))
    task.run()
    task.run()
    assert sandbox.copies() == {(ANN, "hi", "sms"): 1, (BOB, "hi", "sms"): 1}


def test_too_many_recipients_send_nothing(sandbox, client):
    assert "max_recipients is 1" in failure_of(Task(sms(to=[ANN, BOB], max_recipients=1)))
    listed = client.lists.create(list_name="two").list_id
    for number in (ANN, BOB):
        client.contacts.create(listed, phone_number=number)
    assert "max_recipients is 1" in failure_of(Task(sms(list_id=listed, max_recipients=1)))
    assert sandbox.request_counts().get(SEND, 0) == 0


def test_a_dry_run_shows_three_texts_with_masked_numbers(sandbox):
    result = Task(sms(to=[{"to": n, "body": f"for {n[-1]}"} for n in (ANN, BOB)], dry_run=True)).run()
    assert result["sample"] == [{"to": "+1555***0001", "body": "for 1"}, {"to": "+1555***0002", "body": "for 2"}]
    assert sandbox.messages() == []


@pytest.mark.parametrize("argument", [{"quiet_hours": ("21:00", "08:00")}, {"exclude_list_id": 1}])
def test_what_needs_the_numbers_does_not_go_with_a_list(sandbox, argument):
    assert "goes with `to`" in failure_of(Task(sms(list_id=1, **argument)))
