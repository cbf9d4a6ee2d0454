"""Text "STATUS sales" to the number of the account, and this DAG answers.

It needs Airflow 3.3. Started by hand it takes texts from its conf, to try it without a phone:
{"texts": [{"from": "+15551234567", "body": "STATUS sales", "groups": {"topic": "sales"}}]}
"""

from typing import Any

from airflow.sdk import DAG, Asset, AssetWatcher, task

from airflow_provider_clicksend.inbound import new_texts
from airflow_provider_clicksend.triggers.inbound import ClickSendInboundTrigger

TEXTS = ClickSendInboundTrigger(
    # Nobody else can start it.
    from_numbers=["+15551234567", "+15551234568"],
    keyword="STATUS",
    pattern=r"(?i)status\s+(?P<topic>\w+)",
)
INBOX = Asset("status_texts", watchers=[AssetWatcher(name="status_texts", trigger=TEXTS)])

ROWS = {"sales": 1_204_331, "orders": 88_120}


with DAG("text_a_dag", schedule=[INBOX]):

    @task.clicksend_sms
    def answer(**context: Any) -> list[dict[str, str]]:
        # Several texts may have come at once; each is here exactly once.
        return [{"to": text["from"], "body": status(text["groups"]["topic"])} for text in new_texts(context)]

    answer()


def status(topic: str) -> str:
    """Say how things stand. No question mark: what follows is the next command, not an answer."""
    rows = ROWS.get(topic.lower())
    return f"{topic}: nothing is known." if rows is None else f"{topic}: {rows:,} rows, loaded at 06:00 UTC."
