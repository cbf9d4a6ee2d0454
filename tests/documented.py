"""The tables of docs/operations.md as values: what the documentation promises is what the tests go through."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parent.parent / "docs"


class Operation(NamedTuple):
    """One row: `http` is ``"GET /v3/account"``, `call` is ``"account.get"``."""

    number: str
    title: str
    http: str
    call: str
    users: str
    example: str = ""


def skill_operations() -> list[Operation]:
    """Return the operations of the skill document."""
    return [Operation(*cells) for cells in _rows() if len(cells) == len(Operation._fields)]


def further_operations() -> list[Operation]:
    """Return the operations beyond it."""
    return [Operation("", *cells) for cells in _rows() if len(cells) == len(Operation._fields) - 2]


def all_operations() -> dict[str, Operation]:
    """Return all operations by their client method."""
    return {operation.call: operation for operation in [*skill_operations(), *further_operations()]}


def _rows() -> list[list[str]]:
    lines = (DOCS / "operations.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    # The method's cell is code, and nothing else; the operator's may say more than a name.
    return [[re.sub(r"^`([^`]+)`$", r"\1", cell) for cell in row] for row in rows if "HTTP" not in row]
