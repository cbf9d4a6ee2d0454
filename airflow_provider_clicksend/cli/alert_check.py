"""``airflow clicksend test-alert``: send one real alert, or those of a DAG, and wait until the handsets have them.

Airflow before 3.2 takes no commands from providers; there it is
``python -m airflow_provider_clicksend.cli.alert_check --to +15551234567``.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from datetime import UTC, datetime
from socket import gethostname
from typing import TYPE_CHECKING
from uuid import uuid4

from airflow_provider_clicksend.api.channels import channel_named
from airflow_provider_clicksend.api.deadline import Deadline
from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.cli import run_as_module
from airflow_provider_clicksend.engine.delivery_look import DeliveryLook
from airflow_provider_clicksend.engine.look import any_poll_rule
from airflow_provider_clicksend.engine.waiting import Done, Failed, WaitSteps
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging.awaited import Awaited
from airflow_provider_clicksend.messaging.delivery import DeliveryWait, failure
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.messaging.reference import alert_reference
from airflow_provider_clicksend.messaging.timeouts import no_delivery
from airflow_provider_clicksend.notifications._send import Letter
from airflow_provider_clicksend.notifications.clicksend import ClickSendSmsNotifier
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient

POLL_SECONDS = 2.0
#: What keeps an alert from being sent, and is told in one line.
ERRORS: tuple[type[Exception], ...] = (ClickSendError, *AIRFLOW_CALL_ERRORS)


def run(args: Namespace) -> None:
    """Send, wait, say what happened; end with 0 when the text was delivered, and with 1 and the reason otherwise.

    :param args: ``conn_id``, ``to`` (E.164), ``dag_id``, ``dag_file`` and ``timeout`` (seconds to wait for a receipt).
    """
    # As `airflow connections test` does: without it Airflow 3 looks for connections in the environment only.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    try:
        problem = _run_dag(args) if args.dag_id else _run_one(args)
    except ERRORS as error:
        problem = str(error)
    if problem:
        sys.exit(f"THE TEST ALERT FAILED: {problem}")


def _run_one(args: Namespace) -> str:
    if not args.to:
        return "say whom to text (--to), or whose notifiers to run (--dag-id)."
    client = ClickSendHook(args.conn_id).get_conn()
    return wait_for_receipts(client, [_send(client, args.to)], timeout=args.timeout)


def _run_dag(args: Namespace) -> str:
    from airflow_provider_clicksend.cli.dag_check import DagCheck, load_dag

    return DagCheck(load_dag(args.dag_id, args.dag_file), to=args.to, timeout=args.timeout).run()


def _send(client: ClickSendClient, to: str) -> str:
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    text = f"Test alert from Airflow on {gethostname()}, {now}. If you read this, alerts reach you."
    letter = Letter.to(
        client,
        "sms",
        to=[to],
        common={"body": text},
        reference=alert_reference("clicksend test-alert", uuid4().hex, ""),
    )
    [message_id] = send_letter(letter)
    return message_id


def send_letter(letter: Letter) -> list[str]:
    """Send it, say what was accepted, and return the message ids.

    :raises ClickSendError: not everything was accepted.
    """
    letter.send(Deadline.after(ClickSendSmsNotifier.TIME))
    if letter.doubtful:
        letter.look(Deadline.after(ClickSendSmsNotifier.TIME), ClickSendSmsNotifier.SETTLE)
    if letter.problem:
        raise letter.problem
    result = letter.result
    ids = [str(row["message_id"]) for row in result.rows]
    to = ", ".join(mask_number(number) for number in letter.batch.recipients)
    say(f"Accepted for {to}: message {', '.join(ids)}, {result.total_price} {result.currency or ''}")
    return ids


def wait_for_receipts(client: ClickSendClient, message_ids: list[str], *, timeout: float, channel: str = "sms") -> str:
    """Return what is wrong, or an empty text once the handsets have the messages."""
    wait = DeliveryWait(Awaited.read(message_ids))
    look, steps = DeliveryLook(client, channel=channel), WaitSteps(wait)
    began = time.monotonic()
    say(f"Waiting up to {timeout:g} s for its receipt ...")
    while True:
        last = time.monotonic() - began > timeout
        step = steps.after(look([wait.wanted()], last=last), poll_interval=POLL_SECONDS)
        if isinstance(step, Done):
            break
        if isinstance(step, Failed):
            return str(step.error)
        if last and step.error is not None:
            return f"Its receipt could not be read: {step.error}"
        if last:
            rules = channel_named(channel).receipt_rules(client)
            return no_delivery(wait, channel=channel, has_rule=any_poll_rule(client, rules) if rules else None)
        time.sleep(min(step.seconds, max(0.1, began + timeout - time.monotonic())))
    undelivered = failure(step.result, None)
    if undelivered:
        return str(undelivered)
    say(f"Delivered after {time.monotonic() - began:.0f} s. Alerts through this connection reach people.")
    return ""


def say(text: str) -> None:
    """Write a line for whoever runs the command."""
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run_as_module("test-alert")
