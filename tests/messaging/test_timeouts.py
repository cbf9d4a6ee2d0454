"""Which of the known causes a timeout names."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.messaging import timeouts
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.delivery import DeliveryWait, Outcome
from airflow_provider_clicksend.messaging.replies import Reply, ReplyWait

SECRET = "the whole story"


def after(*outcomes, ids=("A", "B")):
    wait = DeliveryWait(Awaited.read(list(ids)))
    wait.note(outcomes)
    return wait


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (Outcome("A", "pending", to="+61411111111", word="Completed"), "test number"),
        (Outcome("A", "pending", word="WaitApproval"), "reviews the text"),
        (Outcome("A", "pending", word="Scheduled"), "not sent yet"),
        (Outcome("A", "pending", "300"), "tries again"),
        (Outcome("A", "pending", "200", word="Sent"), "without a report from the carrier"),
        (Outcome("X", "pending"), "neither in the receipts nor in the history"),
    ],
)
def test_a_wait_for_delivery_names_the_one_cause_that_fits(outcome, cause):
    text = timeouts.no_delivery(after(outcome, ids="A"), has_rule=True)
    causes = ["test number", "reviews", "not sent yet", "tries again", "without a report", "neither in", "POLL"]
    assert cause in text
    assert sum(other in text for other in causes) == 1
    assert "for 1 of 1 message " in text


def test_a_missing_rule_is_named_first_and_only_when_it_is_known_to_be_missing():
    wait = after(Outcome("A", "delivered", "201"), Outcome("B", "pending", "200"))
    text = timeouts.no_delivery(wait, has_rule=False)
    assert text.startswith("No final delivery report for 1 of 2 messages (1 delivered, 0 failed): the account has no")
    assert "POLL" not in timeouts.no_delivery(wait, has_rule=None)
    assert "POLL for voice receipts" in timeouts.no_delivery(wait, channel="voice")


def replied(*bodies, **arguments):
    wait = ReplyWait(Awaited.read("A"), **arguments)
    wait.note(Reply(f"IN-{body}", "A", "+15551234567", None, body, 1, None) for body in bodies)
    return wait


@pytest.mark.parametrize(
    ("sent", "cause"),
    [
        (Outcome("A", "pending", sender="ACME Alerts"), "sent from a name"),
        (Outcome("A", "pending", sender="+61400000000", to="+61411111111"), "test number"),
        (Outcome("A", "failed", sender="+61400000000"), "did not reach the handset"),
        (Outcome("A", "delivered", sender="+61400000000"), "nobody answered"),
    ],
)
def test_a_wait_for_a_reply_names_the_one_cause_that_fits(sent, cause):
    text = timeouts.no_reply(replied(), sent=[sent], has_rule=True)
    causes = ["sent from a name", "test number", "did not reach", "nobody answered", "did not fit", "POLL", "history"]
    assert cause in text
    assert sum(other in text for other in causes) == 1


def test_replies_that_did_not_fit_are_counted_and_never_quoted():
    text = timeouts.no_reply(replied(SECRET, SECRET + "!", pattern="^YES$"), has_rule=True)
    assert "2 came that did not fit pattern" in text
    assert SECRET not in text
    both = timeouts.no_reply(replied(SECRET, pattern="^YES$", from_numbers=["+15550000001"]), unknown=1)
    assert "1 came that did not fit from_numbers and pattern" in both
    assert "1 not in the history" in both


def test_without_a_rule_for_replies_the_text_says_what_to_add():
    assert "rule with action POLL for replies" in timeouts.no_reply(replied(), has_rule=False)
