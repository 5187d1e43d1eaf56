"""Runs that nobody trains now: read once, read again when they change, and no more of them kept than said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.pretrained.cards import Card
from core.runs import snapshot as snapshots
from core.runs.snapshot import Snapshots
from core.runs.store import RunStore, open_store
from core.vocabulary.errors import NoSuchRun
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch


def epoch(number: int) -> Epoch:
    return Epoch(number, 1.0, 0.5, 0.5, None, None, None, [[1, 0], [0, 1]], 0.1, 1.0, 10.0, number, checkpoint=b"weights")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return open_store(tmp_path / "runs")


@pytest.fixture
def read(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that are read whole, one entry each time."""
    found: list[str] = []
    real = store.get
    monkeypatch.setattr(store, "get", lambda run: found.append(run) or real(run))
    return found


def test_a_run_is_read_again_only_when_it_changes(store: RunStore, read: list[str], tmp_path: Path) -> None:
    kept, run = Snapshots(store, tmp_path / "cards"), store.create(Recipe(), "me")
    assert kept.of(run).epochs_done == 0 and kept.of(run) is kept.of(run) and read == [run]
    open_store(store.folder).add_epoch(run, epoch(1))
    assert kept.of(run).epochs_done == 1 and kept.of(run).epochs_done == 1 and read == [run] * 2
    store.delete(run)
    with pytest.raises(NoSuchRun):
        kept.of(run)


def test_a_lock_that_goes_without_a_word_is_seen(store: RunStore, read: list[str], tmp_path: Path) -> None:
    kept, run = Snapshots(store, tmp_path / "cards"), store.create(Recipe(), "me")
    lock = store.lock(run)
    assert kept.of(run).status == "queued"
    lock.release()
    assert kept.of(run).status == "interrupted"
    with store.locked(run):
        assert kept.of(run).status == "queued"
    assert read == [run]


def test_a_bounded_number_is_kept(store: RunStore, read: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "KEPT", 2)
    kept, runs = Snapshots(store, tmp_path / "cards"), [store.create(Recipe(seed=seed), "me") for seed in range(3)]
    for place in (0, 1, 0, 2, 0, 1):
        kept.of(runs[place])
    assert read == [runs[place] for place in (0, 1, 2, 1)]


def test_the_shelf_is_worked_out_once_for_the_same_files(store: RunStore, put_card: Callable[..., Card], pretrained: Path) -> None:
    kept = Snapshots(store, pretrained)
    put_card("one")
    first = kept.pretrained()
    assert [run.run for run in first] == ["one"] and first[0].test_accuracy == 0.85 and first[0].pretrained
    assert kept.pretrained() is first
    put_card("two")
    assert [run.run for run in kept.pretrained()] == ["one", "two"]
