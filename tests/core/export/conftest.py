"""Finished runs: three short ones that are really trained, and any recipe with made-up numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from core.datasets.loading import load
from core.datasets.split_sizes import part_sizes
from core.runs.snapshot import Snapshot
from core.training.loop import train
from core.vocabulary.datasets import SOURCES
from core.vocabulary.folders import data_folder
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Epoch, Facts, Result, RunRecord, Start

RECIPES = {
    "digits": preset("quick", "digits").changed(epochs=2, device="cpu"),
    "cifar10-16": preset("report", "cifar10").changed(epochs=1, resolution=16, train_limit=400, device="cpu", threads=1, learning_rate=0.05),
    "arc3": preset("report", "fashion-mnist").changed(network="arc3-report", optimizer="adam", epochs=2, train_limit=400, device="cpu", threads=1),
    "own": preset("quick", "digits").changed(epochs=2, device="cpu", network=(
        "conv 8 3 padding 1 leaky, batchnorm, maxpool 2, conv 8 2 none, batchnorm tanh, dropout 0.1, avgpool 2 stride 1, globalpool, "
        "dense 16, batchnorm, dropout 0.2")),
}  # fmt: skip
"""The report's network at 16 pixels, arc3-report with Adam, digits, and a network of every kind of layer: short."""


@functools.cache
def _trained(name: str) -> tuple[RunRecord, bytes]:
    recipe = RECIPES[name]
    epochs: list[Epoch] = []
    for record in train(recipe, load(recipe.dataset, data_folder())):
        if isinstance(record, Start):
            start = record
        elif isinstance(record, Epoch):
            epochs.append(record)
        elif isinstance(record, Result):
            return RunRecord(start.recipe, start.facts, tuple(epochs), record), record.weights
    raise AssertionError("no result")


@pytest.fixture
def trained(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Snapshot]:
    """`trained(name)`: a run of RECIPES as the store has it once it is finished; skips without its data set."""

    def get(name: str) -> Snapshot:
        if SOURCES[RECIPES[name].dataset].layouts:
            request.getfixturevalue("real_data")
        record, weights = _trained(name)
        file = tmp_path / f"{name}.safetensors"
        file.write_bytes(weights)
        return snapshot(record, name, file)

    return get


def snapshot(record: RunRecord, name: str = "abc234", weights: Path | None = None, status: str = "finished") -> Snapshot:
    return Snapshot(run=name, status=status, record=record, owner="", created=1e9, place=None, version=0, tick=None, curve=(),
                    message="", seconds_left=None, weights=weights, pretrained=True)  # fmt: skip


def made_up(recipe: Recipe, device: str = "cpu", precision: str = "float32") -> Snapshot:
    """A finished run of any recipe, with the sizes that its parts would have and numbers of no training."""
    source = SOURCES[recipe.dataset]
    resolved = recipe.changed(device=device, precision=precision, threads=1)
    train_size, held_out, test = part_sizes(resolved)
    facts = Facts(source.classes, source.shape, 1000, train_size, held_out, test, -(-train_size // recipe.batch_size), {"torch": "2"})
    matrix = [[90 if row == column else 1 for column in range(10)] for row in range(10)]
    epochs = tuple(_epoch(number, matrix, held_out > 0) for number in range(recipe.epochs + 1))
    return snapshot(RunRecord(resolved, facts, epochs, Result(recipe.epochs, 0.4, 0.9, matrix, 0.1)))


def _epoch(number: int, matrix: list[list[int]], validated: bool) -> Epoch:
    held_out = (0.5, 0.9, matrix) if validated else (None, None, None)
    return Epoch(number, 1 / number if number else None, 0.5 if number else None, 0.7, *held_out, None, 0.1 if number else None,
                 1.5 if number else 0.0, 100.0 if number else None, number)  # fmt: skip
