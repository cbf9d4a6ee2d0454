"""Five ways to send texts from an Airflow task. Each makes a task; a task is called once a try and raises to fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

#: Seconds a request may take, for every tool that has such a setting.
TIMEOUT = 1.0
#: How often Airflow tries a failed task again.
RETRIES = 3

KEY = "sandbox-key"
PATH = "/clicksend/v3/sms/send"

Messages = list[dict[str, str]]
Task = Callable[[int], object]
MakeTask = Callable[[str, Messages], Task]


def skill_document(url: str) -> MakeTask:
    """Send with the Python code of the skill document: no timeout, and the status is printed, not looked at."""
    import requests

    def send(messages: Messages) -> object:
        response = requests.post(
            f"{url}{PATH}",
            headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
            json={"messages": messages},
        )
        data = response.json()
        return f"Status: {data['response_code']}"

    return lambda _, messages: lambda _: send(messages)


def http_operator(_url: str) -> MakeTask:
    """Send with Airflow's own operator for HTTP; its connection names the URL."""
    from airflow.providers.http.operators.http import HttpOperator

    from benchmarks.task import task_context

    def make(task_id: str, messages: Messages) -> Task:
        operator = HttpOperator(
            task_id=task_id,
            endpoint=PATH,
            headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
            data=json.dumps({"messages": messages}),
            extra_options={"timeout": TIMEOUT},
        )
        context: Any = task_context(task_id)
        return lambda _: operator.execute(context)

    return make


def official_sdk(url: str) -> MakeTask:
    """Send with ClickSend's own SDK."""
    import clicksend

    client = clicksend.ApiClient(clicksend.Configuration(host=f"{url}/clicksend"))
    client.set_default_header("Authorization", f"Bearer {KEY}")
    sms = clicksend.SmsApi(client)

    def send(messages: Messages) -> object:
        return sms.send_sms(send_sms_request={"messages": messages}, _request_timeout=TIMEOUT)

    return lambda _, messages: lambda _: send(messages)


def maton_sdk(url: str) -> MakeTask:
    """Send with Maton's own SDK, which tries again by itself."""
    from maton_ai import Maton

    maton = Maton(api_key=KEY, base_url=url, timeout=TIMEOUT, telemetry=False)
    return lambda _, messages: lambda _: maton.api.post(PATH, json={"messages": messages})


def this_provider(_url: str) -> MakeTask:
    """Send with the operator of this package; its connection names the URL and the timeout."""
    from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
    from benchmarks.task import task_context

    def make(task_id: str, messages: Messages) -> Task:
        operator = ClickSendSmsOperator(task_id=task_id, to=messages, settle=2.0, retries=RETRIES)
        context = task_context(task_id, retries=RETRIES)

        def attempt(number: int) -> object:
            context["ti"].try_number = number
            return operator.execute(context)

        return attempt

    return make


PEERS = {
    "requests.post (the skill document)": skill_document,
    "HttpOperator": http_operator,
    "clicksend-client (official SDK)": official_sdk,
    "maton-ai (Maton's SDK)": maton_sdk,
    "ClickSendSmsOperator": this_provider,
}
