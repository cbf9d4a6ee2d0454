"""Read whatever the API knows with one operator: the balance, the price of a text, what was sent since yesterday."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_clicksend.operators.api import ClickSendApiOperator

TEXT = {"to": "+15551234567", "body": "Load finished."}

with DAG("read_the_api", schedule=None, tags=["clicksend"], doc_md=__doc__):
    account = ClickSendApiOperator(task_id="account", call="account.get")
    price = ClickSendApiOperator(task_id="price", call="sms.price", arguments={"messages": [TEXT]})

    @task
    def since_yesterday() -> dict[str, Any]:
        """Return what to ask the history for; times are Unix seconds."""
        return {"date_from": int((datetime.now(UTC) - timedelta(days=1)).timestamp()), "order_by": "date:desc"}

    history = ClickSendApiOperator(task_id="history", call="sms.history", arguments=since_yesterday(), all_pages=True)

    @task
    def report(account: dict[str, Any], price: dict[str, Any], history: list[dict[str, Any]]) -> str:
        """Say it in a sentence. Money comes as strings: what is exact stays exact."""
        currency = account["_currency"]["currency_name_short"]
        return (
            f"{account['balance']} {currency} are left, a text costs {price['total_price']}, "
            f"{len(history)} were sent since yesterday."
        )

    report(account.output, price.output, history.output)
