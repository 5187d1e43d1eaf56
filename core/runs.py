"""The run store: SQLite and weights files in one folder, shared by the server and the command line. No torch.

An epoch is written in this order: weights under a temporary name, synced, renamed; then its row; then it is shown.
So whatever is shown is on the disk, and a pulled plug loses only the epoch that was being trained. Who runs a run
holds a file lock; 'interrupted' is not written by anybody: it is an unfinished run whose lock nobody holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.errors import LabError, NoSuchRun
from core.recipe import Recipe
from core.records import Epoch, Record, Result, Start, as_dict

STATUSES = ("queued", "running", "paused", "stopped", "interrupted", "failed", "finished")
_HELD = ("queued", "running", "paused")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, created REAL NOT NULL, owner TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    recipe TEXT NOT NULL, facts TEXT NOT NULL, result TEXT
);
CREATE TABLE IF NOT EXISTS epochs (
    run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE, epoch INTEGER NOT NULL, record TEXT NOT NULL,
    weights TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (run, epoch)
);
"""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as the store knows it. `epochs` are records.as_dict of Epoch, in order, epoch 0 first."""

    run: str
    created: float
    owner: str
    status: str
    message: str
    recipe: Recipe
    facts: dict[str, Any]
    result: dict[str, Any] | None
    epochs: tuple[dict[str, Any], ...] = field(repr=False)
    weights: Path | None
    """The tested weights of a finished run, else the newest checkpoint."""

    @property
    def epochs_done(self) -> int:
        return int(self.epochs[-1]["epoch"]) if self.epochs else 0


class StoreError(LabError):
    """The disk or the database said no: full, not writable, not a store."""


def runs_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """$LAB_RUNS, or this user's data folder."""
    if environ.get("LAB_RUNS"):
        return Path(environ["LAB_RUNS"]).expanduser()
    if sys.platform == "win32":
        base = Path(environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "resolution-lab" / "runs"


def open_store(folder: Path) -> RunStore:
    """The store in this folder, made when there is none. Raises StoreError when it cannot be written."""
    return RunStore(folder)


class RunStore:
    """Runs and their epochs. Safe for several threads, and for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock = threading.RLock()
        with self._writing():
            for name in ("weights", "locks"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.folder / "runs.sqlite", timeout=20, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            for statement in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._db.execute(f"PRAGMA {statement}")
            with self._db:
                self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # --- writing ---------------------------------------------------------------------------------------------------

    def create(self, recipe: Recipe, owner: str) -> str:
        """Writes a new queued run and returns its id: six letters and digits, easy to say aloud."""
        run = "".join(secrets.choice(_LETTERS) for _ in range(6))
        self._execute("INSERT INTO runs VALUES (?, ?, ?, 'queued', '', ?, '{}', NULL)",
                      run, time.time(), owner, json.dumps(recipe.as_dict()))  # fmt: skip
        return run

    @contextlib.contextmanager
    def hold(self, run: str) -> Iterator[None]:
        """The right to write this run, for as long as the block lasts. LabError when somebody else has it."""
        lock = self.lock(run)
        try:
            yield
        finally:
            lock.release()

    def lock(self, run: str) -> FileLock:
        """Takes the run's lock; the caller releases it. LabError when another process has it."""
        lock = FileLock(self._lock_file(run), thread_local=False)
        try:
            lock.acquire(timeout=2)  # a look at the status holds it for a moment
        except Timeout:
            raise LabError(f"run {run} is being trained by another process; stop it there first") from None
        return lock

    def keep(self, run: str, record: Record) -> None:
        """Stores what a record tells, before anybody shows it. Ticks are not stored."""
        if isinstance(record, Start):
            self.begin(run, record)
        elif isinstance(record, Epoch):
            self.add_epoch(run, record)
        elif isinstance(record, Result):
            self.finish(run, record)

    def begin(self, run: str, start: Start) -> None:
        """The run runs: its recipe is now the resolved one. When it goes on, the facts of its beginning stay."""
        facts = self.get(run).facts or start.facts
        if start.epoch:
            facts = {**facts, "resumed": [*facts.get("resumed", []), {"after_epoch": start.epoch, **start.facts["provenance"]}]}
        self._execute("UPDATE runs SET status = 'running', message = '', recipe = ?, facts = ? WHERE run = ?",
                      json.dumps(start.recipe), json.dumps(facts), run)  # fmt: skip

    def add_epoch(self, run: str, epoch: Epoch) -> None:
        """Keeps an epoch: its checkpoint becomes the run's newest, the one before it goes."""
        name = f"epoch-{epoch.epoch:04d}.safetensors"
        with self._writing():
            self._write_file(self.weights_folder(run) / name, epoch.checkpoint)
        self._execute("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)", run, epoch.epoch,
                      json.dumps(as_dict(epoch)), name, hashlib.sha256(epoch.checkpoint).hexdigest())  # fmt: skip
        self._remove_weights(run, keep=name)

    def finish(self, run: str, result: Result) -> None:
        """Keeps the test result and the tested weights; the checkpoint, no longer needed, goes."""
        with self._writing():
            self._write_file(self.weights_folder(run) / "weights.safetensors", result.weights)
        values = {**as_dict(result), "sha256": hashlib.sha256(result.weights).hexdigest()}
        self._execute("UPDATE runs SET status = 'finished', message = '', result = ? WHERE run = ?", json.dumps(values), run)
        self._remove_weights(run, keep="weights.safetensors")

    def set_status(self, run: str, status: str, message: str = "") -> None:
        self._execute("UPDATE runs SET status = ?, message = ? WHERE run = ?", status, message, run)

    def delete(self, run: str) -> None:
        """Forgets a run and its weights. LabError when it is being trained."""
        self.get(run)
        with self.hold(run):
            self._execute("DELETE FROM runs WHERE run = ?", run)
            shutil.rmtree(self.weights_folder(run), ignore_errors=True)
        with contextlib.suppress(OSError):
            self._lock_file(run).unlink()

    # --- reading ---------------------------------------------------------------------------------------------------

    def get(self, run: str) -> StoredRun:
        """One run. NoSuchRun when there is none of this id."""
        row = self._row("SELECT * FROM runs WHERE run = ?", run)
        if row is None:
            raise NoSuchRun(f"there is no run {run!r} in {self.folder}; list them with: python -m core runs")
        return self._stored(row)

    def names(self) -> list[str]:
        """The id of every run, the newest first."""
        return [row["run"] for row in self._rows("SELECT run FROM runs ORDER BY created DESC")]

    def all(self) -> list[StoredRun]:
        """Every run, the newest first."""
        return [self.get(run) for run in self.names()]

    def checkpoint(self, run: str) -> bytes | None:
        """The newest checkpoint, checked against its hash; None before the first. LabError when it is damaged."""
        row = self._row("SELECT * FROM epochs WHERE run = ? ORDER BY epoch DESC LIMIT 1", run)
        if row is None:
            return None
        file = self.weights_folder(run) / row["weights"]
        try:
            blob: bytes = file.read_bytes()
        except OSError as error:
            raise LabError(f"the checkpoint {file} cannot be read ({error.strerror}); train the run again") from None
        if hashlib.sha256(blob).hexdigest() != row["sha256"]:
            raise LabError(f"the checkpoint {file} is damaged (its hash is not the stored one); train the run again")
        return blob

    def weights_folder(self, run: str) -> Path:
        return self.folder / "weights" / run

    # --- below -----------------------------------------------------------------------------------------------------

    def _stored(self, row: sqlite3.Row) -> StoredRun:
        run, status = row["run"], row["status"]
        if status in _HELD and not self._is_held(run):
            status = "interrupted"
        epochs = self._rows("SELECT record, weights FROM epochs WHERE run = ? ORDER BY epoch", run)
        newest = "weights.safetensors" if status == "finished" else epochs[-1]["weights"] if epochs else None
        return StoredRun(
            run=run,
            created=row["created"],
            owner=row["owner"],
            status=status,
            message=row["message"],
            recipe=Recipe.from_dict(json.loads(row["recipe"])),
            facts=json.loads(row["facts"]),
            result=json.loads(row["result"]) if row["result"] else None,
            epochs=tuple(json.loads(epoch["record"]) for epoch in epochs),
            weights=self.weights_folder(run) / newest if newest else None,
        )

    def _is_held(self, run: str) -> bool:
        lock = FileLock(self._lock_file(run), thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        return False

    def _lock_file(self, run: str) -> Path:
        return self.folder / "locks" / f"{run}.lock"

    def _remove_weights(self, run: str, keep: str) -> None:
        for file in self.weights_folder(run).iterdir():
            if file.name != keep:
                with contextlib.suppress(OSError):  # an orphan costs space and nothing else
                    file.unlink()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"the run store in {self.folder} cannot be used: {error}") from error
        except OSError as error:
            raise StoreError(f"cannot write to the run store in {self.folder}: {error.strerror or error}") from error

    def _execute(self, statement: str, *values: object) -> None:
        with self._lock, self._writing(), self._db:
            self._db.execute(statement, values)

    def _row(self, statement: str, *values: object) -> sqlite3.Row | None:
        rows = self._rows(statement, *values)
        return rows[0] if rows else None

    def _rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        with self._lock, self._writing():
            return self._db.execute(statement, values).fetchall()

    @staticmethod
    def _write_file(file: Path, blob: bytes) -> None:
        """Writes a file whole or not at all, and not only into the disk's cache."""
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        try:
            with part.open("wb") as stream:
                stream.write(blob)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(file)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        if hasattr(os, "O_DIRECTORY"):  # the rename itself must reach the disk, where folders can be synced
            folder = os.open(file.parent, os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
