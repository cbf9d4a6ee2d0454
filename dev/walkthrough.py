"""One run of `ask_before_load`, told as it happens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dev.airflow_standalone import AirflowStandalone
    from dev.sandbox_process import SandboxProcess

DAG_ID = "ask_before_load"
RUN_TIMEOUT_SECONDS = 240
LOG_TAIL_LINES = 30
ANSWER = "YES"
FINISHED = ("success", "failed", "upstream_failed", "skipped", "removed")
TASKS = ("ask", "delivered", "answer", "decide", "load", "leave")
BRANCHES = ("load", "leave")
MEANINGS = {
    "ask queued": "the scheduler starts a worker for it",
    "ask running": "sends the question",
    "delivered running": "asks the triggerer to wait for the delivery receipt",
    "delivered deferred": "waits for the handset in the triggerer, no worker is held",
    "answer running": "asks the triggerer to wait for the answer",
    "answer deferred": "waits for the answer in the triggerer, no worker is held",
    "decide running": "reads the answer and chooses a branch",
    "load success": "this is the branch for yes",
    "load skipped": "this is the branch for yes",
    "leave success": "this is the branch for no",
    "leave skipped": "this is the branch for no",
}


class WalkthroughFailedError(RuntimeError):
    """The run did not end as it should; the message shows why."""


class Clock:
    """Prints lines with the seconds since the start in front."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._began

    def say(self, line: str) -> None:
        """Print a step."""
        print(f"{self.elapsed():6.1f} s  {line}", flush=True)

    def show(self, line: str) -> None:
        """Print what belongs to the step above."""
        print(f"{'':10}{line}", flush=True)


class Walkthrough:
    """Triggers the DAG, watches its tasks, answers as the phone, and tells it all."""

    def __init__(self, airflow: AirflowStandalone, sandbox: SandboxProcess, clock: Clock) -> None:
        self.airflow, self.sandbox, self.clock = airflow, sandbox, clock
        self.run_id = ""
        self.states: dict[str, str | None] = {}
        self.told: set[str] = set()

    def tell(self) -> None:
        """Run the DAG once; raise WalkthroughFailedError, with the log of the task, when it does not succeed."""
        self.airflow.wait(lambda: self.airflow.api.dag_exists(DAG_ID), f"Airflow to read {DAG_ID}", 120)
        self.run_id = self.airflow.api.trigger(DAG_ID)
        self.clock.say(f"run of {DAG_ID} started: ask -> delivered -> answer -> decide -> load or leave")
        began = self.clock.elapsed()
        self.airflow.wait(self._look, f"{DAG_ID} to finish", RUN_TIMEOUT_SECONDS, say_every=60)
        if self.airflow.api.run_state(DAG_ID, self.run_id) != "success":
            raise WalkthroughFailedError(self._why())
        self._sum_up(began)

    def _look(self) -> bool:
        """Tell what changed since the last look; return whether the run is over."""
        # Asked before the tasks: a run that was over before we read them has no change left to miss.
        over = self.airflow.api.run_state(DAG_ID, self.run_id) in ("success", "failed")
        now = {row["task_id"]: row["state"] for row in self.airflow.api.task_instances(DAG_ID, self.run_id)}
        changed = [task for task in TASKS if now.get(task) != self.states.get(task)]
        self.states = now
        for task in changed:
            self._tell(task, f"{task} {now[task]}")
        return over

    def _tell(self, task: str, event: str) -> None:
        """Tell that a task came into a state; a second start is its waking up, and says nothing new."""
        if event in self.told:
            return
        self.told.add(event)
        state, meaning = event.removeprefix(task).strip(), MEANINGS.get(event)
        if meaning or state in FINISHED:
            self.clock.say(f"{task:<7} {state}{f': {meaning}' if meaning else ''}")
        details = {
            "ask success": self._text,
            "delivered success": self._receipt,
            "answer deferred": self._reply,
            "answer success": self._answer,
        }.get(event)
        if details:
            details()

    def _xcom(self, task: str) -> Any:
        return self.airflow.api.xcom(DAG_ID, self.run_id, task)

    def _text(self) -> None:
        sent, (message,) = self._xcom("ask"), self.sandbox.messages()
        self.clock.show(f"text     to {message['to']}: {message['body']!r}")
        self.clock.show(f"         accepted as {sent['message_ids'][0]}, {sent['total_price']} {sent['currency']}")

    def _receipt(self) -> None:
        for message in self._xcom("delivered")["messages"]:
            self.clock.show("receipt  {outcome}: {status_code} {status_text}".format(**message))

    def _reply(self) -> None:
        (message,) = self.sandbox.messages()
        self.clock.say(f"phone   the demo answers {ANSWER} from {message['to']}")
        self.sandbox.reply(message["to"], ANSWER)

    def _answer(self) -> None:
        reply = self._xcom("answer")
        self.clock.show(f"reply    from {reply['from']}: {reply['body']!r}")

    def _sum_up(self, began: float) -> None:
        took, total = self.clock.elapsed() - began, self.clock.elapsed()
        (ran,) = (task for task in BRANCHES if self.states[task] == "success")
        print(f"\n  Texted, on the handset, answered {ANSWER}: `{ran}` ran.")
        print(f"  The run took {took:.0f} s, all of it {total:.0f} s.", flush=True)

    def _why(self) -> str:
        failed = [task for task, state in self.states.items() if state == "failed"]
        reasons = [f"The run of {DAG_ID} failed. States: {self.states}."]
        for task in failed:
            lines = self.airflow.api.log(DAG_ID, self.run_id, task).splitlines()[-LOG_TAIL_LINES:]
            reasons += [f"The end of the log of {task}:", *(f"  {line}" for line in lines)]
        return "\n".join(reasons)
