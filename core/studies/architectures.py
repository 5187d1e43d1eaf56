"""Study 2: five architectures on Fashion-MNIST and MNIST (Kadam 2020), and the report's readings of two of them.

The report's four runs have its own length; the paper's have its optimizers, at a fifth of its epochs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.pretrained.cards import Card
from core.pretrained.plan import Plan, PlannedRun
from core.studies.rows import Row
from core.vocabulary import metrics
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.records import Matrix, required

REPORT = {
    f"{network.removesuffix('-report')}-{optimizer}": (network, optimizer)
    for network in ("arc2-report", "arc3-report")
    for optimizer in ("adam", "sgd")
}
"""Short name -> (network, optimizer) of the report's four runs."""
PAPER: dict[str, tuple[str, dict[str, Any]]] = {
    "arc1": ("arc1", {"optimizer": "adagrad", "batch_size": 64}),
    "arc2-paper": ("arc2", {"optimizer": "adam"}),
    "arc3-paper": ("arc3", {"optimizer": "adam"}),
    "arc4": ("arc4", {"optimizer": "adam"}),
    "arc5-adam": ("arc5", {"optimizer": "adam"}),
    "arc5-rmsprop": ("arc5", {"optimizer": "rmsprop"}),
}
"""Short name -> (network, what the paper states of its training)."""
SMALL = ("arc1", "arc3-paper", "arc4")
"""Of these the weights on Fashion-MNIST are kept: those of arc2 and arc5, six times as large, would not fit."""
EPOCHS = {"fashion-mnist": 10, "mnist": 6}
"""Of the paper's networks here; it trained each for 50."""
ARC1_OPTIMIZERS = ("sgd", "rmsprop", "adagrad", "adam")
SEEDS = (0, 1, 2)
BATCHES = (16, 128, 1024)


@cache
def plan() -> Plan:
    """Name -> planned run, the quickest first."""
    runs = {}
    for optimizer in ARC1_OPTIMIZERS:
        for seed in SEEDS:
            recipe = _paper("fashion-mnist", "arc1", {"optimizer": optimizer, "batch_size": 64, "epochs": 50, "seed": seed})
            runs[f"fashion-arc1-{optimizer}-seed{seed}"] = PlannedRun(recipe)
    for size in BATCHES:
        recipe = _paper("fashion-mnist", "arc3-report", {"optimizer": "adam", "batch_size": size})
        runs[f"fashion-batch-{size}"] = PlannedRun(recipe.changed(train_limit=6_000, epochs=20))
    for dataset, short in (("mnist", "mnist"), ("fashion-mnist", "fashion")):
        for name, (network, stated) in PAPER.items():
            runs[f"{short}-{name}"] = PlannedRun(_paper(dataset, network, stated), weights=short == "fashion" and name in SMALL)
    for name, (network, optimizer) in REPORT.items():
        recipe = preset("report", "fashion-mnist").changed(network=network, optimizer=optimizer, threads=1)
        runs[f"fashion-{name}"] = PlannedRun(recipe, weights=True, keep_outputs_at=(28,))
    return runs


def _paper(dataset: str, network: str, stated: dict[str, Any]) -> Recipe:
    """The paper states optimizer, batch size and epochs; a constant rate and the split are the report's."""
    base = preset("fast", dataset).changed(network=network, schedule="constant", weight_decay=0.0, validation=0.2, keep="best")
    return base.changed(**{"epochs": EPOCHS[dataset], "threads": 1, **stated})


def parameters(cards: Mapping[str, Card]) -> dict[str, int]:
    """Network -> its parameters on Fashion-MNIST, of those of the paper's five whose run is there; the most first."""
    found = {network: cards[f"fashion-{name}"].facts.parameters for name, (network, _) in PAPER.items() if f"fashion-{name}" in cards}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


@dataclass(frozen=True, slots=True)
class ResultRow(Row):
    """One run: its best epoch's validation and test accuracy, and everything that the confusion matrix of the test says."""

    dataset: str
    network: str
    optimizer: str
    batch_size: int
    train_limit: int | None
    seed: int
    epochs: int
    preset: str
    parameters: int
    best_epoch: int
    best_train_accuracy: float
    """The highest of all epochs, counted while learning."""
    validation_accuracy: float
    """Of the best epoch."""
    test_accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    recall: list[float]
    """By class."""
    precision: list[float]
    f1: list[float]
    confusion: Matrix
    run: str

    @property
    def tested(self) -> int:
        """Images of the test set."""
        return sum(map(sum, self.confusion))


def tables(cards: Mapping[str, Card]) -> dict[str, Sequence[Row]]:
    """`results`: a ResultRow for each run."""
    return {"results": [row(card) for card in cards.values()]}


def row(card: Card) -> ResultRow:
    """The row of one run."""
    scores, recipe, best = metrics.scores(card.result.confusion), card.recipe, card.epoch(card.result.epoch)
    trained = [epoch for epoch in card.epochs if epoch.epoch > 0]
    return ResultRow(
        dataset=recipe.dataset,
        network=recipe.network,
        optimizer=recipe.optimizer,
        batch_size=recipe.batch_size,
        train_limit=recipe.train_limit,
        seed=recipe.seed,
        epochs=recipe.epochs,
        preset=recipe.preset,
        parameters=card.facts.parameters,
        best_epoch=card.result.epoch,
        best_train_accuracy=max(required(epoch.running_accuracy) for epoch in trained),
        validation_accuracy=required(best.validation_accuracy),
        test_accuracy=scores.accuracy,
        macro_precision=scores.macro.precision,
        macro_recall=scores.macro.recall,
        macro_f1=scores.macro.f1,
        recall=list(scores.recall),
        precision=list(scores.precision),
        f1=list(scores.f1),
        confusion=card.result.confusion,
        run=card.name,
    )
