"""`airflow clicksend doctor`: its verdicts are right in each world of the sandbox."""

from __future__ import annotations

import io
import json
import logging
import threading
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_provider_clicksend.api import ClickSendClient
from airflow_provider_clicksend.cli import doctor
from airflow_provider_clicksend.engine import live_check
from airflow_provider_clicksend.engine.live_check import LiveCheck
from airflow_provider_clicksend.exceptions import ClickSendError
from airflow_provider_clicksend.messaging.live_report import BELIEFS
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.sandbox.worlds import World

ME = "+15551234567"
#: Worlds that one text and its answer can tell, and what is seen there.
TOLD: list[tuple[str, Any, str]] = [
    ("answer_echo", "null", "null"),
    ("answer_echo", "upper", "upper"),
    ("answer_number_form", "no_plus", "no_plus"),
    ("history_echo", "empty", "empty"),
    ("history_echo", "truncated", "truncated"),
    ("history_body", "trimmed", "trimmed"),
    ("history_body", "null", "null"),
    ("history_body", "truncated", "truncated"),
    ("history_status_code", "null", ""),
    ("number_form", "spaced", "spaced"),
    ("q_to", "nothing", "finds nothing"),
    ("q_to", "error", "refused"),
    ("q_message_id", "nothing", "finds nothing"),
    ("q_message_id", "partial", "matches parts"),
    ("q_message_id", "error", "refused"),
    ("date_filter", "exclusive", "excluded"),
    ("date_filter", "ignored", "not looked at"),
    ("date_header", "missing", "missing"),
    ("date_header_offset", 30.0, "from the date of the text"),
    ("clock_offset", 86400.0, "s from this machine's"),
    ("receipt_form", "numbers", "numbers"),
    ("receipt_form", "sparse", "sparse"),
    ("receipt_echo", "null", "null"),
    ("reply_form", "sparse", "sparse"),
    ("reply_echo", "upper", "upper"),
    ("reply_attribution", "none", "none"),
    ("id_errors", {"*": 500}, "ClickSend"),
]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(live_check, "_POLL", 0.1)
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")  # the command sets it; it shall not outlive the test
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ClickSendClient]:
    with ClickSendClient(sandbox.api_key, base_url=sandbox.url) as client:
        yield client


def checked(client: ClickSendClient, sandbox: Sandbox) -> LiveCheck:
    live = LiveCheck(client, settle=5, timeout=3, reply_timeout=5)
    live.look()
    sandbox.will_answer(ME, "here", after=0.1)
    live.text(ME)
    return live


def test_every_guess_has_a_belief_and_a_verdict() -> None:
    assert set(BELIEFS) == set(World.model_fields)


def test_where_all_is_as_believed_nothing_is_contradicted(client: ClickSendClient, sandbox: Sandbox) -> None:
    report = checked(client, sandbox).report
    assert [found for found in report.verdicts.values() if found.verdict == "contradicted"] == []
    assert {name for name, found in report.verdicts.items() if found.verdict == "confirmed"} >= {
        name for name, _, _ in TOLD
    }
    assert 0 <= report.measured["history_lag"] < 5
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize(("world", "value", "seen"), TOLD, ids=lambda value: str(value)[:20])
def test_a_world_that_is_otherwise_is_told(
    client: ClickSendClient, sandbox: Sandbox, world: str, value: Any, seen: str
) -> None:
    sandbox.world(**{world: value})
    found = checked(client, sandbox).report.verdicts[world]
    assert found.verdict == "contradicted"
    assert seen in found.seen
    assert len(sandbox.messages()) == 1


def arguments(**given: Any) -> Namespace:
    defaults = {"conn_id": "clicksend_default", "send_to": None, "yes": False, "timeout": 3.0, "reply_timeout": 0.0}
    return Namespace(**{**defaults, "fix": False, "json": False, **given})


KINDS = ("sms/receipts", "sms/inbound", "voice/receipts")


def rules(client: ClickSendClient, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.gateway("GET", f"/automations/{kind}")["data"]
    return found


def without_rules(client: ClickSendClient, *kinds: str) -> None:
    for kind in kinds:
        for rule in rules(client, kind):
            number = rule.get("receipt_rule_id") or rule["inbound_rule_id"]
            client.gateway("DELETE", f"/automations/{kind}/{number}")


def test_fix_creates_the_rules_that_are_missing_and_no_other(
    client: ClickSendClient, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    without_rules(client, "sms/inbound", "voice/receipts")
    doctor.run(arguments(fix=True, yes=True))
    assert [[rule["action"] for rule in rules(client, kind)] for kind in KINDS] == [["POLL"], ["POLL"], ["POLL"]]
    said = capsys.readouterr().err
    assert said.index("For replies, POST /automations/sms/inbound will be asked") < said.index("replies was created")
    doctor.run(arguments(fix=True, yes=True))
    assert "Nothing was created" in capsys.readouterr().err
    assert sandbox.request_counts()["POST /v3/automations/sms/inbound"] == 1


@pytest.mark.parametrize("given", [{"fix": True}, {"yes": True}])
def test_without_a_yes_or_without_fix_no_rule_is_created(
    client: ClickSendClient, monkeypatch: pytest.MonkeyPatch, given: dict[str, bool]
) -> None:
    without_rules(client, *KINDS)
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    doctor.run(arguments(**given))
    assert [rules(client, kind) for kind in KINDS] == [[], [], []]


def test_fix_leaves_alone_what_it_cannot_read_and_says_what_it_cannot_create(
    client: ClickSendClient, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    without_rules(client, *KINDS)
    sandbox.fault("maton-message", "/v3/automations/voice/receipts", status=403, times=None)
    sandbox.fault("502", "/v3/automations/sms/receipts", skip=2, times=1)
    doctor.run(arguments(fix=True, yes=True))
    said = capsys.readouterr().err
    assert "the rules for receipts of calls could not be read" in said
    assert "whether the rule for delivery receipts was created is not known" in said
    assert "A POLL rule for replies was created" in said
    assert sandbox.request_counts()["POST /v3/automations/sms/receipts"] == 1


def test_the_countries_and_the_limit_of_the_account_are_told(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.settings(rate_limit=20)
    doctor.run(arguments(json=True))
    out, said = capsys.readouterr()
    assert json.loads(out)["limits"] == {"GET /account": 20}
    assert "countries" in said


def test_without_a_number_nothing_is_sent(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    doctor.run(arguments())
    assert sandbox.messages() == []
    assert "confirmed     date_header" in capsys.readouterr().err


@pytest.mark.parametrize(("word", "texts"), [("yes", 1), ("no", 0), ("", 0)])
def test_a_text_is_sent_after_a_yes_only(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], word: str, texts: int
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{word}\n"))
    doctor.run(arguments(send_to=ME))
    assert len(sandbox.messages()) == texts
    assert "to +1555***4567? It costs money. [yes/no]" in capsys.readouterr().err


def test_the_json_holds_a_verdict_for_each_guess_and_nothing_personal(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    threading.Timer(1.0, sandbox.reply, (ME, "my secret answer")).start()
    doctor.run(arguments(send_to=ME, yes=True, reply_timeout=5.0, json=True))
    said = capsys.readouterr().out
    report = json.loads(said)
    assert {found["guess"] for found in report["verdicts"]} == set(BELIEFS)
    [message] = sandbox.messages()
    for secret in (ME, ME[1:], "secret", message["message_id"], message["body"].strip(), sandbox.api_key):
        assert secret not in said


def test_a_refused_text_ends_with_the_reason(sandbox: Sandbox) -> None:
    sandbox.control("POST", "refusals", json={"to": ME, "status": "COUNTRY_NOT_ENABLED"})
    with pytest.raises(SystemExit, match="COUNTRY_NOT_ENABLED"):
        doctor.run(arguments(send_to=ME, yes=True))


def test_a_lost_answer_is_not_sent_again(sandbox: Sandbox) -> None:
    sandbox.fault("accepted-then-dropped", "/v3/sms/send", times=1)
    with pytest.raises(SystemExit, match="told nothing more"):
        doctor.run(arguments(send_to=ME, yes=True))
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize("number", ["5551234567", "+1 555 123 4567", "x"])
def test_a_number_that_cannot_be_texted_is_refused_at_once(sandbox: Sandbox, number: str) -> None:
    with pytest.raises(SystemExit, match="--send-to"):
        doctor.run(arguments(send_to=number, yes=True))
    assert sandbox.request_counts() == {}


def test_a_key_that_is_refused_ends_it(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"conn_type": "clicksend", "host": sandbox.url, "password": "another-key"}
    monkeypatch.setenv("AIRFLOW_CONN_CLICKSEND_DEFAULT", json.dumps(wrong))
    with pytest.raises(SystemExit, match="Nothing else can be tried"):
        doctor.run(arguments())


def test_a_gateway_that_hangs_says_nothing_about_a_filter(client: ClickSendClient, sandbox: Sandbox) -> None:
    live = LiveCheck(client, settle=5, timeout=1)
    live.look()
    sandbox.fault("dropped", "/v3/sms/history", times=None)
    with pytest.raises(ClickSendError):
        live.text(ME)
    assert {live.report.verdicts[name].verdict for name in ("q_to", "q_message_id", "id_errors")} == {"not tried"}
    assert len(sandbox.messages()) == 1
