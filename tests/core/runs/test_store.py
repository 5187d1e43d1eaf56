"""The run store: what is written stays, what is damaged is named, and nobody disturbs anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.runs.store import RunStore, StoreError, open_store, runs_folder
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Facts, Result, Start
from tests.places import ROOT

START = Start(Recipe(device="cpu", precision="float32", threads=1), Facts(train=10, provenance={"torch": "1"}), 0)


def epoch(number: int, checkpoint: bytes = b"weights") -> Epoch:
    return Epoch(number, 1.0, 0.5, 0.5, None, None, None, [[1, 0], [0, 1]], 0.1, 1.0, 10.0, number, checkpoint=checkpoint)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return open_store(tmp_path / "runs")


def test_a_run_comes_back_as_it_was_kept(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    with store.locked(run):
        assert store.get(run).status == "queued"
        for record in (START, epoch(0), epoch(1, b"newer")):
            store.save(run, record)
        kept = open_store(store.folder).get(run)
        assert (kept.status, kept.epochs_done, kept.owner) == ("running", 1, "me")
        assert kept.recipe.threads == 1 and kept.epochs[1].train_loss == 1.0
        assert store.checkpoint(run) == b"newer"
        assert [file.name for file in store.weights_folder(run).iterdir()] == ["epoch-0001.safetensors"], "only the newest"
        store.save(run, Result(1, 0.5, 0.9, [[1, 0], [0, 1]], 0.1, weights=b"final"))
    kept = store.get(run)
    assert kept.status == "finished" and kept.result is not None and kept.result.test_accuracy == 0.9
    assert kept.weights is not None and kept.weights.read_bytes() == b"final"


def test_unfinished_without_its_lock_is_interrupted(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    with store.locked(run):
        store.save(run, START)
        assert store.get(run).status == "running"
        assert open_store(store.folder).get(run).status == "running"
    assert store.get(run).status == "interrupted"


@pytest.mark.slow
def test_the_lock_goes_with_the_process_that_held_it(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    code = (
        "import sys, os\nfrom pathlib import Path\nfrom core.runs.store import open_store\n"
        f"lock = open_store(Path({str(store.folder)!r})).lock({run!r})\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    root = ROOT
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)
    assert child.stdout is not None and child.stdout.readline().strip() == b"held"
    assert store.get(run).status == "queued"
    with pytest.raises(LabError, match="another process"):
        store.lock(run)
    with pytest.raises(LabError, match="another process"):
        store.delete(run)
    child.kill()
    child.communicate()
    assert store.get(run).status == "interrupted"


def test_going_on_keeps_the_facts_of_the_beginning(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    store.save(run, START)
    store.save(run, Start(START.recipe, Facts(train=10, provenance={"torch": "2"}), 4))
    facts = store.get(run).facts
    assert facts.provenance == {"torch": "1"} and facts.resumed == ({"after_epoch": 4, "torch": "2"},)


def test_a_damaged_or_missing_checkpoint_is_named(store: RunStore) -> None:
    run = store.create(Recipe(), "me")
    assert store.checkpoint(run) is None
    store.save(run, epoch(1, b"0123456789"))
    file = store.weights_folder(run) / "epoch-0001.safetensors"
    file.write_bytes(b"0123456780")
    with pytest.raises(LabError, match=r"epoch-0001.safetensors is damaged"):
        store.checkpoint(run)
    file.unlink()
    with pytest.raises(LabError, match=r"epoch-0001.safetensors cannot be read"):
        store.checkpoint(run)


def test_a_full_disk_loses_no_finished_epoch(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.create(Recipe(), "me")
    store.save(run, epoch(1, b"good"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        store.save(run, epoch(2, b"lost"))
    monkeypatch.undo()
    assert store.get(run).epochs_done == 1 and store.checkpoint(run) == b"good"
    assert [file.name for file in store.weights_folder(run).iterdir()] == ["epoch-0001.safetensors"], "no half file stays"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot write to the run store"):
        open_store(tmp_path / "file" / "runs")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "runs.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(tmp_path / "odd")


def test_deleting_forgets_the_run_and_its_weights(store: RunStore) -> None:
    run, other = store.create(Recipe(), "me"), store.create(Recipe(seed=1), "me")
    store.save(run, epoch(1))
    store.delete(run)
    assert store.names() == [other] and not store.weights_folder(run).exists()
    with pytest.raises(LabError, match="there is no run"):
        store.get(run)


def test_the_folder_comes_from_the_environment() -> None:
    assert runs_folder({"LAB_RUNS": "/somewhere"}) == Path("/somewhere")
    assert runs_folder({"XDG_DATA_HOME": "/x", "LOCALAPPDATA": "/x"}).name == "runs"
