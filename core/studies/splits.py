"""Study 4: random, stratified and k-fold splits of a deliberately unbalanced set, drawn again and again.

The set is scikit-learn's digits, thinned until the last class is twenty times rarer than the first. A split is there
to *estimate* how good the network will be; the study asks how much that estimate depends on the luck of the draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev
from typing import Any, Literal

import numpy as np

from core.pretrained.cards import Card
from core.pretrained.plan import Plan, PlannedRun
from core.vocabulary import metrics
from core.vocabulary.recipe import preset
from core.vocabulary.records import Matrix
from core.vocabulary.stats import Z

Rows = list[dict[str, Any]]
IMBALANCE = 20.0
FOLDS = 5
DRAWS = {"random": 20, "stratified": 20, "k-fold": 6}
"""How often each split is drawn; a k-fold draw costs FOLDS runs."""
MEASURES = ("validation_accuracy", "validation_macro_recall", "test_accuracy")


def plan() -> Plan:
    """Name -> planned run: cards only. A fifth is held out by each method, so that all train on as many images."""
    base = preset("quick", "digits").changed(imbalance=IMBALANCE, validation=1 / FOLDS)
    runs = {}
    for method in ("random", "stratified"):
        for draw in range(DRAWS[method]):
            runs[f"splits-{method}-{draw}"] = PlannedRun(base.changed(split=method, split_seed=draw))
    for draw in range(DRAWS["k-fold"]):
        for fold in range(FOLDS):
            recipe = base.changed(split="k-fold", folds=FOLDS, fold=fold, split_seed=draw)
            runs[f"splits-k-fold-{draw}-{fold}"] = PlannedRun(recipe)
    return runs


def tables(made: Mapping[str, Card]) -> dict[str, Rows]:
    """`runs`: a row a run. `draws`: a row an estimate (k-fold: the mean of its folds). `methods`: mean and spread.

    `classes`: a row a class, see `by_class`.
    """
    runs = [_row(card) for card in made.values()]
    draws = _draws(runs)
    methods = [_method(name, draws) for name in DRAWS if any(draw["split"] == name for draw in draws)]
    return {"runs": runs, "draws": draws, "methods": methods, "classes": by_class(made)}


def _row(card: Card) -> dict[str, Any]:
    matrix = card.epochs[-1]["validation_confusion"]
    held_out = metrics.support(matrix).tolist()
    scores = metrics.scores(matrix)
    return {
        "split": card.recipe.split,
        "draw": card.recipe.split_seed,
        "fold": card.recipe.fold,
        "train": card.facts["train"],
        "held_out_by_class": held_out,
        "absent_classes": sum(count == 0 for count in held_out),
        "validation_accuracy": scores.accuracy,
        "validation_macro_recall": sum(scores.recall) / max(1, sum(count > 0 for count in held_out)),
        "test_accuracy": card.result["test_accuracy"],
        "seconds": sum(epoch["seconds"] for epoch in card.epochs),
        "run": card.name,
    }


def _draws(runs: Rows) -> Rows:
    keys = dict.fromkeys((row["split"], row["draw"]) for row in runs)
    groups = [[row for row in runs if (row["split"], row["draw"]) == key] for key in keys]
    return [_draw(rows) for rows in groups if len(rows) == (FOLDS if rows[0]["split"] == "k-fold" else 1)]


def _draw(rows: Rows) -> dict[str, Any]:
    held_out = [sum(counts) for counts in zip(*(row["held_out_by_class"] for row in rows), strict=True)]
    return {"split": rows[0]["split"], "draw": rows[0]["draw"], "trainings": len(rows), "held_out_by_class": held_out,
            **{measure: mean(row[measure] for row in rows) for measure in MEASURES},
            "seconds": sum(row["seconds"] for row in rows), "runs": [row["run"] for row in rows]}  # fmt: skip


def _method(name: str, draws: Rows) -> dict[str, Any]:
    """Over the draws of a method: mean and standard deviation of the estimate, the rarest class in the held-out part.

    `..._spread_error`: how well n draws tell their standard deviation s, about s / sqrt(2 (n - 1)). `by_counting`:
    the standard deviation that an accuracy of so many images has in any case, were they drawn from endlessly many.
    """
    mine = [draw for draw in draws if draw["split"] == name]
    answer: dict[str, Any] = {"split": name, "draws": len(mine), "trainings": mine[0]["trainings"]}
    for measure in MEASURES:
        values = [draw[measure] for draw in mine]
        spread = stdev(values) if len(values) > 1 else None
        error = None if spread is None else spread / sqrt(2 * (len(values) - 1))
        answer |= {measure: mean(values), f"{measure}_spread": spread, f"{measure}_spread_error": error}
    rarest = [draw["held_out_by_class"][-1] / draw["trainings"] for draw in mine]
    tested, right = sum(mine[0]["held_out_by_class"]), answer["validation_accuracy"]
    return {**answer, "tested": tested, "by_counting": sqrt(right * (1 - right) / tested), "rarest_least": min(rarest),
            "rarest_most": max(rarest), "seconds": mean(draw["seconds"] for draw in mine)}  # fmt: skip


def by_class(made: Mapping[str, Card]) -> Rows:
    """`class`, `images` (in the set), `held_out_recall` and `test_recall` (and their `runs`) over the finished k-fold draws.

    k-fold holds out every image once a draw, so that its folds' matrices add up to the whole set.
    """
    whole = {name for draw in _draws([_row(card) for card in made.values()]) for name in draw["runs"]}
    cards = [card for card in made.values() if card.name in whole and card.recipe.split == "k-fold"]
    if not cards:
        return []
    held_out, test = _sum(card.epochs[-1]["validation_confusion"] for card in cards), _sum(card.result["confusion"] for card in cards)
    images = metrics.support(held_out) * FOLDS // len(cards)
    columns = (cards[0].facts["classes"], images.tolist(), metrics.recall(held_out).tolist(), metrics.recall(test).tolist())
    names = ("class", "pictures", "held_out_recall", "test_recall")
    runs = [card.name for card in cards]
    return [{**dict(zip(names, row, strict=True)), "runs": runs} for row in zip(*columns, strict=True)]


def _sum(matrices: Iterable[Matrix]) -> metrics.Counts:
    total: metrics.Counts = np.asarray([*matrices], np.int64).sum(axis=0)
    return total


# --- is one spread smaller than another? ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two standard deviations of an estimate, each with its own uncertainty."""

    one: float
    other: float
    uncertainty: float
    """Of their difference: the root of the sum of both uncertainties' squares."""

    @property
    def difference(self) -> float:
        return self.one - self.other

    @property
    def verdict(self) -> Literal["clear", "likely", "open", "reverse"]:
        """Whether `other` is smaller: by more than chance explains (95 %), more than one uncertainty, neither, or is it larger."""
        if abs(self.difference) <= self.uncertainty:
            return "open"
        if self.difference < 0:
            return "reverse"
        return "clear" if self.difference > Z * self.uncertainty else "likely"


def compare(methods: Rows, one: str, other: str, averaged: int = 1) -> Comparison | None:
    """The spreads of the estimated accuracy by two methods; None before both have two draws.

    `averaged`: of `one` so many draws make an estimate together, which divides its spread by the root.
    """
    rows = {row["split"]: row for row in methods if row["validation_accuracy_spread"] is not None}
    if one not in rows or other not in rows:
        return None
    spread, error = "validation_accuracy_spread", "validation_accuracy_spread_error"
    first, second = (rows[one][name] / sqrt(averaged) for name in (spread, error))
    return Comparison(first, rows[other][spread], sqrt(second**2 + rows[other][error] ** 2))


@dataclass(frozen=True, slots=True)
class GapToTest:
    """How far two held-out scores lie above the accuracy on the balanced, official test part."""

    accuracy: float
    recall: float
    """Of the macro recall, in which each class counts the same, as it does in the test part."""

    @property
    def nearer(self) -> bool:
        """Whether the macro recall is the nearer one."""
        return abs(self.recall) < abs(self.accuracy)


def gap_to_test(method: Mapping[str, Any]) -> GapToTest:
    """Of a row of `methods`."""
    return GapToTest(*(method[name] - method["test_accuracy"] for name in MEASURES[:2]))
