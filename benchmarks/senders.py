"""One run of one sender: `python -m benchmarks.senders NAME COUNT URL` prints its CPU seconds and memory as JSON.

Each is a process of its own, so that none profits from what another left in memory. Imports, the list of numbers, the
making of the operator (a DAG file does that) and a first message are outside of what is measured.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

TEXT = "The nightly load of 1.2M rows is done. Reply YES to publish, NO to roll back."
CHUNK = 1000

#: Sends, and returns how many messages were accepted.
Send = Callable[[], int]
#: Makes ready to send to these numbers.
Prepare = Callable[[list[str]], Send]


def messages(numbers: list[str]) -> Iterator[list[dict[str, object]]]:
    """Yield what our operator sends for these numbers, a request at a time."""
    for start in range(0, len(numbers), CHUNK):
        yield [
            {
                "body": TEXT,
                "to": number,
                "custom_string": f"af-0123456789abcdef-{place}-0123456789",
                "source": "airflow",
            }
            for place, number in enumerate(numbers[start : start + CHUNK], start)
        ]


def floor(url: str) -> Prepare:
    """Send in a bare loop: nothing is checked, looked at or kept."""
    import requests

    session = requests.Session()
    session.headers["Authorization"] = "Bearer key"

    def send(numbers: list[str]) -> int:
        accepted = 0
        for batch in messages(numbers):
            answer = session.post(f"{url}/clicksend/v3/sms/send", json={"messages": batch}, timeout=30).json()
            accepted += answer["data"]["queued_count"]
        return accepted

    return lambda numbers: partial(send, numbers)


def ours(url: str) -> Prepare:  # noqa: ARG001 - the connection in the environment names it
    """Send with the operator, as a task runs it."""
    return partial(_prepared, rows_of=lambda numbers: numbers, body=TEXT)


def rows(url: str) -> Prepare:  # noqa: ARG001 - as above
    """Send with the operator, to each number a text of its own."""
    return partial(
        _prepared, rows_of=lambda numbers: [{"to": number, "body": f"{TEXT[:-12]}{number}"} for number in numbers]
    )


def _prepared(numbers: list[str], *, rows_of: Callable[[list[str]], Any], **common: Any) -> Send:
    from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
    from benchmarks.task import task_context

    operator = ClickSendSmsOperator(task_id=f"send_{len(numbers)}", to=rows_of(numbers), **common)
    return lambda: operator.execute(task_context(operator.task_id))["accepted"]


def sdk(url: str) -> Prepare:
    """Send with ClickSend's official SDK."""
    import clicksend

    client = clicksend.ApiClient(clicksend.Configuration(host=f"{url}/clicksend"))
    client.set_default_header("Authorization", "Bearer key")
    sms = clicksend.SmsApi(client)

    def send(numbers: list[str]) -> int:
        return sum(
            sms.send_sms(send_sms_request={"messages": batch}, _request_timeout=30).data.queued_count
            for batch in messages(numbers)
        )

    return lambda numbers: partial(send, numbers)


SENDERS = {"floor": floor, "ours": ours, "rows": rows, "sdk": sdk}


def main() -> None:
    """Run one sender."""
    name, count, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    numbers = [f"+1555{place:07d}" for place in range(count)]
    prepare = SENDERS[name](url)
    prepare(numbers[:1])()
    send = prepare(numbers)
    peak, began = _peak_kib(), time.process_time()
    accepted = send()
    used = time.process_time() - began
    grown = _peak_kib() - peak
    if accepted != count:
        sys.exit(f"{name}: {accepted} of {count} messages were accepted.")
    print(json.dumps({"cpu_seconds": used, "grown_kib": grown}))


def _peak_kib() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    main()
