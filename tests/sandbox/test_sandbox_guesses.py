"""Every guess about the live API is a world of the sandbox, and every world is a guess that the page names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airflow_provider_clicksend.sandbox.data.store import Settings
from airflow_provider_clicksend.sandbox.worlds import World

DOCS = Path(__file__).parents[2] / "docs"
GUESSES_PAGE = (DOCS / "known-and-guessed.md").read_text()
WORLDS_TABLE = (DOCS / "sandbox.md").read_text().partition("\n## Worlds\n")[2].partition("\n## ")[0]
PROMISES = GUESSES_PAGE.partition("\n## What is promised in each world\n")[2]
SWITCHES = {*World.model_fields, *Settings.model_fields} - {"world", "api_key"}


def rows() -> list[list[str]]:
    """Return the cells of the rows of statements: statement, mark, what is done about it, worlds."""
    lines = [line for line in GUESSES_PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[1] in {"seen", "documented", "guess", "seen, documented"}]


def worlds_of(row: list[str]) -> list[str]:
    assert len(row) == 4, row
    return re.findall(r"`(\w+)`", row[3])


@pytest.mark.parametrize("guess", [row for row in rows() if row[1] == "guess"], ids=lambda row: row[0][:60])
def test_a_guess_names_a_world_that_exists(guess: list[str]) -> None:
    assert worlds_of(guess), f"{guess[0]} is a guess without a world: add a switch to worlds.py and name it"
    assert set(worlds_of(guess)) <= SWITCHES


@pytest.mark.parametrize("name", World.model_fields)
def test_a_world_belongs_to_a_guess_and_is_explained(name: str) -> None:
    assert any(name in worlds_of(row) for row in rows()), f"{name} stands beside nothing in known-and-guessed.md"
    assert f"`{name}`" in WORLDS_TABLE


@pytest.mark.parametrize("name", World.model_fields)
def test_the_docs_say_what_is_promised_in_a_world(name: str) -> None:
    promised = [line.strip("|").split("|") for line in PROMISES.splitlines() if line.startswith("| `")]
    assert [cells[1] for cells in promised if f"`{name}`" in cells[0]] != [], f"{name} stands in no table of promises"


def test_every_value_of_a_world_is_explained() -> None:
    for field in World.model_fields.values():
        for value in getattr(field.annotation, "__args__", ()):
            if isinstance(value, str):
                assert f"`{value}`" in WORLDS_TABLE
