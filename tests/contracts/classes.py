"""Finds what the package offers to Airflow by itself, so that nothing that is added later is forgotten."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import airflow_provider_clicksend
from airflow_provider_clicksend.get_provider_info import get_provider_info
from airflow_provider_clicksend.version_compat import (
    AIRFLOW_V_3_1_PLUS,
    AIRFLOW_V_3_3_PLUS,
    BaseNotifier,
    BaseOperator,
    BaseTrigger,
)

PACKAGE = airflow_provider_clicksend.__name__
#: Whether Airflow's common messaging is installed, which one module of ours is for.
HAS_MESSAGING = "apache-airflow-providers-common-messaging" in {
    str(found.metadata["Name"]) for found in importlib.metadata.distributions()
}


def module_names() -> list[str]:
    """All modules of the package; those of the sandbox want its extra dependencies and are none of Airflow's."""
    found = pkgutil.walk_packages(airflow_provider_clicksend.__path__, f"{PACKAGE}.")
    left_out = [f"{PACKAGE}.sandbox", *([] if HAS_MESSAGING else [f"{PACKAGE}.queues."])]
    return [module.name for module in found if not module.name.startswith(tuple(left_out))]


def ours(base: type) -> list[type]:
    """All our subclasses of a class of Airflow, base classes among them."""
    modules = [importlib.import_module(name) for name in module_names()]
    classes = {
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, base)
        and found.__module__.startswith(f"{PACKAGE}.")
        # What a decorator makes is no class that anybody names.
        and not found.__module__.startswith(f"{PACKAGE}.decorators.")
    }
    return sorted(classes, key=lambda found: f"{found.__module__}.{found.__name__}")


def offered(base: type) -> list[type]:
    """Those for users: no other class of ours builds on them."""
    classes = ours(base)
    return [one for one in classes if not any(other is not one and issubclass(other, one) for other in classes)]


def listed_modules(*kinds: str) -> list[str]:
    """The modules that the provider's metadata names."""
    info = get_provider_info()
    return [module for kind in kinds for entry in info[kind] for module in entry["python-modules"]]


#: What refuses to be made on an older Airflow is not looked at there.
TASKS = [cls for cls in offered(BaseOperator) if AIRFLOW_V_3_1_PLUS or cls.__name__ != "ClickSendApprovalOperator"]
TRIGGERS = offered(BaseTrigger)
#: Triggers that can be made on this Airflow; one needs 3.3.
USABLE_TRIGGERS = [cls for cls in TRIGGERS if AIRFLOW_V_3_3_PLUS or cls.__name__ != "ClickSendInboundTrigger"]
NOTIFIERS = offered(BaseNotifier)
ALL = [*ours(BaseOperator), *ours(BaseTrigger), *ours(BaseNotifier)]


def parameters(cls: type) -> Iterator[inspect.Parameter]:
    """The parameters of all our constructors of a class; what a subclass says of one counts, not what its base says."""
    seen = {"self"}
    for kind in cls.__mro__:
        constructor = kind.__dict__.get("__init__")
        if not kind.__module__.startswith(f"{PACKAGE}.") or constructor is None:
            continue
        for found in inspect.signature(inspect.unwrap(constructor)).parameters.values():
            if found.name not in seen and found.kind is not found.VAR_KEYWORD:
                seen.add(found.name)
                yield found


#: Values for parameters that have no default and do not take any text.
SAMPLES: dict[str, Any] = {
    "groups": ["nightly_load"],
    "notifiers": [],
    "call": "sms.history",
    "from_numbers": ["+15551234567"],
    "keyword": "STATUS",
    "channel": "sms",
    "message_ids": ["A-1", "A-2"],
    "memo": {"v": 1, "questions": [{"id": "A-1", "to": "+15551234567", "at": 5, "reference": "af-1-x-2-0"}]},
    "options": {"YES": ["y"], "NO": []},
    "columns": {"phone_number": "phone"},
    "branches": {"YES": "load", "NO": "leave"},
    "to": "+15551234567",
}


#: Parameters that have a default, but not all of them can be left out.
NEEDED = {"ClickSendInboundTrigger": {"from_numbers", "keyword"}}


def sample(cls: type) -> dict[str, Any]:
    """Arguments with which an object of the class can be made."""
    needed = [
        found for found in parameters(cls) if found.default is found.empty or found.name in NEEDED.get(cls.__name__, ())
    ]
    return {found.name: SAMPLES.get(found.name, _by_type(str(found.annotation))) for found in needed}


def _by_type(annotation: str) -> Any:
    if annotation in {"int", "float"}:
        return 17
    return ["x"] if annotation.startswith("list") else "x"
