"""One sandbox's memory: a SQLite file, its settings, and what a new account holds."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Table, create_engine, delete, event, insert, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.pool import StaticPool

from airflow_provider_clicksend.sandbox.data import tables
from airflow_provider_clicksend.sandbox.data.seed import seed
from airflow_provider_clicksend.sandbox.worlds import World


class Settings(BaseModel):
    """The switches of the control API. Times are seconds."""

    model_config = ConfigDict(extra="forbid")

    #: The one Maton key that is accepted.
    api_key: str = "sandbox-key"
    #: From the acceptance of a message to its row in the history; never 0 at the live API.
    history_lag: float = Field(1.0, ge=0)
    #: From the acceptance (or the scheduled time) of a message to its receipt.
    deliver_after: float = Field(1.5, ge=0)
    #: "live": the shapes that were captured; "sdk": those that the official Python SDK accepts.
    profile: Literal["live", "sdk"] = "live"
    #: Prefixes ("+91") whose messages are refused with COUNTRY_NOT_ENABLED.
    disabled_countries: list[str] = []
    #: Senders whose messages are refused with REGISTRATION_NEEDED.
    unregistered_senders: list[str] = []
    #: The same text to the same number within this time is refused with THROTTLED; 0: never.
    throttle_window: float = Field(0.0, ge=0)
    #: Requests that one operation may get within ``rate_window``; 0: no limit.
    rate_limit: int = Field(0, ge=0)
    rate_window: float = Field(60.0, gt=0)
    #: False: every voice call answers 403, as for an account without voice access.
    voice_enabled: bool = True
    #: True: a call rings until somebody takes it on the sandbox's page; False: it is answered after ``deliver_after``.
    calls_by_hand: bool = False
    #: What the live API may do differently: see the worlds.
    world: World = World()


class Store:
    """A sandbox's database and settings.

    The server handles every request on one event loop, and no handler awaits inside a transaction: the loop is the
    lock, so one connection to the file is enough and no two requests ever see half of each other.

    :param database: the SQLite file; None for one that lives as long as the process.
    :param overrides: settings that replace the stored ones.
    """

    def __init__(self, database: Path | None = None, **overrides: Any) -> None:
        self._scratch = None
        if database is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="clicksend-sandbox-", ignore_cleanup_errors=True)
            database = Path(self._scratch.name) / "sandbox.db"
        self.engine = create_engine(
            f"sqlite:///{database}", future=True, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        event.listen(self.engine, "connect", _survive_a_kill)
        tables.metadata.create_all(self.engine)
        self.settings = Settings()
        #: When the rate limit's window of each operation began, and its calls since; new settings begin new windows.
        self.windows: dict[str, tuple[float, int]] = {}
        with self.begin() as db:
            if db.execute(select(tables.account)).first() is None:
                seed(db)
            stored = {row.name: row.value for row in db.execute(select(tables.settings))}
        self.change_settings({**stored, **overrides})

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a transaction: committed at the end of the block, undone by an exception."""
        with self.engine.begin() as db:
            yield db

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Set and store settings by their names; of `world` only the named fields, None returns to the default.

        :raises pydantic.ValidationError: an unknown name or a value that cannot be.
        """
        if isinstance(changes.get("world"), dict):
            changes = {**changes, "world": {**self.settings.world.model_dump(), **changes["world"]}}
        elif "world" in changes and changes["world"] is None:
            changes = {**changes, "world": World()}
        self.settings = Settings.model_validate({**self.settings.model_dump(), **changes})
        self.windows.clear()
        rows = [{"name": name, "value": value} for name, value in self.settings.model_dump().items()]
        with self.begin() as db:
            db.execute(delete(tables.settings))
            db.execute(insert(tables.settings), rows)

    def reset(self) -> None:
        """Return to a new account with the settings of the start, keeping the key."""
        with self.begin() as db:
            for table in tables.metadata.sorted_tables:
                db.execute(delete(table))
            # The ids start over too: they do not tell what was there before.
            db.execute(text("DELETE FROM sqlite_sequence"))
            seed(db)
        self.settings = Settings(api_key=self.settings.api_key)
        self.change_settings({})

    def close(self) -> None:
        """Close the file, and remove it when it was a temporary one."""
        self.engine.dispose()
        if self._scratch is not None:
            self._scratch.cleanup()


#: The world's clock in the request that is handled, relative to the real one: several sandboxes may share a process.
clock_offset: ContextVar[float] = ContextVar("clock_offset", default=0.0)


def now() -> float:
    """Return the sandbox's clock, Unix seconds."""
    return time.time() + clock_offset.get()


def add_row(db: Connection, table: Table, **values: Any) -> int:
    """Insert one row and return the id that it got."""
    return int(db.execute(insert(table).values(**values)).lastrowid)


def _survive_a_kill(connection: Any, _record: Any) -> None:
    # In WAL mode a process killed between two writes leaves a readable file, and NORMAL needs no fsync a request.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
