"""``airflow clicksend ...``. Airflow imports this at every start of its command line, so it imports next to nothing."""

from __future__ import annotations

from airflow.cli.cli_config import ActionCommand, Arg, CLICommand, GroupCommand, lazy_load_command

from airflow_provider_clicksend.connection import DEFAULT_CONN_ID


def get_clicksend_cli_commands() -> list[CLICommand]:
    """Return the commands, for the provider's metadata."""
    return [
        GroupCommand(
            name="clicksend",
            help="Text, call and ask people through ClickSend",
            subcommands=(
                ActionCommand(
                    name="sandbox",
                    help="Run a local ClickSend behind a local Maton",
                    func=lazy_load_command("airflow_provider_clicksend.sandbox.server.run"),
                    args=(Arg(("arguments",), nargs="*"),),
                ),
                ActionCommand(
                    name="test-alert",
                    help="Send one real alert and wait for its receipt",
                    func=lazy_load_command("airflow_provider_clicksend.notifications.test_alert.run"),
                    args=(
                        Arg(("--conn-id",), help="the Airflow connection", default=DEFAULT_CONN_ID),
                        Arg(("--to",), help="whom to text, in E.164", required=True),
                        Arg(("--timeout",), help="seconds to wait for the receipt", type=float, default=120.0),
                    ),
                ),
            ),
        )
    ]
