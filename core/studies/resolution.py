"""Study 1: what the resolution of the pictures does, by three protocols (Kannojia and Jaiswal 2018, and ours).

TOTV: one network trained on original pictures, tested at each resolution. TVTV: one network for each resolution.
mixed (neither source has it): one network, each picture of each step at a resolution drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import metrics
from core.cards import Card, find
from core.recipe import Recipe, preset

PROTOCOLS = ("totv", "tvtv", "mixed")
SIDES = {"cifar10": (32, 24, 16, 8), "mnist": (28, 21, 14, 7)}
FULL = (32, 16, 8)
"""The resolutions of the report: these networks are trained at its full length."""
FILTER = "bilinear-antialias"
"""Not stated by the report; inferred, as the batch size: with these its TOTV comes closest (facts/papers.json)."""

Rows = list[dict[str, Any]]


def plan() -> dict[str, Recipe]:
    """Name -> recipe of every run of the study, the longest last. One thread: two runs share a machine best."""
    report, fast, mnist = preset("report"), preset("fast", "cifar10"), preset("fast", "mnist")
    runs = {f"mnist-{side}": mnist.changed(resolution=_or_original(side, 28)) for side in SIDES["mnist"]}
    runs |= {
        "mnist-mixed": mnist.changed(augment="mixed"),
        "cifar10-24": fast.changed(resolution=24),
        "cifar10-mixed": fast.changed(augment="mixed"),
        "cifar10-fast": fast,
    }
    runs |= {f"cifar10-{side}": report.changed(resolution=_or_original(side, 32)) for side in FULL}
    runs |= {f"cifar10-32-seed{seed}": report.changed(seed=seed) for seed in (1, 2)}
    return {name: recipe.changed(threads=1) for name, recipe in runs.items()}


def _or_original(side: int, original: int) -> int | None:
    return None if side == original else side


def evaluated_at(recipe: Recipe) -> tuple[int, ...]:
    """The resolutions at which a run of this study is tested: its own, or all where it is to serve all."""
    return (recipe.resolution,) if recipe.resolution else SIDES[recipe.dataset]


def tables(cards: Mapping[str, Card]) -> dict[str, Rows]:
    """`totv`, `tvtv`, `mixed`: a row for each data set and resolution whose run is there."""
    made: dict[str, Rows] = {protocol: [] for protocol in PROTOCOLS}
    recipes = plan()
    for dataset, sides in SIDES.items():
        for side in sides:
            names = {"totv": f"{dataset}-{sides[0]}", "tvtv": f"{dataset}-{side}", "mixed": f"{dataset}-mixed"}
            for protocol, name in names.items():
                card = find(recipes[name], cards.values())
                matrix = card.matrix(side, FILTER) if card else None
                if card and matrix:
                    made[protocol].append(_row(dataset, side, card, matrix))
    return made


def _row(dataset: str, side: int, card: Card, matrix: Any) -> dict[str, Any]:
    scores = metrics.scores(matrix)
    return {
        "dataset": dataset,
        "resolution": side,
        "accuracy": scores.accuracy,
        "macro_precision": scores.macro.precision,
        "macro_recall": scores.macro.recall,
        "macro_f1": scores.macro.f1,
        "recall": list(metrics.recall(matrix)),
        "predicted": list(map(int, metrics.predicted(matrix))),
        "confusion": matrix,
        "preset": card.recipe.preset,
        "run": card.name,
    }
