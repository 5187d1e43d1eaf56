"""The run store: SQLite and weights files in one folder, shared by the server and the command line. No torch.

An epoch is written in this order: weights under a temporary name, synced, renamed; then its row; then it is shown.
So whatever is shown is on the disk, and a pulled plug loses only the epoch that was being trained. Who runs a run
holds a file lock (core/system/locks.py); 'interrupted' is not written by anybody: it is an unfinished run whose lock nobody
holds. How the file is read and written: core/runs/database.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.runs import history_files
from core.runs.database import Database, StoreError
from core.runs.history import FOLDER as HISTORY
from core.runs.history import History
from core.runs.summaries import UNFINISHED, RunSummary, Summaries
from core.system.atomic import whole_folder, write_whole
from core.system.locks import LockHeld, RunLock, is_held
from core.vocabulary.errors import LabError, NoSuchRun
from core.vocabulary.folders import runs_folder
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import (
    Epoch,
    Facts,
    HasRunRecord,
    Provenance,
    Record,
    Result,
    RunRecord,
    Start,
    as_dict,
)

LOG = logging.getLogger(__name__)
__all__ = ["STATUSES", "RunStore", "RunSummary", "StoreError", "StoredRun", "UnreadableRun", "open_store", "runs_folder"]

STATUSES = ("queued", "running", "paused", "stopped", "interrupted", "failed", "finished")
EPOCH_PATIENCE_S = 60.0
"""So long an epoch waits for a store that another process has locked: what was trained is not given up lightly."""
LONGEST_NAME = 80
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


@dataclass(frozen=True, slots=True)
class StoredRun(HasRunRecord):
    """A run as the store knows it."""

    run: str
    created: float
    owner: str
    status: str
    message: str
    record: RunRecord
    weights: Path | None
    """The tested weights of a finished run, else the newest checkpoint."""
    name: str = ""
    """What somebody called it; "" where nobody did."""


class UnreadableRun(LabError):
    """What is stored of a run makes no sense to this version of the app; no other run is harmed."""


def open_store(folder: Path) -> RunStore:
    """The store in this folder, made when there is none. Raises StoreError when it cannot be written."""
    store = RunStore(folder)
    LOG.debug("run store in %s opened", store.folder)
    return store


class RunStore:
    """Runs and their epochs. Safe for several threads, and for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        try:
            for name in ("weights", "locks"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot write to the run store in {self.folder}: {error.strerror or error}") from error
        self._database = Database(self.folder / "runs.sqlite")
        self._db = self._database.writer
        self._budget = history_files.budget()
        self._summaries = Summaries(self._database, self._is_held)

    def close(self) -> None:
        """Closes the database; the store cannot be used afterwards."""
        self._database.close()

    # --- writing ---------------------------------------------------------------------------------------------------

    def create(self, recipe: Recipe, owner: str) -> str:
        """Writes a new queued run and returns its id: six letters and digits, easy to say aloud."""
        run = "".join(secrets.choice(_LETTERS) for _ in range(6))
        self._database.write("INSERT INTO runs VALUES (?, ?, ?, 'queued', '', ?, '{}', NULL)",
                             run, time.time(), owner, json.dumps(recipe.as_dict()))  # fmt: skip
        return run

    @contextlib.contextmanager
    def locked(self, run: str) -> Iterator[None]:
        """The right to write this run, for as long as the block lasts. LabError when somebody else has it."""
        lock = self.lock(run)
        try:
            yield
        finally:
            lock.release()

    def lock(self, run: str) -> RunLock:
        """Takes the run's lock; the caller releases it. LabError when another process has it."""
        lock = RunLock(self._lock_file(run))
        try:
            with self._database.usable():
                lock.acquire()
        except LockHeld:
            raise LabError(f"run {run} is being trained by another process; stop it there first") from None
        return lock

    def save(self, run: str, record: Record) -> None:
        """Stores what a record tells, before anybody shows it. Ticks are not stored."""
        if isinstance(record, Start):
            self.start(run, record)
        elif isinstance(record, Epoch):
            self.add_epoch(run, record)
        elif isinstance(record, Result):
            self.finish(run, record)

    def start(self, run: str, start: Start) -> None:
        """The run runs: its recipe is now the resolved one. When it goes on, the facts of its beginning stay."""
        facts = self.get(run).facts or start.facts
        if start.epoch:
            again: Provenance = {"after_epoch": start.epoch, **start.facts.provenance}
            facts = dataclasses.replace(facts, resumed=(*facts.resumed, again))
        self._write_patiently("UPDATE runs SET status = 'running', message = '', recipe = ?, facts = ? WHERE run = ?",
                              json.dumps(start.recipe.as_dict()), json.dumps(facts.as_dict()), run)  # fmt: skip
        if start.arrays:
            with self._if_possible(run):
                history_files.write_part(self._history_folder(run), history_files.VALIDATION, start.arrays)

    def add_epoch(self, run: str, epoch: Epoch) -> None:
        """Keeps an epoch: its checkpoint becomes the run's newest, the one before it goes; its history lies beside it."""
        name = f"epoch-{epoch.epoch:04d}.safetensors"
        with self._database.usable():
            write_whole(self.weights_folder(run) / name, epoch.checkpoint)
        with self._if_possible(run):
            history_files.write_epoch(self._history_folder(run), epoch)
        record = json.dumps(as_dict(epoch))
        self._write_patiently("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)", run, epoch.epoch,
                              record, name, hashlib.sha256(epoch.checkpoint).hexdigest())  # fmt: skip
        self._remove_weights(run, keep=name)
        with self._if_possible(run):
            beside = len(epoch.checkpoint) + (epoch.epoch + 1) * len(record)
            history_files.thin(self._history_folder(run), round(history_files.ROOM * self._budget) - beside, epoch.best_epoch)

    def finish(self, run: str, result: Result) -> None:
        """Keeps the test result and the tested weights; the checkpoint, no longer needed, goes."""
        with self._database.usable():
            write_whole(self.weights_folder(run) / "weights.safetensors", result.weights)
        if result.arrays:
            with self._if_possible(run):
                history_files.write_part(self._history_folder(run), history_files.TEST, result.arrays)
        stored = dataclasses.replace(result, sha256=hashlib.sha256(result.weights).hexdigest())
        self._write_patiently("UPDATE runs SET status = 'finished', message = '', result = ? WHERE run = ?", json.dumps(as_dict(stored)), run)
        self._remove_weights(run, keep="weights.safetensors")

    def copy_finished(self, source: str, run: str) -> bool:
        """Gives a run that has no epoch yet all that a finished run of the same recipe has; False where that is not finished (any more).

        Its provenance tells as which run it was trained.
        """
        found = self.get(source) if self.version(source) is not None else None
        if found is None or found.result is None or found.weights is None:
            return False
        with self._database.usable():
            write_whole(self.weights_folder(run) / "weights.safetensors", found.weights.read_bytes())
        with self._if_possible(run), whole_folder(self._history_folder(run)) as part:
            shutil.copytree(self._history_folder(source), part, dirs_exist_ok=True)
        facts = dataclasses.replace(found.facts, provenance={**found.facts.provenance, "trained_as": source})
        self._database.write_together([
            ("INSERT OR REPLACE INTO epochs SELECT ?, epoch, record, weights, sha256 FROM epochs WHERE run = ?", (run, source)),
            ("UPDATE runs SET status = 'finished', message = '', facts = ?, (recipe, result) = (SELECT recipe, result FROM runs WHERE run = ?) "
             "WHERE run = ? AND result IS NULL", (json.dumps(facts.as_dict()), source, run)),
        ], EPOCH_PATIENCE_S)  # fmt: skip
        return True

    def set_status(self, run: str, status: str, message: str = "") -> None:
        """Writes a status; one that comes after the result changes nothing, for a finished run stays finished."""
        self._database.write("UPDATE runs SET status = ?, message = ? WHERE run = ? AND result IS NULL", status, message, run)

    def rename(self, run: str, name: str) -> str:
        """Gives a run a name, or takes it away with ""; returns it with single spaces. LabError for one that is too long."""
        name = " ".join(name.split())
        if len(name) > LONGEST_NAME:
            raise LabError(f"the name has {len(name)} characters; expected at most {LONGEST_NAME}")
        if self.version(run) is None:
            raise self._unknown(run)
        self._database.write("INSERT OR REPLACE INTO names VALUES (?, ?)", run, name)
        return name

    def delete(self, run: str) -> None:
        """Forgets a run, also one that cannot be read, and its weights. LabError when it is being trained."""
        if self.version(run) is None:
            raise self._unknown(run)
        with self.locked(run):
            self._database.write("DELETE FROM runs WHERE run = ?", run)
            for folder in (self.weights_folder(run), self._history_folder(run)):
                shutil.rmtree(folder, ignore_errors=True)

    # --- reading ---------------------------------------------------------------------------------------------------

    def get(self, run: str) -> StoredRun:
        """One run, whole. NoSuchRun when there is none of this id, UnreadableRun when it makes no sense."""
        row = self._database.row("SELECT runs.*, name FROM runs LEFT JOIN names USING (run) WHERE run = ?", run)
        if row is None:
            raise self._unknown(run)
        try:
            return self._stored(row)
        except StoreError:
            raise
        except (LabError, ValueError, TypeError, KeyError) as error:
            raise UnreadableRun(f"run {run} cannot be read: {' '.join(str(error).split())}") from error

    def status(self, run: str) -> str:
        """What `get` says of its status, in microseconds."""
        row = self._database.row("SELECT run, status FROM runs WHERE run = ?", run)
        if row is None:
            raise self._unknown(run)
        return self._status(row)

    def version(self, run: str) -> int | None:
        """A number that grows with each change of this run; None when there is no such run. Taking and losing a lock is none."""
        row = self._database.row("SELECT number FROM changes JOIN runs USING (run) WHERE run = ?", run)
        return int(row["number"]) if row else None

    def summaries(self) -> list[RunSummary]:
        """Every run that can be read, without its epochs, the newest first. Costs what has changed since the last call."""
        return self._summaries.all()

    def newest_change(self) -> int:
        """Equal numbers: no run was written in between."""
        return self._summaries.version()

    def unreadable(self) -> dict[str, str]:
        """Run -> why it cannot be read, for those that `summaries` and `all` leave out."""
        return self._summaries.unreadable()

    def counts(self) -> Counter[str]:
        """How many of these there are of each status."""
        return Counter(summary.status for summary in self.summaries())

    def names(self) -> list[str]:
        """The id of every run, the newest first."""
        return [row["run"] for row in self._database.rows("SELECT run FROM runs ORDER BY created DESC")]

    def all(self) -> list[StoredRun]:
        """Every run that can be read, whole, the newest first."""
        found = []
        for run in self.names():
            with contextlib.suppress(UnreadableRun):  # `unreadable` tells of it
                found.append(self.get(run))
        return found

    def checkpoint(self, run: str) -> bytes | None:
        """The newest checkpoint, checked against its hash; None before the first. LabError when it is damaged."""
        row = self._database.row("SELECT * FROM epochs WHERE run = ? ORDER BY epoch DESC LIMIT 1", run)
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

    def history(self, run: str) -> History:
        """What the run keeps of its finished epochs, to go back in; empty for one from before that. NoSuchRun."""
        row = self._database.row("SELECT run, max(epoch) AS last FROM runs LEFT JOIN epochs USING (run) WHERE run = ? GROUP BY run", run)
        if row is None:
            raise self._unknown(run)
        return History(self._history_folder(run), -1 if row["last"] is None else int(row["last"]))

    def weights_folder(self, run: str) -> Path:
        """Where the weights of a run lie, one file an epoch that is kept."""
        return self.folder / "weights" / run

    # --- below -----------------------------------------------------------------------------------------------------

    def _stored(self, row: Any) -> StoredRun:
        run, status = row["run"], self._status(row)
        epochs = self._database.rows("SELECT record, weights FROM epochs WHERE run = ? ORDER BY epoch", run)
        newest = "weights.safetensors" if status == "finished" else epochs[-1]["weights"] if epochs else None
        return StoredRun(
            run=run,
            created=float(row["created"]),
            owner=row["owner"],
            status=status,
            message=row["message"],
            record=RunRecord(
                recipe=Recipe.from_dict(json.loads(row["recipe"])),
                facts=Facts.from_dict(_object(row["facts"])),
                epochs=tuple(Epoch.from_dict(_object(epoch["record"])) for epoch in epochs),
                result=Result.from_dict(_object(row["result"])) if row["result"] else None,
            ),
            weights=self.weights_folder(run) / newest if newest else None,
            name=row["name"] or "",
        )

    def _status(self, row: Any) -> str:
        status: str = row["status"]
        return "interrupted" if status in UNFINISHED and not self._is_held(row["run"]) else status

    def _is_held(self, run: str) -> bool:
        try:
            return is_held(self._lock_file(run))
        except OSError as error:
            raise StoreError(f"the lock {self._lock_file(run)} cannot be looked at: {error.strerror or error}") from error

    def _history_folder(self, run: str) -> Path:
        return self.folder / HISTORY / run

    @contextlib.contextmanager
    def _if_possible(self, run: str) -> Iterator[None]:
        """The history is worth less than the run: what keeps it from being written is told in the log, and it goes on."""
        from safetensors import SafetensorError

        try:
            yield
        except (OSError, ValueError, SafetensorError) as error:
            LOG.warning("the history of run %s lacks something: %s", run, error)

    def _lock_file(self, run: str) -> Path:
        return self.folder / "locks" / f"{run}.lock"

    def _unknown(self, run: str) -> NoSuchRun:
        return NoSuchRun(f"there is no run {run!r} in {self.folder}; list them with: python -m core runs")

    def _write_patiently(self, statement: str, *values: object) -> None:
        self._database.write(statement, *values, patience_s=EPOCH_PATIENCE_S)

    def _remove_weights(self, run: str, keep: str) -> None:
        for file in self.weights_folder(run).iterdir():
            if file.name != keep:
                with contextlib.suppress(OSError):  # an orphan costs space and nothing else
                    file.unlink()


def _object(text: str) -> dict[str, Any]:
    """The object in a JSON text. ValueError for anything else."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"expected an object, not {text[:40]}")
    return found
