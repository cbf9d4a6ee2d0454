"""Picture messages against the sandbox over HTTP."""

from __future__ import annotations

import time

import pytest

from airflow_provider_clicksend.operators.mms import ClickSendMmsOperator
from airflow_provider_clicksend.version_compat import AirflowFailException
from tests.support.tasks import STORES, Task

ANN, BOB, CARL = "+15551230001", "+15551230002", "+15551230003"
CAT, DOG = "https://example.com/cat.jpg", "https://example.com/dog.jpg"
SEND, UPLOAD = "POST /v3/mms/send", "POST /v3/uploads"


def mms(**arguments):
    arguments = {"task_id": "send", "body": "Look", "subject": "Cat", "media_file": CAT, "settle": 0.5, **arguments}
    return ClickSendMmsOperator(**arguments)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "cat.jpg"
    path.write_bytes(b"\xff\xd8\xff a cat")
    return path


def test_a_picture_goes_to_all_in_one_request(sandbox):
    result = Task(mms(to=[ANN, BOB])).run()
    assert result["accepted"] == 2
    assert sandbox.request_counts() == {SEND: 1}
    assert {message["details"]["media_file"] for message in sandbox.messages()} == {CAT}
    assert {message["details"]["subject"] for message in sandbox.messages()} == {"Cat"}


@pytest.mark.parametrize("store", STORES)
def test_each_distinct_picture_takes_one_request_and_a_retry_none(sandbox, store):
    rows = [ANN, {"to": BOB, "media_file": DOG}, {"to": CARL, "subject": "Hers"}]
    task = Task(mms(to=rows), store=store)
    assert task.run()["accepted"] == task.run()["accepted"] == 3
    assert sandbox.request_counts()[SEND] == 2
    pictures = {message["to"]: message["details"]["media_file"] for message in sandbox.messages()}
    assert pictures == {ANN: CAT, BOB: DOG, CARL: CAT}


def test_a_local_picture_is_uploaded_once(sandbox, picture):
    assert Task(mms(to=[ANN, {"to": BOB, "subject": "His"}], media_file=picture)).run()["accepted"] == 2
    assert sandbox.request_counts() == {UPLOAD: 1, SEND: 1}
    assert sandbox.messages()[0]["details"]["media_file"].startswith("http")


def test_a_dry_run_asks_the_price_of_each_picture(sandbox):
    Task(mms(to=[ANN, {"to": BOB, "media_file": DOG}], dry_run=True)).run()
    assert sandbox.request_counts() == {"POST /v3/mms/price": 2}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"subject": None}, "has no subject"),
        ({"media_file": None}, "has no media_file"),
        ({"subject": "x" * 21}, "subject"),
        ({"to": [*(f"+1555{n:07}" for n in range(1000)), {"to": ANN, "subject": "x" * 21}]}, r"to\[1000\] subject"),
        ({"to": "0412345678"}, "E.164"),
    ],
)
def test_bad_input_is_a_clear_error_before_anything_leaves(sandbox, arguments, problem):
    with pytest.raises(AirflowFailException, match=problem):
        Task(mms(**{"to": ANN, **arguments})).run()
    assert sandbox.request_counts() == {}


def test_an_upload_cannot_be_scheduled(sandbox, picture):
    task = Task(mms(to=ANN, media_file=picture, schedule=int(time.time()) + 3600))
    with pytest.raises(AirflowFailException, match="ten minutes"):
        task.run()
    assert sandbox.request_counts() == {}


def test_a_picture_that_is_missing_or_too_large_is_an_error(sandbox, tmp_path):
    large = tmp_path / "large.jpg"
    large.write_bytes(b"x" * 250_001)
    for path, problem in ((large, "250,001 bytes"), (tmp_path / "none.jpg", "No such file")):
        with pytest.raises(AirflowFailException, match=problem):
            Task(mms(to=ANN, media_file=path)).run()
    assert sandbox.request_counts() == {}


def test_sending_stops_when_the_task_is_killed(sandbox):
    operator = mms(to=ANN)
    operator.on_kill()  # nothing runs: nothing to stop
    assert Task(operator).run()["accepted"] == 1
