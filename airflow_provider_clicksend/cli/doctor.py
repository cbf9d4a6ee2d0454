"""``airflow clicksend doctor``: what the account is ready for, and which guesses about the live API are right.

Airflow before 3.2 takes no commands from providers; there it is ``python -m airflow_provider_clicksend.cli.doctor``.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from airflow_provider_clicksend import __version__
from airflow_provider_clicksend.api.errors import ClickSendError
from airflow_provider_clicksend.cli import run_as_module
from airflow_provider_clicksend.engine.connection_test import check, rule_finding
from airflow_provider_clicksend.engine.live_check import LiveCheck
from airflow_provider_clicksend.engine.poll_rules import ALL_RULES, CALL_RECEIPTS
from airflow_provider_clicksend.hooks.clicksend import ClickSendHook
from airflow_provider_clicksend.messaging.inputs import number_problem
from airflow_provider_clicksend.messaging.numbers import mask_number
from airflow_provider_clicksend.version_compat import AIRFLOW_CALL_ERRORS

if TYPE_CHECKING:
    from airflow_provider_clicksend.api import ClickSendClient
    from airflow_provider_clicksend.engine.poll_rules import PollRule
    from airflow_provider_clicksend.messaging.live_report import Report

ERRORS: tuple[type[Exception], ...] = (ClickSendError, *AIRFLOW_CALL_ERRORS)


def run(args: Namespace) -> None:
    """Look, text if that is wanted, and print a verdict on each guess; end with 1 when something keeps it from looking.

    :param args: ``conn_id``, ``send_to`` (E.164 or None), ``fix``, ``yes``, ``timeout`` and ``reply_timeout``
        (seconds), and ``json``.
    """
    # As `airflow connections test` does: without it Airflow 3 looks for connections in the environment only.
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"
    if args.json:
        logging.disable(logging.INFO)  # Airflow 2 logs to where the JSON goes
    if args.send_to and (problem := number_problem(args.send_to)):
        sys.exit(f"--send-to {problem}.")
    try:
        client = ClickSendHook(args.conn_id).get_conn()
        works, findings = check(lambda: client)
        say(findings)
        if not works:
            sys.exit("Nothing else can be tried.")
        _look_around(client)
        if args.fix:
            _fix(client, args)
        live = LiveCheck(client, timeout=args.timeout, reply_timeout=args.reply_timeout, say=say)
        live.look()
        problem = _text(live, args)
    except ERRORS as error:
        sys.exit(f"The check ended early: {error}")
    _print(live.report, as_json=args.json)
    if problem:
        sys.exit(problem)


def _look_around(client: ClickSendClient) -> None:
    """Say what the test of a connection does not ask for."""
    try:
        countries = len(client.account.countries())
    except ClickSendError as error:
        say(f"Warning: the countries could not be read ({error}).")
    else:
        say(f"ClickSend knows {countries} countries. Which of them the account may text, it does not say here.")
    say(rule_finding(CALL_RECEIPTS, client))


def _fix(client: ClickSendClient, args: Namespace) -> None:
    """Create the rules that are missing, if somebody says yes."""
    missing = [rule for rule in ALL_RULES if _is_missing(rule, client)]
    if not missing:
        say("Nothing was created: no POLL rule is known to be missing.")
        return
    for rule in missing:
        fields = ", ".join(f"{name} {value!r}" for name, value in rule.request.items())
        say(f"For {rule.what}, POST {rule.path} will be asked for a rule with {fields}.")
    if not args.yes and not _agreed(f"Create {len(missing)} automation rules in the account? [yes/no] "):
        say("No rule was created.")
        return
    for rule in missing:
        try:
            rule.create(client)
            created = rule.exists(client)
        except ClickSendError as error:
            say(f"Warning: whether the rule for {rule.what} was created is not known; --fix would look again. {error}")
        else:
            say(f"A POLL rule for {rule.what} {'was created' if created else 'was asked for, and is not there'}.")


def _is_missing(rule: PollRule, client: ClickSendClient) -> bool:
    try:
        return not rule.exists(client)
    except ClickSendError:
        return False  # said already, and not known


def _text(live: LiveCheck, args: Namespace) -> str | None:
    """Send the text if somebody says yes, and return what kept it from telling anything."""
    if not args.send_to:
        say("No text was sent: --send-to +... tries what only a text can tell.")
        return None
    if not args.yes and not _agreed(f"Send one real text to {mask_number(args.send_to)}? It costs money. [yes/no] "):
        say("No text was sent.")
        return None
    try:
        live.text(args.send_to)
    except ClickSendError as error:
        return f"The text told nothing more: {error}"
    return None


def _agreed(question: str) -> bool:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"version": __version__, **report.to_json()}, indent=2))  # noqa: T201 - that is what it is for
        return
    for verdict in sorted(report.verdicts.values(), key=lambda found: found.verdict):
        seen = f" ({verdict.seen})" if verdict.seen else ""
        say(f"{verdict.verdict:12}  {verdict.guess:24}  {verdict.belief}{seen}")
    for name, seconds in report.measured.items():
        say(f"{'measured':12}  {name:24}  {seconds:g} s")
    for name, limit in report.limits.items():
        say(f"{'limit':12}  {name:24}  {limit} requests, then a pause")


def say(text: str) -> None:
    """Write a line for whoever runs the command, beside what a program may read."""
    sys.stderr.write(f"{text.rstrip()}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    run_as_module("doctor")
