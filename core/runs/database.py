"""The run store's SQLite file: one connection writes, another reads, so that no reader waits for a writer's disk.

The schema has a number (`PRAGMA user_version`); a file of an earlier one is brought up to date when it is opened, in one
transaction. Triggers keep, for each run, how far it is and the number of its last change: so a look at many runs reads
only what has changed since the look before, whoever wrote it, also a process that runs an older version of this code.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.vocabulary.errors import LabError

BUSY_S = 0.25
"""One try to write waits so long for another process's transaction; between two tries this process's others may write."""
PATIENCE_S = 2.0
"""So long a write is tried while somebody waits for it."""

_SECONDS = "CASE WHEN json_valid({0}) THEN coalesce(json_extract({0}, '$.seconds'), 0) ELSE 0 END"
_FIRST = """
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, created REAL NOT NULL, owner TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    recipe TEXT NOT NULL, facts TEXT NOT NULL, result TEXT
);
CREATE TABLE IF NOT EXISTS epochs (
    run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE, epoch INTEGER NOT NULL, record TEXT NOT NULL,
    weights TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (run, epoch)
);
"""
_CHANGES = f"""
CREATE TABLE totals (run TEXT PRIMARY KEY, epochs INTEGER NOT NULL, seconds REAL NOT NULL);
CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE);
INSERT INTO totals SELECT runs.run, coalesce(max(epoch), 0), coalesce(sum({_SECONDS.format("record")}), 0)
    FROM runs LEFT JOIN epochs ON epochs.run = runs.run GROUP BY runs.run;
INSERT INTO changes (run) SELECT run FROM runs ORDER BY created;
CREATE TRIGGER run_made AFTER INSERT ON runs BEGIN
    INSERT OR REPLACE INTO totals VALUES (NEW.run, 0, 0);
    INSERT OR REPLACE INTO changes (run) VALUES (NEW.run);
END;
CREATE TRIGGER run_changed AFTER UPDATE ON runs BEGIN
    INSERT OR REPLACE INTO changes (run) VALUES (NEW.run);
END;
CREATE TRIGGER run_deleted AFTER DELETE ON runs BEGIN
    DELETE FROM totals WHERE run = OLD.run;
    INSERT OR REPLACE INTO changes (run) VALUES (OLD.run);
END;
CREATE TRIGGER epoch_replaced BEFORE INSERT ON epochs BEGIN
    UPDATE totals SET seconds = seconds - coalesce(
        (SELECT {_SECONDS.format("record")} FROM epochs WHERE run = NEW.run AND epoch = NEW.epoch), 0)
    WHERE run = NEW.run;
END;
CREATE TRIGGER epoch_added AFTER INSERT ON epochs BEGIN
    UPDATE totals SET epochs = max(epochs, NEW.epoch), seconds = seconds + {_SECONDS.format("NEW.record")}
    WHERE run = NEW.run;
    INSERT OR REPLACE INTO changes (run) VALUES (NEW.run);
END;
"""
_NAMES = """
CREATE TABLE names (run TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TRIGGER run_named AFTER INSERT ON names BEGIN
    INSERT OR REPLACE INTO changes (run) VALUES (NEW.run);
END;
CREATE TRIGGER named_run_deleted AFTER DELETE ON runs BEGIN
    DELETE FROM names WHERE run = OLD.run;
END;
"""  # a table of its own: what an older version of this code writes into `runs` has as many values as before
MIGRATIONS = (_FIRST, _CHANGES, _NAMES)
"""The n-th brings a file of schema n - 1 to n. Stores from before there were numbers are 0 and have the tables of 1."""


class StoreError(LabError):
    """The disk or the database said no: full, not writable, locked, not a store."""


class Database:
    """A store's SQLite file. Every method may be called from any thread."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._writing, self._reading = threading.RLock(), threading.RLock()
        with self.usable():
            self.writer = self._connection()
            for statement in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self.writer.execute(f"PRAGMA {statement}")
            self._bring_up_to_date()
            self.reader = self._connection()
            self.reader.execute("PRAGMA query_only = ON")

    def write(self, statement: str, *values: object, patience_s: float = PATIENCE_S) -> None:
        """One statement, one transaction, on the disk when it returns. Raises StoreError, as `write_together`."""
        self.write_together([(statement, values)], patience_s)

    def write_together(self, statements: Sequence[tuple[str, Sequence[object]]], patience_s: float = PATIENCE_S) -> None:
        """Statements with their values in one transaction: all of them are on the disk when it returns, or none. Raises StoreError.

        While another process keeps the file locked it is tried again for `patience_s`; readers go on meanwhile.
        """
        end = time.monotonic() + patience_s
        while True:
            try:
                with self._writing, self.usable(), self.writer:
                    for statement, values in statements:
                        self.writer.execute(statement, tuple(values))
                    return
            except StoreError as error:
                if not _locked(error.__cause__) or time.monotonic() >= end:
                    raise
            time.sleep(0.02)

    def rows(self, statement: str, *values: object) -> list[Any]:
        """The rows of a question (sqlite3.Row). Waits for no writer. Raises StoreError."""
        with self._reading, self.usable():
            return self.reader.execute(statement, values).fetchall()

    def row(self, statement: str, *values: object) -> Any | None:
        """The first row of a question, None without one."""
        rows = self.rows(statement, *values)
        return rows[0] if rows else None

    def close(self) -> None:
        """Waits for the write and the read that go on, then closes both connections."""
        with self._writing, self._reading:
            self.reader.close()
            self.writer.close()

    @contextmanager
    def usable(self) -> Iterator[None]:
        """Tells what goes wrong inside as a StoreError that names the store."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"the run store in {self.file.parent} cannot be used: {error}") from error
        except OSError as error:
            raise StoreError(f"cannot write to the run store in {self.file.parent}: {error.strerror or error}") from error

    def _connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=BUSY_S, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        return connection

    def _bring_up_to_date(self) -> None:
        if self._schema() < len(MIGRATIONS):
            self.writer.execute("PRAGMA busy_timeout = 20000")
            self.writer.execute("BEGIN IMMEDIATE")  # another process may be doing the same
            with self.writer:
                for number in range(self._schema(), len(MIGRATIONS)):
                    for statement in _statements(MIGRATIONS[number]):
                        self.writer.execute(statement)
                self.writer.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            self.writer.execute(f"PRAGMA busy_timeout = {round(1000 * BUSY_S)}")
        if self._schema() > len(MIGRATIONS):
            raise StoreError(f"the run store in {self.file.parent} was made by a newer version of the app; use that one, or another LAB_RUNS")

    def _schema(self) -> int:
        return int(self.writer.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would end the transaction around them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _locked(error: BaseException | None) -> bool:
    """Whether another connection was in the way, so that trying again may help."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
