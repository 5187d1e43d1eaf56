"""Cards of study 2 as training would leave them, without training."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.datasets.files import SOURCES
from core.datasets.split_sizes import part_sizes
from core.pretrained.cards import Card
from core.pretrained.outputs import Outputs
from core.studies import architectures
from core.vocabulary.metrics import accuracy, confusion_matrix
from core.vocabulary.records import Epoch, Facts, Matrix
from tests import run_records

IMAGES = 1000
"""Of the pretended test set, a tenth of each class, class after class in turn."""


def labels() -> np.ndarray:
    return np.arange(IMAGES) % 10


def outputs(right: float, seed: int = 0) -> Outputs:
    """Answers of which about the share `right` are right; a wrong guess is the next class."""
    rng, truth = np.random.default_rng(seed), labels()
    logits = rng.normal(size=(IMAGES, 10))
    favoured = np.where(rng.random(IMAGES) < right, truth, (truth + 1) % 10)
    logits[np.arange(IMAGES), favoured] += rng.uniform(6, 12, IMAGES)
    return Outputs(truth.astype(np.uint8), {28: logits.astype(np.float16)})


def matrix(right: float, seed: int = 0) -> Matrix:
    kept = outputs(right, seed)
    counts: Matrix = confusion_matrix(kept.labels.astype(np.int64), kept.logits[28].argmax(1), 10).tolist()
    return counts


def card(name: str, right: float = 0.9, epochs: int = 8, curve: Iterable[float] | None = None, seed: int = 0) -> Card:
    """The card of a planned run whose test accuracy is about `right`; `curve` is its validation accuracy from epoch 1."""
    recipe = architectures.plan()[name].recipe
    train, validation, test = part_sizes(recipe)
    checked = list(curve) if curve is not None else [right - 0.3 / number for number in range(1, epochs + 1)]
    records = [_epoch(number, value) for number, value in enumerate([0.1, *checked])]
    best = 1 + max(range(len(checked)), key=checked.__getitem__)
    confusion = matrix(right, seed)
    facts = Facts(classes=SOURCES[recipe.dataset].classes, shape=(1, 28, 28), parameters=1000 + len(name), train=train,
                  validation=validation, test=test, steps_per_epoch=-(-train // recipe.batch_size))  # fmt: skip
    return run_records.card(name, recipe, facts, records, run_records.result(best, accuracy(confusion), confusion))


def _epoch(number: int, value: float) -> Epoch:
    return run_records.epoch(
        number, train_loss=1 / number if number else None, running_accuracy=value - 0.01 if number else None,
        train_accuracy=value, validation_loss=1.2 - value, validation_accuracy=value,
    )  # fmt: skip


def everything() -> dict[str, Card]:
    """A card for each planned run, no two with the same answers."""
    return {name: card(name, 0.85 + 0.002 * place, seed=place) for place, name in enumerate(architectures.plan())}
