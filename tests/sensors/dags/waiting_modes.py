"""Every way to wait, for the messages of the variable IDS. Run as a program, it prints the state of each task."""

import json
import os

from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.sensors.clicksend import ClickSendDeliverySensor, ClickSendReplySensor

WAYS = {
    "poke": {"mode": "poke", "deferrable": False},
    "reschedule": {"mode": "reschedule", "deferrable": False},
    "deferred": {"deferrable": True},
}

with DAG("waiting_modes", schedule=None, render_template_as_native_obj=True) as dag:
    for way, arguments in WAYS.items():
        common = {"message_ids": os.environ.get("IDS", "A").split(","), "poke_interval": 1, **arguments}
        ClickSendDeliverySensor(task_id=f"delivered_{way}", timeout=30, **common)
        ClickSendReplySensor(task_id=f"answered_{way}", timeout=30, pattern="^YES$", **common)
        ClickSendReplySensor(task_id=f"unanswered_{way}", timeout=1, pattern="^NO$", **common)
        ClickSendReplySensor(task_id=f"skipped_{way}", timeout=1, pattern="^NO$", soft_fail=True, **common)

if __name__ == "__main__":
    run = dag.test()
    print("STATES", json.dumps({task.task_id: str(task.state) for task in run.get_task_instances()}))
