"""`make demo` and `make up`: a real Airflow and a local ClickSend, and one run step by step."""

from __future__ import annotations

import argparse
import sys
import time
from importlib.metadata import version
from pathlib import Path

from dev.airflow_standalone import AirflowStandalone
from dev.sandbox_process import SandboxProcess
from dev.stopping import stop_when_told
from dev.supervisor import Supervisor
from dev.walkthrough import DAG_ID, Clock, Walkthrough

EXAMPLE_DAGS = Path(__file__).resolve().parent.parent / "example_dags"
# Where `make up` can be found again; the next free port is taken when these are busy.
AIRFLOW_PORT, SANDBOX_PORT = 8080, 8026
# Long enough that the delivery sensor is seen waiting.
DELIVER_AFTER_SECONDS = 5
INTERRUPTED = 130
TO_TRY = """
  Airflow   {airflow}   (no login)
  Sandbox   {sandbox}   (the phones: read, reply, press keys; faults and worlds to switch)

  Try
    - Trigger {dag} on the Airflow page, with a number of your own choice. Once `answer` is deferred, reply NO on the
      sandbox page, or from a shell:
        curl {sandbox}/sandbox/reply -H 'Content-Type: application/json' -d '{{"from": "+15551234567", "body": "NO"}}'
    - Reply something else first: the sensor goes on waiting, because it asks for yes or no.
    - Trigger send_sms and wait_for_delivery, and see their texts arrive in the sandbox.
    - Edit a file in example_dags/: Airflow reads it again within seconds.

  Ctrl-C stops everything.
"""


def run(*, stay: bool) -> None:
    """Start both, show the run, and stay until Ctrl-C when asked to."""
    clock = Clock()
    print(f"{DAG_ID} on a real Airflow {version('apache-airflow')}, with a local ClickSend behind a local Maton.")
    print("It needs no account and no key, and nothing leaves this machine. Ctrl-C stops it all.\n", flush=True)
    with Supervisor() as supervisor:
        clock.say("starting the sandbox")
        sandbox = SandboxProcess(supervisor, SANDBOX_PORT if stay else 0, deliver_after=DELIVER_AFTER_SECONDS)
        sandbox.start()
        airflow = AirflowStandalone(
            supervisor,
            EXAMPLE_DAGS,
            env={"AIRFLOW_CONN_CLICKSEND_DEFAULT": sandbox.connection},
            port=AIRFLOW_PORT if stay else 0,
            report=clock.say,
        )
        airflow.start()
        clock.say("Airflow is up")
        Walkthrough(airflow, sandbox, clock).tell()
        if stay:
            stay_up(airflow, sandbox)
        print("\n  Stopping Airflow and the sandbox.", flush=True)
    print("  Nothing is left running.", flush=True)


def stay_up(airflow: AirflowStandalone, sandbox: SandboxProcess) -> None:
    """Say where everything is and what to try, and wait for Ctrl-C."""
    print(TO_TRY.format(airflow=airflow.url, sandbox=sandbox.url, dag=DAG_ID), flush=True)
    try:
        while True:
            airflow.check_alive()
            time.sleep(1)
    except KeyboardInterrupt:
        return


def main() -> int:
    """Run and return the exit code: 0 for a run that ended well, 1 with the reason, 130 for Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stay", action="store_true", help="stay up until Ctrl-C")
    stay = parser.parse_args().stay
    stop_when_told()
    try:
        run(stay=stay)
    except KeyboardInterrupt:
        print("\nStopped. Nothing is left running.", flush=True)
        return INTERRUPTED
    except (RuntimeError, OSError) as error:
        print(f"\nThis did not work: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
