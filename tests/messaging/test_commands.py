"""Which text is a command, from whom, and when it answers a question instead."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.messaging.commands import Command, CommandRules, Verdict, is_from, text_id
from airflow_provider_clicksend.messaging.conversation import Text, question_code
from airflow_provider_clicksend.messaging.replies import Reply

ANN, BOB = "+15551234567", "+15557654321"
STATUS = r"(?i)status\s+(?P<topic>\w+)"


def text(body: str, sender: str | None = ANN, *, at: int = 1000, message_id: str = "IN-1") -> Reply:
    return Reply(message_id, None, sender, "+15550000000", body, at, None)


def rules(numbers=(ANN,), keyword=None, pattern: str | None = STATUS) -> CommandRules:
    return CommandRules.read(list(numbers), keyword, pattern)


def question(body: str = "Load 1.2M rows? Reply YES or NO", *, at: int = 900, ref: str = "af-1", to: str = ANN) -> Text:
    return Text(f"OUT-{ref}-{at}", to, body, at, ref)


def judged(body: str, *sent: Text, came=(), keyword=None, pattern: str | None = "(?i).*") -> Verdict:
    made = rules(keyword=keyword, pattern=pattern)
    command = made.read_text(text(body))
    assert isinstance(command, Command)
    return made.judge(command, sent, came)


def test_named_groups_of_the_pattern_become_the_payload() -> None:
    command = rules().read_text(text("  Status   sales "))
    assert isinstance(command, Command)
    assert command.as_json() == {
        "id": text_id(text("x")),
        "message_id": "IN-1",
        "from": ANN,
        "to": "+15550000000",
        "body": "  Status   sales ",
        "received_at": 1000,
        "keyword": None,
        "groups": {"topic": "sales"},
    }


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("What does STATUS sales do", Verdict.OTHER),  # the whole text must fit
        ("STATUS", Verdict.OTHER),
        ("STOP", Verdict.OPT_OUT),
        (" stop. ", Verdict.OPT_OUT),
        ("STATUS sales " + "x" * 3000, Verdict.OTHER),
    ],
)
def test_other_texts_start_nothing(body: str, verdict: Verdict) -> None:
    assert rules().read_text(text(body)) is verdict


def test_words_of_opting_out_start_nothing_whatever_the_pattern() -> None:
    assert rules(pattern=".*").read_text(text("Unsubscribe")) is Verdict.OPT_OUT


def test_an_invisible_character_and_full_width_letters_change_nothing() -> None:
    command = rules(keyword="STATUS").read_text(text("\uff33\uff34\uff21\uff34\uff35\uff33 sa\u200bles"))
    assert isinstance(command, Command)
    assert command.groups == {"topic": "sales"}


def test_a_pattern_that_takes_for_ever_is_given_up() -> None:
    assert rules(pattern="(a|a|b?a)+").read_text(text("a" * 60 + "!")) is Verdict.TOO_SLOW


@pytest.mark.parametrize(
    ("body", "keyword"),
    [("status: sales", "STATUS"), ("Statusx", None), ("the status", None), ("run  all now", "RUN ALL"), ("run", "RUN")],
)
def test_a_keyword_begins_the_text_as_whole_words(body: str, keyword: str | None) -> None:
    found = rules(keyword=["STATUS", "RUN", "RUN ALL"], pattern=None).read_text(text(body))
    assert (found.keyword if isinstance(found, Command) else None) == keyword


def test_a_mark_belongs_to_the_word_before_it() -> None:
    assert rules(keyword="ह", pattern=None).read_text(text("हाँ")) is Verdict.OTHER
    assert isinstance(rules(keyword="हाँ", pattern=None).read_text(text("हाँ sales")), Command)


@pytest.mark.parametrize(
    "sender", ["+15551234567", "15551234567", "0015551234567", "(555) 123-4567", "05551234567", "+1 555 123 4567"]
)
def test_an_allowed_number_is_known_in_all_its_forms(sender: str) -> None:
    assert is_from(ANN, sender)
    command = rules().read_text(text("status sales", sender))
    assert isinstance(command, Command)
    assert command.number == ANN, "the started DAG gets E.164"


@pytest.mark.parametrize(
    "sender",
    [
        None,
        "",
        "4567",
        "234567",  # a short code that an allowed number happens to end with
        "+5551234567",  # another country's number
        "+445551234567",
        "+9915551234567",  # an allowed number is its ending
        "Ann",
        BOB,
    ],
)
def test_a_number_that_only_looks_like_an_allowed_one_starts_nothing(sender: str | None) -> None:
    assert rules().read_text(text("status sales", sender)) is Verdict.STRANGER


def test_without_an_open_question_a_text_is_a_command() -> None:
    assert judged("status sales") is Verdict.COMMAND
    assert judged("status sales", question("The load is done.")) is Verdict.COMMAND
    assert judged("status sales", question(to=BOB)) is Verdict.COMMAND
    assert judged("status sales", question(at=1001)) is Verdict.COMMAND, "it was asked afterwards"


def test_an_alert_is_no_question() -> None:
    assert judged("yes", question("Failed. Why?", ref="al-1")) is Verdict.COMMAND


def test_while_a_question_is_open_a_text_is_its_answer() -> None:
    assert judged("yes", question()) is Verdict.ANSWER
    assert judged("ja", question()) is Verdict.ANSWER, "translations do not stand in the question"


def test_a_question_that_was_answered_is_open_no_longer() -> None:
    assert judged("status sales", question(), came=[text("YES", at=950, message_id="IN-0")]) is Verdict.COMMAND


def test_a_question_is_not_open_for_ever() -> None:
    made = rules(pattern=".*")
    command = made.read_text(text("hello", at=1_000_000))
    assert isinstance(command, Command)
    assert made.judge(command, [question(at=900_000)], []) is Verdict.COMMAND


def test_a_keyword_that_no_open_question_holds_is_a_command_all_the_same() -> None:
    asked = question()
    assert judged("STATUS sales", asked, keyword="STATUS", pattern=None) is Verdict.COMMAND
    assert judged("YES", asked, keyword=["STATUS", "YES"], pattern=None) is Verdict.ANSWER


def test_a_text_with_the_code_of_a_question_is_its_answer_however_late() -> None:
    asked = question(ref="af-7")
    answered = [text("YES", at=950, message_id="IN-0")]
    body = f"STATUS {question_code('af-7')}"
    assert judged(body, asked, came=answered, keyword="STATUS") is Verdict.ANSWER


@pytest.mark.parametrize("numbers", [None, [], ["5551234567"], "anybody"])
def test_no_list_of_numbers_no_start(numbers) -> None:
    with pytest.raises(ClickSendConfigError) as caught:
        CommandRules.read(numbers, "STATUS", None)
    assert caught.value.field == "from_numbers"


@pytest.mark.parametrize("keyword", ["STOP", "opt out", "", "!", 7, ["RUN", "cancel"]])
def test_a_keyword_that_could_never_start_anything_is_refused(keyword) -> None:
    with pytest.raises(ClickSendConfigError, match="cannot start anything"):
        CommandRules.read(ANN, keyword, None)


def test_something_must_be_asked_for() -> None:
    with pytest.raises(ClickSendConfigError, match="Neither keyword nor pattern"):
        CommandRules.read([ANN], None, None)


def test_a_pin_is_not_passed_on() -> None:
    command = rules(pattern=r"RUN (?P<job>\w+) (?P<pin>\d{6})").read_text(text("RUN sales 909090"))
    assert isinstance(command, Command)
    assert command.pin == "909090"
    assert "909090" not in str(command.as_json())
    assert command.as_json()["groups"] == {"job": "sales"}
