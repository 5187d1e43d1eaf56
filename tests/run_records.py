"""Records and cards of runs as training would leave them, without training: only what a test asks about need be named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.pretrained.cards import Card
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Facts, Matrix, Result, RunRecord

CONFUSION = [[8, 2], [1, 9]]


def epoch(number: int, **values: Any) -> Epoch:
    """Epoch 0 has no training loss and no running accuracy; nothing is held out unless `values` says so."""
    plain: dict[str, Any] = {
        "train_loss": 1.0 if number else None, "running_accuracy": 0.5 if number else None, "train_accuracy": 0.5,
        "validation_loss": None, "validation_accuracy": None, "validation_confusion": None, "train_confusion": None,
        "learning_rate": 0.1, "seconds": 1.0, "images_per_second": 100.0, "best_epoch": number,
    }  # fmt: skip
    return Epoch(epoch=number, **{**plain, **values})


def result(epoch: int = 0, test_accuracy: float = 0.85, confusion: Matrix = CONFUSION) -> Result:
    """Of a test that took no time."""
    return Result(epoch, 0.3, test_accuracy, confusion, 0.1)


def card(name: str, recipe: Recipe, facts: Facts, epochs: Sequence[Epoch] = (), tested: Result | None = None,
         evaluations: Mapping[str, dict[str, Matrix]] | None = None) -> Card:  # fmt: skip
    """A finished run; `tested`: as `result()` where nobody asks about it."""
    return Card(name, RunRecord(recipe, facts, tuple(epochs), tested or result()), dict(evaluations or {}))
