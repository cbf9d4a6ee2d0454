"""What becomes of 1,000 texts when things go wrong: five tools, the same tasks, the same faults, the same retries.

``python -m benchmarks.reliability`` takes about two minutes. It counts what the sandbox recorded, not what a tool
says.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.peers import PEERS, RETRIES, TIMEOUT, MakeTask, Messages, Task
from benchmarks.table import table
from benchmarks.task import airflow_environment

if TYPE_CHECKING:
    from airflow_provider_clicksend.sandbox.testing import Sandbox

TASKS, MESSAGES_A_TASK = 100, 10
#: How many tasks meet each of these with their first request.
EACH = 3
#: What happens on the way. ``accepted-then-``: ClickSend took the texts, the answer says otherwise or never comes.
FAULTS = (
    "dropped",
    "500",
    "502",
    "html",
    "envelope-401",
    "429",
    "accepted-then-dropped",
    "accepted-then-hang",
    "accepted-then-500",
    "accepted-then-502",
    "accepted-then-504",
    "accepted-then-html",
)
#: In so many tasks more, one number is refused inside an answer of 200 SUCCESS.
REFUSED = 5
REFUSAL = "INVALID_RECIPIENT"


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes wrong where. The same seed gives the same plan.

    :param faults: by task. :param refused: the texts whose number is refused.
    """

    faults: dict[int, str]
    refused: frozenset[str]

    @classmethod
    def of(cls, seed: int) -> Plan:
        """Draw a plan."""
        dice = random.Random(seed)
        hit = dice.sample(range(TASKS), len(FAULTS) * EACH + REFUSED)
        faults = dict(zip(hit[REFUSED:], FAULTS * EACH, strict=True))
        refused = (dice.choice(texts_of(task))["body"] for task in hit[:REFUSED])
        return cls(faults, frozenset(refused))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sandbox recorded.

    :param doubled: texts that were accepted more than once.
    :param lost: texts that never were accepted, though nobody refused them.
    :param unnoticed: refused texts of tasks that said all is well.
    :param failed: tasks that failed in the end.
    :param seconds: what all tasks took.
    """

    doubled: int
    lost: int
    unnoticed: int
    failed: int
    seconds: float


def texts_of(task: int) -> Messages:
    """Return the texts of a task; each body is one of a kind, so that the records can be matched by it."""
    places = range(task * MESSAGES_A_TASK, (task + 1) * MESSAGES_A_TASK)
    return [{"to": f"+1555{place:07d}", "body": f"Load {place} failed. Reply RETRY or SKIP"} for place in places]


def run_task(task: Task) -> bool:
    """Try a task as Airflow does, and tell whether it succeeded in the end."""
    from airflow_provider_clicksend.version_compat import AirflowFailException

    for number in range(1, RETRIES + 2):
        try:
            task(number)
        except AirflowFailException:
            return False
        except Exception:  # noqa: BLE001 - whatever it is, Airflow tries again
            continue
        return True
    return False


def run_peer(make: MakeTask, sandbox: Sandbox, plan: Plan) -> Outcome:
    """Run all tasks and read the records."""
    sandbox.reset()
    texts = {task: texts_of(task) for task in range(TASKS)}
    for text in (text for of in texts.values() for text in of if text["body"] in plan.refused):
        sandbox.control("POST", "refusals", json={"to": text["to"], "status": REFUSAL, "times": None})
    began = time.monotonic()
    succeeded = {}
    for task, messages in texts.items():
        if task in plan.faults:
            sandbox.fault(plan.faults[task], "/v3/sms/send", seconds=2 * TIMEOUT)
        succeeded[task] = run_task(make(f"send_{task}", messages))
    seconds = time.monotonic() - began
    accepted = Counter(row["body"] for row in sandbox.messages(status="SUCCESS"))
    return outcome(texts, succeeded, accepted, plan.refused, seconds)


def outcome(
    texts: dict[int, Messages],
    succeeded: dict[int, bool],
    accepted: Counter[str],
    refused: frozenset[str],
    seconds: float,
) -> Outcome:
    """Compare what the tasks said with what the sandbox recorded."""
    bodies = {task: [text["body"] for text in of] for task, of in texts.items()}
    return Outcome(
        doubled=sum(count > 1 for count in accepted.values()),
        lost=sum(body not in accepted and body not in refused for of in bodies.values() for body in of),
        unnoticed=sum(body in refused for task, of in bodies.items() if succeeded[task] for body in of),
        failed=sum(not well for well in succeeded.values()),
        seconds=seconds,
    )


def main() -> None:
    """Run all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=4, help="of what goes wrong where (default: %(default)s)")
    plan = Plan.of(parser.parse_args().seed)
    rows = []
    with tempfile.TemporaryDirectory() as home:
        os.environ |= airflow_environment(home, "http://127.0.0.1:1")
        from airflow_provider_clicksend.sandbox.testing import serve

        logging.disable(logging.CRITICAL)
        with serve(history_lag=0.3) as sandbox:
            os.environ |= airflow_environment(home, sandbox.url, timeout=TIMEOUT)
            for name, peer in PEERS.items():
                print(f"  {name} ...", file=sys.stderr, flush=True)
                found = run_peer(peer(sandbox.url), sandbox, plan)
                rows.append((name, found.doubled, found.lost, found.unnoticed, found.failed, f"{found.seconds:.0f}"))
    print(
        f"{TASKS} tasks of {MESSAGES_A_TASK} texts, {RETRIES} retries; {len(plan.faults)} tasks meet a fault, "
        f"{len(plan.refused)} texts are refused.\n"
    )
    print(table(("texts", "doubled", "lost", "refused, unnoticed", "failed tasks", "seconds"), rows))


if __name__ == "__main__":
    main()
