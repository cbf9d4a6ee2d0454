"""The one table of the connection's fields. It feeds the form of every Airflow version and the hook."""

from __future__ import annotations

from dataclasses import dataclass

CONN_TYPE = "clicksend"
DEFAULT_CONN_ID = "clicksend_default"
KEY_VARIABLE = "MATON_API_KEY"


@dataclass(frozen=True, slots=True)
class ExtraField:
    """One extra of the connection, as the form shows it.

    :param kind: ``"string"`` or ``"number"``.
    :param choices: the values that it takes; empty: any.
    :param section: the heading under which Airflow 3.2 and newer show it.
    """

    name: str
    label: str
    description: str
    kind: str = "string"
    choices: tuple[str, ...] = ()
    section: str = "Sender, timeout and others"


EXTRA_FIELDS = (
    ExtraField(
        "maton_connection_id",
        "Maton connection id",
        "Which Maton connection to use. Empty: the oldest active one.",
        section="Maton connection id, or direct account",
    ),
    ExtraField(
        "account",
        "Account",
        "maton: through Maton's gateway. direct: ClickSend itself, with its username and API key. Empty: maton.",
        choices=("maton", "direct"),
        section="Maton connection id, or direct account",
    ),
    ExtraField("sender", "Sender", "Default `from`: a number in E.164 or a name of 3 to 11 letters and digits."),
    ExtraField("source", "Source", "Name of this program in ClickSend's analytics. Empty: airflow."),
    ExtraField("timeout", "Timeout", "Seconds for each request. Empty: 30.", kind="number"),
    ExtraField("control_url", "Maton control URL", "Empty: https://ctrl.maton.ai, or the base URL when that is set."),
)

HIDDEN_FIELDS = ("schema", "port")
RELABELED_FIELDS = {"password": "Maton API key", "login": "ClickSend username", "host": "Gateway URL"}
PLACEHOLDERS = {
    "password": "empty: MATON_API_KEY of the environment; direct account: ClickSend's",
    "login": "direct account only",
    "host": "https://gateway.maton.ai",
}
