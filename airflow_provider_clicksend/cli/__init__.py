"""``airflow clicksend ...``. Airflow imports this at every start of its command line, so it imports next to nothing."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from airflow.cli.cli_config import ActionCommand, Arg, CLICommand, GroupCommand, lazy_load_command

from airflow_provider_clicksend.connection import DEFAULT_CONN_ID as CONN

#: The options of ``python -m airflow_provider_clicksend.sandbox``, which checks them and has the defaults.
SANDBOX_OPTIONS = {
    "host": "address to listen on",
    "port": "port, 0 for a free one",
    "database": "file that keeps everything across restarts",
    "api-key": "the API key that is accepted",
    "history-lag": "seconds until a message is in the history",
    "deliver-after": "seconds until its receipt",
}


def get_clicksend_cli_commands() -> list[CLICommand]:
    """Return the commands, for the provider's metadata."""
    return [GroupCommand(name="clicksend", help="Tools for ClickSend", subcommands=_commands())]


def _commands() -> tuple[ActionCommand, ...]:
    sandbox = ActionCommand(
        name="sandbox",
        help="Run a local ClickSend behind a local Maton",
        func=run_sandbox,
        args=tuple(_option(name, help=text) for name, text in SANDBOX_OPTIONS.items()),
    )
    test_alert = ActionCommand(
        name="test-alert",
        help="Send one real alert and wait for its receipt",
        func=lazy_load_command("airflow_provider_clicksend.cli.alert_check.run"),
        args=(
            _option(
                "conn-id", help="the Airflow connection, unless --dag-id says it (default: %(default)s)", default=CONN
            ),
            _option("to", help="whom to tell, in E.164; with --dag-id instead of whom its notifiers tell"),
            _option("dag-id", help="run the notifiers of this DAG, with its templates"),
            _option("dag-file", help="where the DAG is: a file or a folder (default: [core] dags_folder)"),
            _option(
                "timeout", help="seconds to wait for the receipt (default: %(default)s)", type=float, default=120.0
            ),
        ),
    )
    doctor = ActionCommand(
        name="doctor",
        help="Look at the account, and find out which guesses about the live API are right",
        func=lazy_load_command("airflow_provider_clicksend.cli.doctor.run"),
        args=(
            _option("conn-id", help="the Airflow connection (default: %(default)s)", default=CONN),
            _option("send-to", help="send one real text to this number, in E.164, after a yes"),
            _option("fix", help="create the POLL rules that are missing, after a yes", action="store_true"),
            _option("yes", help="do not ask before anything is created or sent", action="store_true"),
            _option(
                "timeout", help="seconds to wait for its receipt (default: %(default)s)", type=float, default=120.0
            ),
            _option("reply-timeout", help="seconds to wait for an answer to it (default: 0)", type=float, default=0.0),
            _option("json", help="print the verdicts as JSON, without personal data", action="store_true"),
        ),
    )
    return sandbox, test_alert, doctor


def run_as_module(name: str) -> None:
    """Run one of the commands with the arguments of this process: ``python -m`` where Airflow takes no commands.

    :param name: of the command.
    """
    [command] = [found for found in _commands() if found.name == name]
    parser = ArgumentParser(description=command.help)
    for arg in command.args:
        arg.add_to_parser(parser)
    command.func(parser.parse_args())


def run_sandbox(args: Namespace) -> None:
    """Run the sandbox with the given options until it is stopped."""
    from airflow_provider_clicksend.sandbox.server import run

    given = {name: getattr(args, name.replace("-", "_")) for name in SANDBOX_OPTIONS}
    sys.exit(run([f"--{name}={value}" for name, value in given.items() if value is not None]))


def _option(name: str, **settings: Any) -> Arg:
    return Arg((f"--{name}",), **settings)  # type: ignore[no-untyped-call]
