"""The store's file: readers wait for nobody, a locked file is tried again, and a store from before is brought up to date."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs import database
from core.runs import store as runs
from core.runs.database import MIGRATIONS, StoreError
from core.runs.store import RunStore, open_store
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch

BEFORE = Path(__file__).parent / "stores" / "before_versions.sqlite"
"""Four runs as this app wrote them before its stores had a version: finished, stopped, killed while running, waiting."""


def epoch(number: int, seconds: float = 1.5) -> Epoch:
    return Epoch(number, 1.0, 0.5, 0.5, None, None, None, [[1, 0], [0, 1]], 0.1, seconds, 10.0, number, checkpoint=b"weights")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    made = open_store(tmp_path / "runs")
    yield made
    made.close()


@pytest.fixture
def other(store: RunStore) -> Iterator[sqlite3.Connection]:
    """Another process's connection to the same file."""
    made = sqlite3.connect(store.folder / "runs.sqlite", isolation_level=None)
    yield made
    made.close()


def version(file: Path) -> int:
    connection = sqlite3.connect(file)
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found


# --- a store from before ------------------------------------------------------------------------------------------


def test_a_store_from_before_is_brought_up_to_date_and_reads_the_same(tmp_path: Path) -> None:
    shutil.copy(BEFORE, tmp_path / "runs.sqlite")
    assert version(tmp_path / "runs.sqlite") == 0
    store = open_store(tmp_path)
    found = {run.run: run for run in store.summaries()}
    assert list(found) == ["waitdd", "killcc", "stopbb", "doneaa"], "the newest first"
    assert [run.status for run in found.values()] == ["interrupted", "interrupted", "stopped", "finished"]
    assert [(run.epochs_done, run.seconds) for run in found.values()] == [(0, 0.0), (1, 1.5), (2, 3.0), (3, 4.5)]
    assert found["doneaa"].test_accuracy == 0.85 and found["doneaa"].recipe.seed == 0
    assert [epoch.epoch for epoch in store.get("stopbb").epochs] == [0, 1, 2]
    store.close()
    assert version(tmp_path / "runs.sqlite") == len(MIGRATIONS)
    assert len(open_store(tmp_path).summaries()) == 4, "a second opening changes nothing"


def test_two_servers_that_open_a_store_from_before_migrate_it_once(tmp_path: Path) -> None:
    shutil.copy(BEFORE, tmp_path / "runs.sqlite")
    together, opened = threading.Barrier(2), []

    def server() -> None:
        together.wait()
        opened.append(open_store(tmp_path))

    threads = [threading.Thread(target=server) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(store.summaries()) for store in opened] == [4, 4]


def test_a_migration_that_breaks_off_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(BEFORE, tmp_path / "runs.sqlite")
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (x);\nCREATE TABLE runs (again);\n"))
    with pytest.raises(StoreError, match="runs already exists"):
        open_store(tmp_path)
    monkeypatch.undo()
    assert version(tmp_path / "runs.sqlite") == 0
    assert len(open_store(tmp_path).summaries()) == 4


def test_the_code_of_before_may_write_into_a_store_of_now(store: RunStore, other: sqlite3.Connection) -> None:
    """A step back after an upgrade, or an old command line beside a new server: its statements, as they were."""
    recipe = store.get(store.create(Recipe(), "me")).recipe
    other.execute("INSERT INTO runs SELECT 'oldrun', 1.0, owner, 'stopped', '', recipe, facts, NULL FROM runs")
    other.execute("INSERT OR REPLACE INTO epochs VALUES ('oldrun', 1, '{\"kind\": \"epoch\", \"epoch\": 1, \"seconds\": 2.5}', 'w', '0')")
    found = next(run for run in store.summaries() if run.run == "oldrun")
    assert (found.recipe, found.epochs_done, found.seconds) == (recipe, 1, 2.5)


def test_a_store_of_a_newer_version_is_refused_in_one_line(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "runs.sqlite")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        open_store(tmp_path)


# --- a store that another process has locked ----------------------------------------------------------------------


def test_readers_and_openers_go_on_while_a_writer_waits(
    store: RunStore, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(Recipe(), "me")
    refused = threading.Event()
    real = time.sleep
    monkeypatch.setattr(database.time, "sleep", lambda seconds: (refused.set(), real(seconds)))
    other.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=store.add_epoch, args=(run, epoch(1)))
    writer.start()
    assert refused.wait(10), "the epoch waits for the store"
    began = time.monotonic()
    assert store.get(run).epochs_done == 0 and store.names() == [run] and len(store.summaries()) == 1
    again = open_store(store.folder)
    assert again.get(run).run == run
    assert time.monotonic() - began < 2
    other.execute("ROLLBACK")
    writer.join(10)
    assert store.get(run).epochs_done == 1, "the write was tried again and nothing is lost"


def test_what_somebody_waits_for_is_refused_soon(store: RunStore, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE_S", 0.0)
    run = store.create(Recipe(), "me")
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(StoreError, match="database is locked"):
        store._database.write("UPDATE runs SET status = 'stopped'", patience_s=0.0)
    assert time.monotonic() - began < 2
    other.execute("ROLLBACK")
    assert store.get(run).status == "interrupted"


def test_an_epoch_gives_up_at_last(store: RunStore, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "EPOCH_PATIENCE_S", 0.1)
    run = store.create(Recipe(), "me")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"):
        store.add_epoch(run, epoch(1))


def test_a_reader_does_not_wait_for_a_write_of_its_own_process(store: RunStore) -> None:
    """An fsync takes as long as the disk likes: here, for ever."""
    run = store.create(Recipe(), "me")
    with store._database._writing:
        answers: list[str] = []
        reader = threading.Thread(target=lambda: answers.append(store.get(run).run))
        reader.start()
        reader.join(5)
        assert answers == [run]
