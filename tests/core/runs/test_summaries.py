"""The list of runs: what it says is what the runs say, it follows every change, and one bad row harms only itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.runs import summaries
from core.runs.store import RunStore, UnreadableRun, open_store
from core.runs.summaries import utc
from core.vocabulary.metrics import macro
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Facts, Result, Start

MATRIX = [[8, 2], [1, 9]]


def epoch(number: int, seconds: float = 1.5) -> Epoch:
    return Epoch(number, 1.0, 0.5, 0.5, None, None, None, MATRIX, 0.1, seconds, 10.0, number, checkpoint=b"weights")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return open_store(tmp_path / "runs")


def broken(store: RunStore, column: str, value: object) -> str:
    run = store.create(Recipe(), "me")
    with store._db as database:
        database.execute(f"UPDATE runs SET {column} = ? WHERE run = ?", (value, run))
    return run


def test_a_summary_says_what_the_run_says(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    store.save(run, Start(Recipe(threads=1), Facts(train=10), 0))
    for number in range(3):
        store.save(run, epoch(number))
    store.save(run, Result(2, 0.5, 0.85, MATRIX, 0.1, weights=b"final"))
    (found,), whole = store.summaries(), store.get(run)
    assert (found.run, found.status, found.recipe, found.owner) == (whole.run, "finished", whole.recipe, "me")
    assert (found.created, found.message, found.epochs_done) == (whole.created, "", whole.epochs_done == 2 and 2)
    assert found.seconds == sum(epoch.seconds for epoch in whole.epochs) == 4.5
    assert found.test_accuracy == 0.85 and found.macro_f1 == macro(MATRIX).f1


def test_it_follows_every_change_also_of_another_process(store: RunStore) -> None:
    other = open_store(store.folder)
    assert store.summaries() == []
    first, second = other.create(Recipe(), "me"), other.create(Recipe(seed=1), "me")
    assert [run.run for run in store.summaries()] == [second, first]
    with other.locked(first):
        other.save(first, Start(Recipe(threads=1), Facts(), 0))
        other.save(first, epoch(1))
        assert [(run.status, run.epochs_done) for run in store.summaries()] == [("interrupted", 0), ("running", 1)]
        assert store.counts() == {"interrupted": 1, "running": 1}
    assert [run.status for run in store.summaries()] == ["interrupted"] * 2, "its process lost the lock and wrote nothing"
    other.set_status(first, "stopped", "why")
    assert [(run.status, run.message) for run in store.summaries()] == [("interrupted", ""), ("stopped", "why")]
    other.delete(second)
    assert [run.run for run in store.summaries()] == [first] and store.unreadable() == {}


def test_an_epoch_that_is_written_again_counts_once(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    for seconds in (5.0, 2.0):
        store.save(run, epoch(1, seconds))
    store.save(run, epoch(2, 3.0))
    assert [(found.seconds, found.epochs_done) for found in store.summaries()] == [(5.0, 2)]


def test_the_newest_change_moves_with_every_write_and_with_nothing_else(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    seen = [store.newest_change()]
    for write in (lambda: store.save(run, epoch(1)), lambda: store.set_status(run, "stopped"), lambda: store.delete(run)):
        write()
        seen.append(store.newest_change())
    assert seen == sorted(set(seen)) and store.newest_change() == seen[-1]


def test_a_look_reads_only_what_has_changed(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [store.create(Recipe(seed=seed), "me") for seed in range(20)]
    read: list[str] = []
    real = summaries._entry
    monkeypatch.setattr(summaries, "_entry", lambda row: read.append(row["run"]) or real(row))
    assert len(store.summaries()) == 20 and sorted(read) == sorted(runs)
    read.clear()
    store.summaries()
    store.counts()
    assert read == []
    store.set_status(runs[3], "stopped")
    store.summaries()
    assert read == [runs[3]]


def test_locks_of_many_interrupted_runs_are_not_all_tried_at_each_look(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(3 * summaries.LOOKS):
        store.create(Recipe(seed=seed), "me")
    looks: list[str] = []
    monkeypatch.setattr(store._summaries, "_is_held", lambda run: bool(looks.append(run)))
    monkeypatch.setattr(summaries, "FREE_S", 0.0)
    assert {run.status for run in store.summaries()} == {"interrupted"} and len(looks) == 3 * summaries.LOOKS
    looks.clear()
    assert {run.status for run in store.summaries()} == {"interrupted"} and len(looks) == summaries.LOOKS


# --- what cannot be read ------------------------------------------------------------------------------------------

GOOD = json.dumps(Recipe().as_dict())


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("recipe", json.dumps({**Recipe().as_dict(), "colour": "red"}), "unknown recipe key 'colour'"),
        ("recipe", json.dumps({**Recipe().as_dict(), "dataset": "svhn"}), "unknown dataset 'svhn'"),
        ("recipe", GOOD[:-5], "delimiter"),
        ("recipe", "[]", "expected the recipe"),
        ("recipe", "null", "expected the recipe"),
        ("result", '{"epoch": 1, "test_loss": 0.5}', "test_accuracy"),
        ("created", "yesterday", "could not convert"),
    ],
)
def test_one_unreadable_run_hides_no_other(store: RunStore, column: str, value: str, reason: str) -> None:
    good, bad = store.create(Recipe(), "me"), broken(store, column, value)
    assert [run.run for run in store.summaries()] == [good]
    assert list(store.unreadable()) == [bad] and reason in store.unreadable()[bad]
    assert [run.run for run in store.all()] == [good]
    with pytest.raises(UnreadableRun, match=f"run {bad} cannot be read"):
        store.get(bad)
    store.delete(bad)
    assert store.unreadable() == {} and store.names() == [good], "what cannot be read can be deleted"


@pytest.mark.parametrize(("column", "value"), [("facts", "null"), ("facts", "{"), ("result", "[]")])
def test_facts_that_make_no_sense_are_told_when_the_run_is_opened(store: RunStore, column: str, value: str) -> None:
    bad = broken(store, column, value)
    with pytest.raises(UnreadableRun, match=f"run {bad} cannot be read"):
        store.get(bad)


def test_a_damaged_epoch_is_told_when_the_run_is_opened_and_may_be_listed(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    store.save(run, epoch(1))
    with store._db as database:
        database.execute("UPDATE epochs SET record = '{not json'")
    with pytest.raises(UnreadableRun, match="cannot be read"):
        store.get(run)
    assert [found.run for found in store.summaries()] == [run]
    store.save(run, epoch(1, 4.0))
    assert store.get(run).epochs_done == 1 and store.summaries()[0].seconds >= 4.0


@pytest.mark.parametrize("created", [1e30, 1e12, -1e30])
def test_a_date_that_no_calendar_has_is_only_that(store: RunStore, created: float) -> None:
    bad = broken(store, "created", created)
    assert [run.run for run in store.summaries()] == [bad] and utc(created) == ""
