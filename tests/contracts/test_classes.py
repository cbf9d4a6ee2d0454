"""What every operator, sensor, trigger and notifier keeps to."""

from __future__ import annotations

import importlib
import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_clicksend.api.errors import ClickSendConfigError
from airflow_provider_clicksend.version_compat import AIRFLOW_V_3_1_PLUS, AIRFLOW_V_3_3_PLUS, BaseOperator
from tests.contracts.classes import (
    ALL,
    NOTIFIERS,
    TASKS,
    TRIGGERS,
    USABLE_TRIGGERS,
    listed_modules,
    ours,
    parameters,
    sample,
)

PROMISED = [
    "ClickSendAlertSummaryOperator",
    "ClickSendSmsOperator",
    "SqlToClickSendSmsOperator",
    "SqlToContactListOperator",
    "ClickSendMmsOperator",
    "ClickSendVoiceOperator",
    "ClickSendCancelSmsOperator",
    "ClickSendCancelAllSmsOperator",
    "ClickSendCancelVoiceOperator",
    "ClickSendCreateSmsTemplateOperator",
    "ClickSendUpdateSmsTemplateOperator",
    "ClickSendDeleteSmsTemplateOperator",
    "ClickSendListContactListsOperator",
    "ClickSendGetContactListOperator",
    "ClickSendCreateContactListOperator",
    "ClickSendUpdateContactListOperator",
    "ClickSendDeleteContactListOperator",
    "ClickSendRemoveDuplicateContactsOperator",
    "ClickSendListContactsOperator",
    "ClickSendGetContactOperator",
    "ClickSendCreateContactOperator",
    "ClickSendUpdateContactOperator",
    "ClickSendDeleteContactOperator",
    "ClickSendCopyContactOperator",
    "ClickSendTransferContactOperator",
    "ClickSendCreateEmailAddressOperator",
    "ClickSendDeleteEmailAddressOperator",
    "ClickSendCreateConnectionOperator",
    "ClickSendDeleteConnectionOperator",
    "ClickSendApiOperator",
    *(["ClickSendApprovalOperator"] if AIRFLOW_V_3_1_PLUS else []),
    "ClickSendAskBranchOperator",
    "ClickSendAskShortCircuitOperator",
    "ClickSendDeliverySensor",
    "ClickSendReplySensor",
]

#: Tasks whose connections come with the notifiers that they are given.
OF_NOTIFIERS = {"ClickSendAlertSummaryOperator"}

every = pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
every_task = pytest.mark.parametrize("cls", TASKS, ids=lambda cls: cls.__name__)
every_trigger = pytest.mark.parametrize("cls", USABLE_TRIGGERS, ids=lambda cls: cls.__name__)
every_notifier = pytest.mark.parametrize("cls", NOTIFIERS, ids=lambda cls: cls.__name__)


def test_the_promised_tasks_are_the_offered_ones() -> None:
    assert sorted(cls.__name__ for cls in TASKS) == sorted(PROMISED)
    assert {cls.__name__ for cls in TRIGGERS} == {
        "ClickSendApprovalTrigger",
        "ClickSendDeliveryTrigger",
        "ClickSendInboundTrigger",
        "ClickSendReplyTrigger",
    }
    assert {cls.__name__ for cls in NOTIFIERS} == {"ClickSendSmsNotifier", "ClickSendVoiceNotifier"}


def test_every_offered_class_is_found_in_a_module_that_the_metadata_lists() -> None:
    places = [*listed_modules("operators", "sensors", "triggers"), "airflow_provider_clicksend.notifications.clicksend"]
    names = {name for place in places for name in vars(importlib.import_module(place))}
    assert {cls.__name__ for cls in [*TASKS, *TRIGGERS, *NOTIFIERS]} <= names


@every
def test_arguments_are_keywords(cls: type) -> None:
    assert {found.name: found.kind.description for found in parameters(cls)} == {
        found.name: "keyword-only" for found in parameters(cls)
    }


@pytest.mark.parametrize("cls", [*TASKS, *TRIGGERS, *NOTIFIERS], ids=lambda cls: cls.__name__)
def test_every_parameter_is_documented_on_its_class_or_a_base(cls: type) -> None:
    docstrings = "\n".join(kind.__doc__ or "" for kind in cls.__mro__ if kind.__module__.startswith("airflow_provider"))
    documented = set(re.findall(r":param (\w+):", docstrings))
    assert {found.name for found in parameters(cls)} <= documented


@every
def test_a_class_documents_no_parameter_that_it_does_not_take(cls: type) -> None:
    documented = set(re.findall(r":param (\w+):", cls.__doc__ or ""))
    assert documented <= {found.name for found in parameters(cls)}


@every_task
def test_template_fields_are_attributes_of_the_task(cls: type[BaseOperator]) -> None:
    task = cls(task_id="t", **sample(cls))
    assert [name for name in cls.template_fields if not hasattr(task, name)] == []
    assert set(getattr(cls, "template_fields_renderers", {})) <= set(cls.template_fields)


@every_task
def test_ids_and_texts_are_templates(cls: type[BaseOperator]) -> None:
    ids = {found.name for found in parameters(cls) if re.search(r"(^|_)ids?$|^body$|_name$", found.name)}
    assert ids - {"clicksend_conn_id"} <= set(cls.template_fields)


@every_task
def test_a_task_takes_a_connection_id_and_looks_it_up_on_the_worker_only(cls: type[BaseOperator]) -> None:
    if cls.__name__ in OF_NOTIFIERS:
        cls(task_id="t", **sample(cls))
        return
    task: Any = cls(task_id="t", clicksend_conn_id="no_such_connection", **sample(cls))
    assert task.clicksend_conn_id == "no_such_connection"


@every_task
def test_a_task_can_be_mapped(cls: type[BaseOperator]) -> None:
    arguments = sample(cls)
    # What a class checks when the DAG is parsed cannot come from a mapping.
    mappable = [name for name in arguments if name != "call"] or ["clicksend_conn_id"]
    mapped = mappable[0]
    fixed = {name: value for name, value in arguments.items() if name != mapped}
    with DAG("mapped", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        task: Any = cls.partial(task_id="t", **fixed).expand(**{mapped: [arguments.get(mapped, "a"), "b"]})
    assert type(task).__name__ == "MappedOperator"


@every_task
def test_a_dag_with_it_can_be_stored(cls: type[BaseOperator]) -> None:
    try:
        from airflow.serialization.definitions.dag import SerializedDAG as Stored  # noqa: F401
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:  # Airflow before 3.2
        from airflow.serialization.serialized_objects import SerializedDAG as Serialization
    with DAG("stored", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        cls(task_id="t", **sample(cls))
    stored = Serialization.from_dict(Serialization.to_dict(dag))
    task = stored.task_dict["t"]
    assert task.task_type == cls.__name__
    assert set(task.template_fields) == set(cls.template_fields)


@every_trigger
def test_a_trigger_survives_being_stored_and_made_again(cls: Any) -> None:
    trigger = cls(**sample(cls))
    path, kwargs = trigger.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(importlib.import_module(module), name)(**_stored(kwargs))
    assert type(again) is cls
    assert again.serialize() == (path, kwargs)
    assert set(kwargs) == {found.name for found in parameters(cls)}, "every argument is kept"


def _stored(kwargs: dict[str, Any]) -> dict[str, Any]:
    """As Airflow's database keeps a trigger's arguments."""
    from airflow.models.trigger import Trigger

    # Airflow 2 has it with an underscore.
    encrypt = getattr(Trigger, "encrypt_kwargs", None) or Trigger._encrypt_kwargs
    return dict(Trigger._decrypt_kwargs(encrypt(kwargs)))


@every_notifier
def test_a_notifier_can_be_made_of_its_arguments(cls: Any) -> None:
    notifier = cls(**sample(cls))
    assert [name for name in cls.template_fields if not hasattr(notifier, name)] == []


@pytest.mark.parametrize("cls", [*TASKS, *NOTIFIERS], ids=lambda cls: cls.__name__)
def test_a_public_class_says_what_it_does(cls: type) -> None:
    assert inspect.cleandoc(cls.__doc__ or "").split("\n")[0].endswith((".", ":", "``"))


@pytest.mark.skipif(AIRFLOW_V_3_3_PLUS, reason="this Airflow can")
def test_what_this_airflow_cannot_do_says_so_when_the_dag_is_parsed() -> None:
    from airflow_provider_clicksend.retry_policy import ClickSendRetryPolicy
    from airflow_provider_clicksend.triggers.inbound import ClickSendInboundTrigger

    with pytest.raises(ClickSendConfigError, match=r"needs Airflow 3\.3"):
        ClickSendInboundTrigger(from_numbers=["+15551234567"], keyword="STATUS")
    with pytest.raises(ClickSendConfigError, match=r"needs Airflow 3\.3"):
        ClickSendRetryPolicy()


def test_bases_are_found_too() -> None:
    assert "ClickSendBaseOperator" in {cls.__name__ for cls in ours(BaseOperator)}
