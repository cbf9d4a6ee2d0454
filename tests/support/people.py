"""A database of people, for the operators that run a query."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class People:
    """A table `people` in a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.run("CREATE TABLE people (phone, first_name, amount, country)")

    def run(self, sql: str, *values: object) -> None:
        connection = sqlite3.connect(self._path)
        with connection:
            connection.execute(sql, values)
        connection.close()

    def add(self, phone: object, first_name: object = "Ann", amount: object = 5) -> None:
        self.run("INSERT INTO people VALUES (?, ?, ?, 'Germany')", phone, first_name, amount)
