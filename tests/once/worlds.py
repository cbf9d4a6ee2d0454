"""Every world of the sandbox, one switch at a time: what the live API may be instead of what we believe."""

from __future__ import annotations

from typing import Any, get_args

from airflow_provider_clicksend.sandbox.worlds import World

#: What is neither a choice nor a yes or no: the values to try. Seconds are short, since the tests wait for them.
AMOUNTS: dict[str, list[Any]] = {
    "history_late_every": [2],
    "history_late_by": [0.1],
    "date_filter_offset": [-240.0, 240.0],
    "clock_offset": [-86_400.0, 86_400.0],
    "date_header_offset": [-4.0, 4.0],
    "id_errors": [{"*": 400}, {"*": 403}, {"*": 500}],
    "other_texts": [150],
    "other_replies": [150],
}
#: Fields that say nothing without another one.
TOGETHER = {"history_late_every": {"history_late_by": 0.1}, "history_late_by": {"history_late_every": 2}}


def each_world() -> dict[str, dict[str, Any]]:
    """Return the changes that make each world, by name."""
    worlds: dict[str, dict[str, Any]] = {}
    for name, field in World.model_fields.items():
        for value in _values(name, field.annotation, field.default):
            worlds[f"{name}={value}"] = {name: value, **TOGETHER.get(name, {})}
    return worlds


def _values(name: str, annotation: Any, default: Any) -> list[Any]:
    if annotation is bool:
        return [not default]
    return [value for value in get_args(annotation) if value != default] if name not in AMOUNTS else AMOUNTS[name]
