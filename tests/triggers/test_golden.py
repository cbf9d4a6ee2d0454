"""Triggers that an earlier version has written down run in this one: a deployment may fall into a wait."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("trigger_kwargs_v*.json"))
RECORDS = [record for path in GOLDEN for record in json.loads(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["classpath"].rpartition(".")[2])
def test_every_trigger_that_was_ever_written_down_can_be_made(record):
    place, _, name = record["classpath"].rpartition(".")
    trigger = getattr(importlib.import_module(place), name)(**record["kwargs"])
    _, kwargs = trigger.serialize()
    assert {name: kwargs[name] for name in record["kwargs"]} == record["kwargs"]
