"""`ClickSendApiOperator`: any call, checked before it is made, and never a text sent twice."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_provider_clicksend import exceptions as errors
from airflow_provider_clicksend.operators.api import ClickSendApiOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AirflowFailException

TEXT = {"to": "+15551230001", "body": "hi"}


def run(call: str, arguments: Any = None, *, try_number: int = 1, all_pages: bool = False) -> Any:
    operator = ClickSendApiOperator(task_id="t", call=call, arguments=arguments, all_pages=all_pages)
    return operator.execute({"ti": SimpleNamespace(try_number=try_number)})


@pytest.mark.parametrize(
    ("call", "all_pages", "said"),
    [
        ("sms.histroy", False, "choose from sms.history"),
        ("sms", False, "does not have this call"),
        ("sms._client", False, "does not have this call"),
        ("close", False, "does not have this call"),
        ("account.get", True, "has no pages"),
    ],
)
def test_a_call_that_does_not_exist_is_refused_when_the_dag_is_parsed(call: str, all_pages: bool, said: str) -> None:
    with pytest.raises(errors.ClickSendConfigError, match=said):
        ClickSendApiOperator(task_id="t", call=call, all_pages=all_pages)


@pytest.mark.parametrize(
    ("call", "arguments", "said"),
    [
        ("sms.history", {"datefrom": 1}, "unexpected keyword argument 'datefrom'; it takes page, limit, date_from"),
        ("contacts.get", {"list_id": 5}, "missing a required argument: 'contact_id'"),
        ("contacts.create", {"list_id": 5, "phone_number": "+15551230001", "nick": "x"}, "nick: no such argument"),
        ("sms.cancel_all", {}, "whole account's schedule"),
        ("sms.cancel_all", {"custom_string": None}, "whole account's schedule"),
        ("sms.history", {"limit": 5}, "limit=5"),
        (
            "contacts.list",
            {"list_id": "None"},
            "contacts.list: list_id is 'None'; did the upstream task return anything",
        ),
        ("contacts.list", {"list_id": ["5"]}, "contacts.list: list_id is a list; it must be one id"),
        ("sms.history", {"limit": "None"}, "sms.history: limit is empty; did the upstream task return anything"),
        ("sms.history", {"q": 17}, "sms.history: q is an int; it must be text"),
        ("lists.remove_duplicates", {"list_id": 5, "fields": "['phone_number']"}, "fields must be names, such as"),
        ("sms.history", "{'limit': 50}", "arguments is a str; it must be a dict"),
        ("sms.send", {"messages": [{"to": "+15551230001"}]}, "body is missing"),
    ],
)
def test_arguments_that_cannot_work_are_named_before_anything_is_sent(
    call: str, arguments: Any, said: str, sandbox: Sandbox
) -> None:
    with pytest.raises(AirflowFailException, match=said):
        run(call, arguments)
    assert sandbox.request_counts() == {}


def test_results_are_json_primitives(sandbox: Sandbox) -> None:
    results = [
        run("account.get"),
        run("account.countries"),
        run("sms.price", {"messages": [TEXT]}),
        run(
            "contacts.get",
            {"list_id": 3555278, "contact_id": run("contacts.list", {"list_id": 3555278})["rows"][0]["contact_id"]},
        ),
        run("templates.delete", {"template_id": 632497}),
        run("voice.cancel_all"),
        run("connections.list"),
    ]
    assert json.loads(json.dumps(results)) == results
    assert results[0]["balance"].startswith("100000")
    assert results[2]["total_price"] == "0.0154"
    assert results[4:6] == [None, 0]
    assert "url" not in results[6][0], "the link to authorise a connection is no accident in an XCom"


def test_one_page_or_all_of_them(sandbox: Sandbox) -> None:
    for number in range(32):
        run("contacts.create", {"list_id": 3555277, "phone_number": f"+1555124{number:04}"})
    page = run("contacts.list", {"list_id": 3555277, "limit": 15})
    assert (len(page["rows"]), page["total"], page["last_page"]) == (15, 32, 3)
    rows = run("contacts.list", {"list_id": 3555277, "limit": 15}, all_pages=True)
    assert len({row["contact_id"] for row in rows}) == 32
    with pytest.raises(AirflowFailException, match="leave out page"):
        run("contacts.list", {"list_id": 3555277, "page": 2}, all_pages=True)


def test_a_send_is_made_on_the_first_try_and_never_on_a_later_one(sandbox: Sandbox) -> None:
    assert run("sms.send", {"messages": [TEXT]})["messages"][0]["status"] == "SUCCESS"
    with pytest.raises(AirflowFailException, match=r"first try only.*ClickSendSmsOperator"):
        run("sms.send", {"messages": [TEXT]}, try_number=2)
    assert sandbox.count()["accepted"] == 1


@pytest.mark.parametrize("fault", ["accepted-then-dropped", "accepted-then-502", "accepted-then-html", "500"])
@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_every_error_of_a_send_is_final(fault: str, channel: str, sandbox: Sandbox) -> None:
    sandbox.fault(fault, f"/v3/{channel}/send")
    with pytest.raises(AirflowFailException, match="might send twice") as raised:
        run(f"{channel}.send", {"messages": [TEXT]})
    assert isinstance(raised.value.__cause__, errors.ClickSendError)
    assert sandbox.request_counts() == {f"POST /v3/{channel}/send": 1}


def test_other_calls_may_be_retried_by_airflow(sandbox: Sandbox) -> None:
    sandbox.fault("500", "/v3/account")
    with pytest.raises(errors.ClickSendServerError):
        run("account.get")
    assert run("account.get", try_number=2)["user_id"]
