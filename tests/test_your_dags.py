"""The tests that the page "Test your DAGs" shows: an example DAG, tested as a data team tests its own."""

from __future__ import annotations

import pytest

from tests.running import EXAMPLE_DAGS

pytestmark = [
    pytest.mark.usefixtures("airflow_database"),
    # All of Airflow runs in this process, and warns about itself.
    pytest.mark.filterwarnings("ignore", "error:::airflow_provider_clicksend"),
]
DAGS_FOLDER = EXAMPLE_DAGS

# --8<-- [start:load]
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:  # before Airflow 3.2
    from airflow.models.dagbag import DagBag


@pytest.fixture
def ask_before_load():
    return DagBag(DAGS_FOLDER / "ask_before_load.py").dags["ask_before_load"]


def states(run):
    return {instance.task_id: str(instance.state) for instance in run.get_task_instances()}


# --8<-- [end:load]


# --8<-- [start:yes]
def test_yes_loads(clicksend_sandbox, ask_before_load):
    clicksend_sandbox.will_answer("+15551234567", "yes please")
    run = ask_before_load.test()
    assert (states(run)["load"], states(run)["leave"]) == ("success", "skipped")
    assert [text["body"] for text in clicksend_sandbox.messages()] == ["Load 1.2M rows tonight? Reply YES or NO"]


# --8<-- [end:yes]


# --8<-- [start:no]
def test_a_phone_that_is_off_stops_the_run(clicksend_sandbox, ask_before_load):
    clicksend_sandbox.decide("failed", to="+15551234567")
    assert states(ask_before_load.test())["load"] == "upstream_failed"


def test_an_answer_that_gets_lost_doubles_nothing(clicksend_sandbox, ask_before_load):
    clicksend_sandbox.fault("accepted-then-502", "/v3/sms/send")
    clicksend_sandbox.will_answer("+15551234567", "no")
    assert states(ask_before_load.test())["leave"] == "success"
    assert clicksend_sandbox.count()["accepted"] == 1


@pytest.mark.parametrize("echo", ["exact", "null"])
def test_it_works_in_worlds_that_nobody_has_ruled_out(clicksend_sandbox, ask_before_load, echo):
    clicksend_sandbox.world(history_echo=echo, reply_attribution="none")
    clicksend_sandbox.will_answer("+15551234567", "YES")
    assert states(ask_before_load.test())["load"] == "success"


# --8<-- [end:no]
