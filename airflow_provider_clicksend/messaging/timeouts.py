"""Why a wait ended with nothing: which of the known causes fits what was seen."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.messaging.delivery import DeliveryWait, Outcome
from airflow_provider_clicksend.messaging.replies import ReplyWait
from airflow_provider_clicksend.messaging.statuses import status_of

#: ClickSend's free test numbers: it takes the message and charges nothing; no handset ever reports or replies.
TEST_NUMBERS = frozenset(
    {
        "+61411111111",
        "+61422222222",
        "+61433333333",
        "+61444444444",
        "+14055555555",
        "+14055555666",
        "+447777777777",
        "+8615555555555",
    }
)


def no_delivery(wait: DeliveryWait, *, channel: str = "sms", has_rule: bool | None = None) -> str:
    """Say what is missing after a wait for delivery, and why as far as that can be known.

    :param has_rule: whether the account has a POLL rule for receipts; None when that is not known.
    """
    summary = wait.summary()
    undecided = summary["pending"] + summary["unknown"]
    causes = _causes([outcome for outcome in wait.known.values() if not outcome.final])
    if summary["unknown"]:
        causes.append(
            f"{summary['unknown']} neither in the receipts nor in the history: check that the ids are of the account "
            "of this connection"
        )
    if has_rule is False:
        causes.insert(0, _no_rule("delivery receipts"))
    elif not channel_named(channel).has_known_rules:
        causes.append(f"check that the account has an automation rule with action POLL for {channel} receipts")
    return (
        f"No final delivery report for {undecided} of {_messages(wait.awaited.count)} "
        f"({summary['delivered']} delivered, {summary['failed']} failed): {'; '.join(causes)}."
    )


def _causes(open_: Sequence[Outcome]) -> list[str]:
    tests = [outcome for outcome in open_ if outcome.to in TEST_NUMBERS]
    review = [outcome for outcome in open_ if _word(outcome) == "waitapproval"]
    scheduled = [outcome for outcome in open_ if _word(outcome) == "scheduled"]
    explained = {outcome.message_id for outcome in (*tests, *review, *scheduled)}
    rest = [outcome for outcome in open_ if outcome.message_id not in explained]
    failing = [outcome for outcome in rest if status_of(outcome.status_code).temporary]
    silent = len(rest) - len(failing)
    texts = (
        (len(tests), "went to a ClickSend test number, which never gives a receipt"),
        (len(review), "WaitApproval: ClickSend reviews the text, often for a link in it"),
        (len(scheduled), "scheduled, so not sent yet"),
        (len(failing), "failed for now (status 300), and ClickSend tries again"),
        (silent, "sent (status 200) without a report from the carrier: some never report, others take up to 72 h"),
    )
    return [f"{number} {text}" for number, text in texts if number]


def no_reply(wait: ReplyWait, *, sent: Sequence[Outcome] = (), unknown: int = 0, has_rule: bool | None = None) -> str:
    """Say what came instead after a wait for a reply, and why as far as that can be known. Never a body.

    :param sent: what the history tells of the messages that were to be answered.
    :param unknown: how many of them it does not know.
    :param has_rule: whether the account has a POLL rule for inbound messages; None when that is not known.
    """
    asked = " and ".join(name for name in ("from_numbers", "pattern") if getattr(wait, name))
    counted = (
        (len(wait.came) - len(wait.too_slow), f"came that did not fit {asked or 'a wait for an answer'}"),
        (len(wait.too_slow), "came on which the pattern took too long: give one without nested repetition"),
        (sum(_from_a_name(o) for o in sent), "sent from a name, which nobody can reply to: send from a number"),
        (sum(o.to in TEST_NUMBERS for o in sent), "went to a ClickSend test number, which never replies"),
        (sum(o.outcome == "failed" for o in sent), "did not reach the handset"),
        (unknown, "not in the history: check that the ids are of the account of this connection"),
    )
    causes = [_no_rule("replies")] if has_rule is False else []
    if number := len(wait.ambiguous):
        causes.append(f"{_replies(number)} came that may answer another question to the same person")
    causes += [f"{number} {text}" for number, text in counted if number]
    if not causes:
        causes.append("nobody answered")
    return f"No reply to {_messages(wait.awaited.count)}: {'; '.join(causes)}."


def _from_a_name(outcome: Outcome) -> bool:
    return any(character.isalpha() for character in outcome.sender or "")


def _no_rule(what: str) -> str:
    return (
        f"the account has no enabled automation rule with action POLL for {what}, without which none can be read: "
        "add one in ClickSend's dashboard"
    )


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _replies(count: int) -> str:
    return "1 reply" if count == 1 else f"{count} replies"


def _word(outcome: Outcome) -> str:
    return (outcome.word or "").casefold()
