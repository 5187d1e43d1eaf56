"""The SQLite file of one set: its description, each image once, and its contributions.

A connection lives as long as one operation, so any number of threads and processes may work at once, nothing is lost by a
kill, and no file is held open when a set is deleted. What is removed is overwritten (`secure_delete`).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from core.vocabulary.errors import LabError

FILE = "images.sqlite"
_PATIENCE_S = 15.0
_TABLES = """
CREATE TABLE about (name TEXT, title TEXT, owner TEXT, classes TEXT, channels INTEGER, side INTEGER, drawn INTEGER, created REAL,
                    open INTEGER, salt TEXT);
CREATE TABLE images (digest TEXT PRIMARY KEY, png BLOB NOT NULL);
CREATE TABLE contributions (id INTEGER PRIMARY KEY AUTOINCREMENT, label INTEGER NOT NULL, part TEXT NOT NULL, author TEXT NOT NULL,
                            digest TEXT NOT NULL REFERENCES images (digest), added REAL NOT NULL);
CREATE INDEX of_author ON contributions (author);
CREATE INDEX of_digest ON contributions (digest);
"""


def create(folder: Path) -> None:
    """Makes the empty file in a folder. OSError or LabError where that fails."""
    with _opened(folder, "rwc") as database:
        database.executescript(_TABLES)


@contextlib.contextmanager
def reading(folder: Path, name: str) -> Iterator[sqlite3.Connection]:
    """A connection for questions. LabError where the set `name` is not there or cannot be read."""
    with _present(folder, name), _opened(folder, "rw") as database:
        yield database


@contextlib.contextmanager
def writing(folder: Path, name: str) -> Iterator[sqlite3.Connection]:
    """A transaction that nobody else writes beside; written when the block ends without an error. LabError as `reading`."""
    with _present(folder, name), _opened(folder, "rw") as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            database.rollback()
            raise
        database.commit()


@contextlib.contextmanager
def _opened(folder: Path, mode: str) -> Iterator[sqlite3.Connection]:
    uri = f"{(folder / FILE).absolute().as_uri()}?mode={mode}"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE_S, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = ON")
        yield database


@contextlib.contextmanager
def _present(folder: Path, name: str) -> Iterator[None]:
    """What SQLite refuses, as one line."""
    if not (folder / FILE).is_file():
        raise LabError(f"there is no data set {name!r} on this machine; it may have been deleted")
    try:
        yield
    except sqlite3.Error as error:
        if not (folder / FILE).is_file():
            raise LabError(f"the data set {name!r} was deleted just now") from error
        raise LabError(f"the data set {name!r} cannot be read or written: {error}") from error
