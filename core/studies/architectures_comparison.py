"""Study 2 beside the published numbers: what the page "Architectures" compares, and what the data say about it.

A function takes the runs that are there (planned name -> card) and gives rows; what is not there is left out, what
was not printed is None. Published values keep columns of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Literal

from core.pretrained.cards import FOLDER, Card
from core.pretrained.outputs import read_outputs
from core.studies.architectures import ARC1_OPTIMIZERS, BATCHES, REPORT, SEEDS, Rows, row
from core.studies.published import published
from core.vocabulary import metrics
from core.vocabulary.stats import Difference, between_shares, margin, on_the_same_images, over_seeds, step_std

OPTIMIZER_TITLES = {"sgd": "SGD", "adam": "Adam", "rmsprop": "RMSprop", "adagrad": "Adagrad"}
TITLES = {name: f"{network.removesuffix('-report').capitalize()} {OPTIMIZER_TITLES[optimizer]}"
          for name, (network, optimizer) in REPORT.items()}  # fmt: skip
"""Short name of a run of the report -> what the report calls it."""
PAPER_TITLES = {
    "arc1": "Arc1", "arc2-paper": "Arc2", "arc3-paper": "Arc3", "arc4": "Arc4", "arc5-adam": "Arc5 Adam", "arc5-rmsprop": "Arc5 RMSprop",
}  # fmt: skip
"""Short name of a run with the paper's settings -> what the paper calls it."""
SIDE = 28
"""Pixels of both data sets: the side that answers to single images are kept for."""
TIES = 0.002
"""Of the images: answers are kept as float16, in which two logits may be equal."""
PAPER_SETS = {"fashion-mnist": ("fashion", "Fashion-MNIST"), "mnist": ("mnist", "MNIST")}


def report_name(name: str) -> str:
    """The planned run of a short name in REPORT."""
    return f"fashion-{name}"


# --- the report's four runs ------------------------------------------------------------------------------------------


def report_rows(made: Mapping[str, Card]) -> Rows:
    """The report's table 8: a row a run, ours with `report_train` and `report_test` beside it."""
    rows = []
    for name, title in TITLES.items():
        card = made.get(report_name(name))
        if card is not None:
            printed = published()["report"]["architectures"]["headline_percent"].get(title, {})
            rows.append({
                "name": name, "title": title, **row(card), "last": _last(card),
                "report_train": _share(printed.get("best_train")), "report_test": _share(printed.get("best_test")),
            })  # fmt: skip
    return rows


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _last(card: Card) -> dict[str, float]:
    last = card.epochs[-1]
    return {"running_accuracy": last["running_accuracy"], "validation_accuracy": last["validation_accuracy"]}


Reached = Literal["reached", "within", "below"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A test accuracy of ours against a printed one."""

    reached: Reached
    """`within`: below it, by less than `margin`."""
    gap: float
    """What is missing; negative where ours is higher."""
    margin: float
    """What the size of the test set leaves open (core.vocabulary.stats.margin)."""


def verdict(found: Mapping[str, Any]) -> Verdict | None:
    """Whether a row of `report_rows` reaches the printed test accuracy; None where none is printed."""
    if found["report_test"] is None:
        return None
    open_ = margin(found["test_accuracy"], sum(map(sum, found["confusion"])))
    gap = found["report_test"] - found["test_accuracy"]
    return Verdict("reached" if gap <= 0 else "within" if gap <= open_ else "below", gap, open_)


@dataclass(frozen=True, slots=True)
class Pair:
    """Adam and SGD on the same network."""

    network: str
    adam: float
    sgd: float
    difference: Difference
    """Adam's lead."""
    printed_below: int
    """In how many classes the report prints a lower F1 for SGD than for Adam."""
    printed: int
    """How many classes it prints."""


def pairs(rows: Rows) -> list[Pair]:
    """Adam against SGD for each network of which `report_rows` has both."""
    found = {row["name"]: row for row in rows}
    pairs = []
    for network in dict.fromkeys(name.split("-")[0] for name in REPORT):
        adam, sgd = found.get(f"{network}-adam"), found.get(f"{network}-sgd")
        if adam and sgd:
            printed = [published()["report"]["architectures"]["per_class"][each["title"]]["f1"] for each in (adam, sgd)]
            below = sum(low < high for high, low in zip(*printed, strict=True))
            pairs.append(Pair(network.capitalize(), adam["test_accuracy"], sgd["test_accuracy"], difference(adam, sgd), below,
                              len(printed[0])))  # fmt: skip
    return pairs


def class_rows(name: str, card: Card) -> Rows:
    """The report's table 9 for one run: a row a class, ours and the report's recall, F1 and precision."""
    printed = published()["report"]["architectures"]["per_class"][TITLES[name]]
    scores = metrics.scores(card.result["confusion"])
    return [
        {
            "class": label, "recall": scores.recall[place], "report_recall": printed["accuracy_percent"][place] / 100,
            "f1": scores.f1[place], "report_f1": printed["f1"][place],
            "precision": scores.precision[place], "report_precision": printed["precision"][place], "run": card.name,
        }
        for place, label in enumerate(card.facts["classes"])
    ]  # fmt: skip


def curve_rows(name: str, card: Card) -> Rows:
    """A row an epoch and part: training as it was counted while learning, and validation; accuracy and loss."""
    rows = []
    for epoch in card.epochs:
        if epoch["epoch"] > 0:
            at = {"run": name, "epoch": epoch["epoch"]}
            rows.append({**at, "part": "training", "accuracy": epoch["running_accuracy"], "loss": epoch["train_loss"]})
            rows.append({**at, "part": "validation", "accuracy": epoch["validation_accuracy"], "loss": epoch["validation_loss"]})
    return rows


# --- the paper's networks and optimizers -----------------------------------------------------------------------------


def paper_rows(made: Mapping[str, Card]) -> Rows:
    """A row for each data set and network of the paper: ours, after fewer epochs, beside its accuracies."""
    rows = []
    for dataset, (short, printed_set) in PAPER_SETS.items():
        for name, title in PAPER_TITLES.items():
            card = made.get(f"{short}-{name}")
            if card is not None:
                train, test = published()["kadam"]["accuracy_percent_train_test"][printed_set][title]
                rows.append({
                    **row(card), "dataset": dataset, "title": title, "paper_train": train / 100, "paper_test": test / 100,
                    "paper_epochs": published()["kadam"]["settings"][title.split()[0]]["epochs"],
                })  # fmt: skip
    return rows


LADDER = ("Arc2", "Arc3", "Arc4")
"""Deeper from one to the next."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who is best by a test accuracy, who comes second, who last; and what the size of the test set leaves open."""

    best: str
    second: str
    last: str
    lead: float
    """Of the best before the second."""
    range: float
    """Of the best before the last."""
    margin: float
    """What the size of the test set leaves open of such a difference, the two taken as independent."""
    to_second: Difference
    """The lead of the best over the second."""
    to_last: Difference
    """The lead of the best over the last."""


def ranking(rows: Rows, score: str = "test_accuracy") -> Ranking | None:
    """The order of some of `paper_rows` by a score; None for fewer than two."""
    order = sorted(rows, key=lambda row: row[score], reverse=True)
    if len(order) < 2:
        return None
    best, second, last = order[0], order[1], order[-1]
    return Ranking(best["title"], second["title"], last["title"], best[score] - second[score], best[score] - last[score],
                   sqrt(2) * margin(best[score], sum(map(sum, best["confusion"]))), difference(best, second, score), difference(best, last, score))  # fmt: skip


def difference(first: Mapping[str, Any], second: Mapping[str, Any], score: str = "test_accuracy", folder: Path = FOLDER) -> Difference:
    """Of two rows whose networks met the same test images: image by image where both runs' answers are kept, else by
    their shares."""
    images = sum(map(sum, first["confusion"]))
    answers = [_right(row, images, folder) for row in (first, second)] if score == "test_accuracy" else []
    if answers and all(answers):
        return on_the_same_images(*answers)
    return between_shares(first[score], second[score], images)


def _right(row: Mapping[str, Any], images: int, folder: Path) -> list[bool]:
    """Of each test image whether the run of a row got it right; [] where its answers are not kept, or are not this run's."""
    kept = read_outputs(row["run"], folder)
    if kept is None or SIDE not in kept.logits or len(kept.labels) != images:
        return []
    right: list[bool] = (kept.logits[SIDE].argmax(1) == kept.labels).tolist()
    return right if abs(sum(right) / images - row["test_accuracy"]) < TIES else []


def optimizer_rows(made: Mapping[str, Card]) -> Rows:
    """Arc1's optimizers on Fashion-MNIST: mean and spread of the test accuracy over the seeds, beside the paper's.

    One that only the paper has stands at the end, with None for ours.
    """
    printed = published()["kadam"]["arc1_optimizers_fashion_test_percent"]
    rows = []
    for optimizer in ARC1_OPTIMIZERS:
        names = [name for seed in SEEDS if (name := f"fashion-arc1-{optimizer}-seed{seed}") in made]
        tested = [made[name].result["test_accuracy"] for name in names]
        if tested:
            title, recipe = OPTIMIZER_TITLES[optimizer], made[names[0]].recipe
            rows.append({
                "optimizer": title, "learning_rate": recipe.learning_rate, "momentum": recipe.momentum, "epochs": recipe.epochs,
                "seeds": len(tested), "tested": tested,
                "mean": mean(tested), "spread": stdev(tested) if len(tested) > 1 else None,
                "paper_test": printed[title] / 100, "run": made[names[0]].name, "runs": [made[name].name for name in names],
            })  # fmt: skip
    theirs = [title for title in printed if title not in OPTIMIZER_TITLES.values()]
    return rows + [{"optimizer": title, "mean": None, "spread": None, "paper_test": printed[title] / 100, "runs": []} for title in theirs]


def ranked(rows: Rows, score: str) -> Rows:
    """Those of `optimizer_rows` that have ours, the highest score first."""
    return sorted((row for row in rows if row["mean"] is not None), key=lambda row: row[score], reverse=True)


def neighbours(first: Mapping[str, Any], second: Mapping[str, Any]) -> Difference | None:
    """Of two rows of `optimizer_rows`, over their seeds; None with one seed each."""
    return over_seeds(first["tested"], second["tested"])


# --- the size of a batch ---------------------------------------------------------------------------------------------


def batch_rows(made: Mapping[str, Card]) -> Rows:
    """A row for each size of a mini-batch: how much its curves go up and down in the second half of training."""
    rows = []
    for size in BATCHES:
        card = made.get(f"fashion-batch-{size}")
        if card is not None:
            trained = [epoch for epoch in card.epochs if epoch["epoch"] > 0]
            rows.append({
                "batch_size": size, "steps": card.facts["steps_per_epoch"], "run": card.name,
                "accuracy_wiggle": step_std([epoch["validation_accuracy"] for epoch in trained]),
                "loss_wiggle": step_std([epoch["train_loss"] for epoch in trained]),
                "validation_accuracy": max(epoch["validation_accuracy"] for epoch in trained),
                "pictures": card.facts["validation"], "trained_on": card.facts["train"], "epochs": card.recipe.epochs,
            })  # fmt: skip
    return rows


def falls(values: Iterable[float | None]) -> bool:
    """Whether each value is below the one before it; a value that is not known is not."""
    return all(before is not None and after is not None and after < before for before, after in pairwise(values))
