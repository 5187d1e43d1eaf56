"""Study 4: random, stratified and k-fold splits of a deliberately unbalanced set, drawn again and again.

The set is scikit-learn's digits, thinned until the last class is twenty times rarer than the first. A split is there
to *estimate* how good the network will be; the study asks how much that estimate depends on the luck of the draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean, stdev
from typing import Any

from core import metrics
from core.cards import Card
from core.planned import Plan, Planned
from core.recipe import preset

Rows = list[dict[str, Any]]
IMBALANCE = 20.0
FOLDS = 5
DRAWS = {"random": 20, "stratified": 20, "k-fold": 6}
"""How often each split is drawn; a k-fold draw costs FOLDS runs."""


def plan() -> Plan:
    """Name -> planned run: cards only. A fifth is held out by each method, so that all train on as many pictures."""
    base = preset("quick", "digits").changed(imbalance=IMBALANCE, validation=1 / FOLDS)
    runs = {}
    for method in ("random", "stratified"):
        for draw in range(DRAWS[method]):
            runs[f"splits-{method}-{draw}"] = Planned(base.changed(split=method, split_seed=draw))
    for draw in range(DRAWS["k-fold"]):
        for fold in range(FOLDS):
            recipe = base.changed(split="k-fold", folds=FOLDS, fold=fold, split_seed=draw)
            runs[f"splits-k-fold-{draw}-{fold}"] = Planned(recipe)
    return runs


def tables(made: Mapping[str, Card]) -> dict[str, Rows]:
    """`runs`: a row a run. `draws`: a row an estimate (k-fold: the mean of its folds). `methods`: mean and spread."""
    runs = [_row(card) for card in made.values()]
    draws = _draws(runs)
    return {"runs": runs, "draws": draws, "methods": [_method(name, draws) for name in DRAWS if any(d["split"] == name for d in draws)]}


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
        "run": card.name,
    }


def _draws(runs: Rows) -> Rows:
    keys = dict.fromkeys((row["split"], row["draw"]) for row in runs)
    groups = [[row for row in runs if (row["split"], row["draw"]) == key] for key in keys]
    return [_draw(rows) for rows in groups if len(rows) == (FOLDS if rows[0]["split"] == "k-fold" else 1)]


def _draw(rows: Rows) -> dict[str, Any]:
    held_out = [sum(counts) for counts in zip(*(row["held_out_by_class"] for row in rows), strict=True)]
    measures = ("validation_accuracy", "validation_macro_recall", "test_accuracy")
    return {"split": rows[0]["split"], "draw": rows[0]["draw"], "trainings": len(rows), "held_out_by_class": held_out,
            **{measure: mean(row[measure] for row in rows) for measure in measures},
            "runs": [row["run"] for row in rows]}  # fmt: skip


def _method(name: str, draws: Rows) -> dict[str, Any]:
    """Over the draws of a method: mean and standard deviation of the estimate, the rarest class in the held-out part."""
    mine = [draw for draw in draws if draw["split"] == name]
    answer: dict[str, Any] = {"split": name, "draws": len(mine), "trainings": mine[0]["trainings"]}
    for measure in ("validation_accuracy", "validation_macro_recall", "test_accuracy"):
        values = [draw[measure] for draw in mine]
        answer |= {measure: mean(values), f"{measure}_spread": stdev(values) if len(values) > 1 else None}
    rarest = [draw["held_out_by_class"][-1] / draw["trainings"] for draw in mine]
    return {**answer, "rarest_least": min(rarest), "rarest_most": max(rarest)}
