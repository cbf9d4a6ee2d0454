"""Where the page of a task leads."""

from __future__ import annotations

import pytest

from airflow_provider_clicksend.links.clicksend import DASHBOARD, page_of
from airflow_provider_clicksend.operators.mms import ClickSendMmsOperator
from airflow_provider_clicksend.operators.sms import ClickSendSmsOperator
from airflow_provider_clicksend.operators.voice import ClickSendVoiceOperator
from airflow_provider_clicksend.sandbox.testing import Sandbox
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_1_PLUS
from tests.running import load_dag

#: The link to the tab, where Airflow has tabs of plugins.
TAB = ["Messages"] if AIRFLOW_V_3_1_PLUS else []

pytestmark = [
    pytest.mark.usefixtures("airflow_database"),
    # All of Airflow runs in this process, and warns about itself.
    pytest.mark.filterwarnings("ignore", "error:::airflow_provider_clicksend"),
]


@pytest.mark.parametrize(
    ("gateway", "page"),
    [
        ("https://gateway.maton.ai", DASHBOARD),
        ("https://proxy.example.com/maton", DASHBOARD),
        ("http://127.0.0.1:8099", "http://127.0.0.1:8099/"),
        ("http://localhost:8099", "http://localhost:8099/"),
    ],
)
def test_a_gateway_has_a_page_for_people(gateway: str, page: str) -> None:
    assert page_of(gateway) == page


@pytest.mark.parametrize("cls", [ClickSendSmsOperator, ClickSendMmsOperator, ClickSendVoiceOperator])
def test_every_send_has_the_link(cls: type) -> None:
    assert [link.name for link in cls.operator_extra_links] == ["ClickSend", *TAB]


def test_the_link_of_a_task_that_ran_leads_to_the_page_where_its_texts_are(sandbox: Sandbox) -> None:
    run = load_dag("send_sms").test()
    [instance] = run.get_task_instances()
    links = links_of(instance)
    tabs = [links.pop(name) for name in TAB]
    assert links == {"ClickSend": f"{sandbox.url}/"}
    assert all(tab.endswith("/tasks/remind/plugin/clicksend-messages") for tab in tabs)


def links_of(instance: object) -> dict[str, str | None]:
    """The links as Airflow reads them: of the stored DAG, not of its file."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:  # Airflow before 3.2
        from airflow.serialization.serialized_objects import SerializedDAG as Serialization
    stored = Serialization.from_dict(Serialization.to_dict(load_dag("send_sms")))
    task = stored.task_dict[instance.task_id]
    return {name: task.get_extra_links(instance, name) for name in task.extra_links}
