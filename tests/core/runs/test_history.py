"""What a run keeps to go back in: written whole, thinned to a budget, gone with the run, and harmless where it is damaged."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from core.engines.thread import ThreadEngine
from core.runs import history_files
from core.runs.history import History
from core.runs.history_files import budget, least_missed, packed_weights
from core.runs.snapshot import history_of
from core.runs.store import RunStore, StoreError, open_store
from core.training.state import TrainingState
from core.vocabulary import metrics
from core.vocabulary.errors import Damaged, LabError, NoSuchRun
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import (
    DeadUnits,
    Epoch,
    Facts,
    LayerNorms,
    Observation,
    Result,
    Start,
)

RNG = np.random.default_rng(3)
KERNELS = RNG.normal(size=(4, 1, 3, 3)).astype(np.float32)
PROBABILITIES = RNG.integers(0, 255, (20, 10), np.uint8)


def checkpoint(number: int, more: dict[str, Any] | None = None) -> bytes:
    tensors = {"network.0.weight": KERNELS + np.float32(number), "network.0.bias": np.arange(4, dtype=np.float32) / 3,
               "network.3.weight": RNG.normal(size=(10, 400)).astype(np.float32), "optimizer.0.momentum_buffer": KERNELS}  # fmt: skip
    return save(tensors | (more or {}))


def epoch(number: int, best: int | None = None, **values: Any) -> Epoch:
    kept = {"checkpoint": checkpoint(number), "arrays": save({"probabilities": PROBABILITIES})} | values
    return Epoch(number, 1.0, 0.5, 0.5, None, 0.5, None, [[1, 0], [0, 1]], 0.1, 1.0, 10.0, number if best is None else best, **kept)


def part() -> bytes:
    indices = np.arange(5, 25, dtype=np.int32)
    return save({"indices": indices, "labels": np.arange(20, dtype=np.uint8) % 10, "watched": np.array([0, 3], np.int32),
                 "images": np.zeros((2, 1, 8, 8), np.uint8)})  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return open_store(tmp_path / "runs")


@pytest.fixture
def run(store: RunStore) -> str:
    return store.create(Recipe(), "me")


def test_a_run_s_epochs_come_back(store: RunStore, run: str) -> None:
    store.save(run, Start(Recipe(), Facts(train=1), 0, part()))
    for number in range(3):
        store.save(run, epoch(number))
    store.save(run, Result(2, 0.5, 0.9, [[1, 0], [0, 1]], 0.1, weights=b"final", arrays=save({"probabilities": PROBABILITIES[:7]})))
    found = store.history(run)
    assert found.epochs == found.kept == (0, 1, 2)
    kernels, probabilities = found.kernels(1), found.probabilities(1)
    assert kernels is not None and np.array_equal(kernels, KERNELS + 1) and kernels.dtype == np.float32
    assert probabilities is not None and np.array_equal(probabilities, PROBABILITIES)
    weights = found.weights(2)
    assert weights.keys() == {"0.weight", "0.bias", "3.weight"} and {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    assert np.array_equal(weights["0.weight"], (KERNELS + 2).astype(np.float16).astype(np.float32))
    assert np.array_equal(weights["0.bias"], np.arange(4, dtype=np.float32) / 3), "as exact as they were"
    test, watched = found.test_probabilities(), found.watched()
    assert test is not None and np.array_equal(test, PROBABILITIES[:7])
    assert watched is not None and watched.indices.tolist() == [5, 8] and watched.labels.tolist() == [0, 3]
    indices, labels = found.validation_indices(), found.validation_labels()
    assert indices is not None and labels is not None and len(indices) == len(labels) == 20
    assert found.size == sum(file.stat().st_size for file in found.folder.iterdir())


def test_a_run_from_before_has_an_empty_history(store: RunStore, run: str, tmp_path: Path) -> None:
    store.save(run, epoch(1, checkpoint=b"no safetensors file", arrays=b""))
    found = store.history(run)
    assert (found.epochs, found.kept, found.size) == ((), (), 0)
    assert found.kernels(1) is found.probabilities(1) is found.test_probabilities() is found.watched() is found.validation_indices() is None
    with pytest.raises(LabError, match=r"epoch 1 of .* were not kept; none is kept"):
        found.weights(1)
    with pytest.raises(NoSuchRun):
        store.history("nosuch")
    with pytest.raises(NoSuchRun):
        history_of("nosuch", store, tmp_path)


def test_an_epoch_that_was_not_kept_is_refused_with_those_that_were(store: RunStore, run: str) -> None:
    for number in (0, 1, 4):
        store.save(run, epoch(number))
    with pytest.raises(LabError, match=r"after epoch 3 of .* were not kept; kept are 0, 1, 4$"):
        store.history(run).weights(3)


def test_a_network_without_a_convolution_has_no_kernels(store: RunStore, run: str) -> None:
    store.save(run, epoch(0, checkpoint=save({"network.1.weight": np.ones((3, 4), np.float32)})))
    assert store.history(run).kernels(0) is None and store.history(run).probabilities(0) is not None


def test_normalisation_keeps_its_running_values_exactly(store: RunStore, run: str) -> None:
    running = {"network.1.running_mean": np.array([1e-9, 1 / 3], np.float32), "network.1.running_var": np.array([7e4, 1e-9], np.float32),
               "network.1.num_batches_tracked": np.array(70_001, np.int64)}  # fmt: skip
    store.save(run, epoch(0, checkpoint=checkpoint(0, running)))
    weights = store.history(run).weights(0)
    for name, array in running.items():
        assert np.array_equal(weights[name.removeprefix("network.")], array)


def test_weights_beyond_float16_stay_what_they_are() -> None:
    huge = np.array([[1e5, 1 / 3]], np.float32)
    odd = np.array([[np.nan, np.inf, 1 / 3]], np.float32)
    kept = load(packed_weights({"0.weight": huge, "1.weight": odd}))
    assert np.array_equal(kept["0.weight"], huge) and kept["0.weight"].dtype == np.float32
    assert kept["1.weight"].dtype == np.float16 and np.isnan(kept["1.weight"][0, 0]) and np.isinf(kept["1.weight"][0, 1])


def test_deleting_a_run_deletes_its_history(store: RunStore, run: str) -> None:
    store.save(run, epoch(0))
    folder = store.history(run).folder
    assert folder.exists()
    store.delete(run)
    assert not folder.exists()


def test_a_real_run_that_was_stopped_and_goes_on_has_no_gap(store: RunStore, tmp_path: Path) -> None:
    recipe = Recipe(epochs=4, train_limit=200, threads=1, precision="float32", network="conv 8 3, batchnorm relu, dense 16")
    run, whole = store.create(recipe, "me"), store.create(recipe, "me")
    for record in ThreadEngine(tmp_path).stream(recipe):
        store.save(run, record)
        if isinstance(record, Epoch) and record.epoch == 2:
            break
    for name in (run, whole):
        for record in ThreadEngine(tmp_path).stream(store.get(name).recipe, store.checkpoint(name)):
            store.save(name, record)
    found, never_stopped = store.history(run), store.history(whole)
    assert found.epochs == found.kept == tuple(range(5))
    labels = found.validation_labels()
    assert labels is not None
    for number in found.epochs:
        record, answers, kernels = store.get(run).record.epoch(number), found.probabilities(number), found.kernels(number)
        assert answers is not None and kernels is not None and kernels.shape == (8, 1, 3, 3)
        assert metrics.confusion_matrix(labels, answers.argmax(1), 10).tolist() == record.validation_confusion
        assert np.array_equal(answers, never_stopped.probabilities(number)) and record.observation is not None
        assert record.observation == store.get(whole).record.epoch(number).observation
        assert {name: array.tolist() for name, array in found.weights(number).items()} == {
            name: array.tolist() for name, array in never_stopped.weights(number).items()}  # fmt: skip
    assert float(found.weights(4)["2.num_batches_tracked"]) == 4 * store.get(run).facts.steps_per_epoch


# --- the budget ------------------------------------------------------------------------------------------------------


def thinned(tmp_path: Path, epochs: int, kept: int, best: int = -1) -> History:
    """A run's history, to which one epoch after the other was added while there is room for so many weights."""
    folder = tmp_path / "thinned"
    history_files.write_epoch(folder, epoch(0))
    weights = (folder / "epoch-0000.safetensors").stat().st_size
    for number in range(epochs + 1):
        history_files.write_epoch(folder, epoch(number))
        arrays = sum(file.stat().st_size for file in folder.glob("*.z"))
        history_files.thin(folder, arrays + kept * weights, best=number if best > number or best < 0 else best)
        assert History(folder).kept[-1] == number and len(History(folder).kept) <= kept
    return History(folder)


def test_early_epochs_stay_dense_and_the_newest_and_the_best_stay(tmp_path: Path) -> None:
    found = thinned(tmp_path, epochs=150, kept=30, best=77)
    assert len(found.kept) == 30 and {0, 1, 2, 3, 77, 150} <= set(found.kept)
    assert found.epochs == tuple(range(151)), "kernels and probabilities of every epoch"
    gaps = np.diff([number for number in found.kept if number != 77])
    assert gaps[:5].max() <= 2 and gaps[-3:].max() <= 40
    third = len(gaps) // 3
    assert gaps[:third].mean() < gaps[third:-third].mean() < gaps[-third:].mean()


def test_without_room_nothing_is_kept_and_the_newest_goes_last(tmp_path: Path) -> None:
    assert [least_missed(kept, 1) for kept in ([0, 1, 2], [1, 2], [2])] == [0, 1, 2]
    history_files.write_epoch(tmp_path / "none", epoch(0))
    history_files.thin(tmp_path / "none", 0, best=0)
    assert History(tmp_path / "none").epochs == () and History(tmp_path / "none").size == 0


def test_the_budget_is_of_the_whole_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_HISTORY_MB", "0.1")
    store = open_store(tmp_path / "small")
    run = store.create(Recipe(), "me")
    for number in range(25):
        store.save(run, epoch(number))
        taken = [file.stat().st_size for file in (*store.weights_folder(run).iterdir(), *store.history(run).folder.iterdir())]
        assert sum(taken) <= 100_000
    assert 2 <= len(store.history(run).kept) < 20


@pytest.mark.slow
def test_150_epochs_of_the_report_s_network_fit_and_are_read_at_once(store: RunStore) -> None:
    """The epochs are made up, their checkpoints and arrays have the size of real ones; the run is stopped after epoch 60."""
    recipe = preset("report", "cifar10").changed(device="cpu", precision="float32", threads=1)
    state = TrainingState.make(recipe, (3, 32, 32), 10)
    state.step(recipe, torch.zeros(2, 32, 32, 3, dtype=torch.uint8), torch.tensor([0, 1]))  # the momentum is in the checkpoint
    checkpoint = state.save(0)
    values = RNG.dirichlet(np.full(10, 0.3), 5_000)
    arrays, matrix = save({"probabilities": np.round(255 * values).astype(np.uint8)}), [[500] * 10] * 10
    observation = Observation(tuple(range(9)), (0.123456,) * 9, (LayerNorms(0, 0.123456, 1.23456),) * 8, (DeadUnits(0, 0.123456),) * 7)
    run = store.create(recipe, "me")

    def train(numbers: range) -> None:
        for number in numbers:
            kept = Epoch(number, 1.234567, 0.5, 0.6, 1.234567, 0.7, matrix, matrix, 0.001, 20.123456, 2e3, number, [], checkpoint, observation, arrays)
            store.save(run, kept)

    train(range(61))
    assert store.checkpoint(run) == checkpoint, "where it goes on from"
    train(range(61, 151))
    found = store.history(run)
    assert sum(file.stat().st_size for file in store.folder.rglob("*") if file.is_file()) <= 60_000_000, "the database included"
    assert found.epochs == tuple(range(151)) and len(found.kept) > 50 and set(range(20)) < set(found.kept)
    assert max(np.diff(found.kept)) <= 12
    assert max(min(_seconds(store, run, number) for _ in range(3)) for number in (0, 1, 75, 149, 150)) <= 0.1


def _seconds(store: RunStore, run: str, number: int) -> float:
    """To answer what a scrubber asks for, and the weights where they are kept."""
    began = time.perf_counter()
    found = store.history(run)
    assert found.kernels(number) is not None and found.probabilities(number) is not None
    if number in found.kept:
        found.weights(number)
    return time.perf_counter() - began


@pytest.mark.parametrize("text", ["much", "-1", "nan", "inf"])
def test_a_budget_that_is_no_size_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(LabError, match=f"LAB_HISTORY_MB is '{text}'; expected a number of MB"):
        budget({"LAB_HISTORY_MB": text})
    assert budget({}) == 60_000_000 and budget({"LAB_HISTORY_MB": "0"}) == 0


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_a_history_that_cannot_be_written_loses_no_epoch(store: RunStore, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(run, epoch(0))
    real = os.fsync

    def full(file: int) -> None:
        if "/history/" in os.readlink(f"/proc/self/fd/{file}"):
            raise OSError(28, "No space left on device")
        real(file)

    monkeypatch.setattr(os, "fsync", full)
    store.save(run, epoch(1))
    monkeypatch.undo()
    assert store.get(run).epochs_done == 1 and store.checkpoint(run) is not None
    assert store.history(run).epochs == (0,) and not list(store.history(run).folder.glob("*.part"))
    store.save(run, epoch(2))
    assert store.history(run).kept == (0, 2)


def test_an_epoch_whose_row_was_not_written_is_not_shown(store: RunStore, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a kill between the two."""
    store.save(run, epoch(0))

    def killed(*_: Any, **__: Any) -> None:
        raise StoreError("killed")

    monkeypatch.setattr(store._database, "write", killed)
    with pytest.raises(StoreError):
        store.save(run, epoch(1))
    monkeypatch.undo()
    found = store.history(run)
    assert (found.folder / "epoch-0001.safetensors").exists()
    assert found.epochs == found.kept == (0,) and found.kernels(1) is None
    store.save(run, epoch(1))
    assert store.history(run).kept == (0, 1), "the resumed run writes it again"


def test_what_broke_off_or_is_damaged_harms_nothing(store: RunStore, run: str) -> None:
    for number in range(2):
        store.save(run, epoch(number))
    found = store.history(run)
    half = found.folder / "epoch-0002.safetensors.0123abcd.part"
    half.write_bytes(b"half")
    arrays, weights = found.folder / "epoch-0001.z", found.folder / "epoch-0001.safetensors"
    arrays.write_bytes(arrays.read_bytes()[:-9])
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert found.kept == (0, 1) and found.kernels(1) is None and found.kernels(0) is not None
    with pytest.raises(Damaged, match=r"epoch-0001.safetensors is damaged .its checksum"):
        found.weights(1)
    weights.write_bytes(bytes(content[:50]))
    with pytest.raises(Damaged, match=r"epoch-0001.safetensors is damaged"):
        found.weights(1)
    store.save(run, epoch(2))
    assert not half.exists() and store.history(run).kept == (0, 1, 2)


# --- names -------------------------------------------------------------------------------------------------------


def test_a_run_has_a_name(store: RunStore, run: str) -> None:
    assert store.get(run).name == "" and store.summaries()[0].name == ""
    before = store.version(run)
    assert store.rename(run, "  three convs,\n no dropout ") == "three convs, no dropout"
    assert store.get(run).name == store.summaries()[0].name == "three convs, no dropout"
    assert open_store(store.folder).get(run).name == "three convs, no dropout" and store.version(run) != before
    store.rename(run, "")
    assert store.get(run).name == ""
    with pytest.raises(LabError, match="the name has 81 characters; expected at most 80"):
        store.rename(run, 81 * "a")
    with pytest.raises(NoSuchRun):
        store.rename("nosuch", "name")
    store.rename(run, "gone")
    store.delete(run)
    assert not store._database.rows("SELECT * FROM names")
