"""What the tables of study 1 say: the protocols compared, what was expected, and which filter fits the report best.

Accuracies are shares from 0 to 1, differences too (0.01 is one point).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.datasets.files import SOURCES
from core.pretrained.cards import Card
from core.studies.published import kannojia, report_recall, report_score
from core.studies.resolution import FILTER, FULL, RECIPES, RIDDLE, SIDES, Rows, name_by, name_of, variants
from core.vocabulary import metrics
from core.vocabulary.recipe import FILTERS
from core.vocabulary.stats import Difference, Spread, between_shares, over_seeds, spread

REPORT = RIDDLE[:3]
"""The networks of the report's recipe on full images, by seed."""
SAME_RECIPE = {"cifar10": RIDDLE[3:], "mnist": ("mnist-28",)}
"""TOTV by the recipe that `mixed` has, by seed: what `mixed` is compared with fairly."""
EXPECTED: dict[tuple[str, str, int], tuple[float, float]] = {
    ("cifar10", "totv", 32): (0.72, 0.78), ("cifar10", "totv", 16): (0.35, 0.44), ("cifar10", "totv", 8): (0.21, 0.27),
    ("cifar10", "tvtv", 16): (0.70, 1.0), ("cifar10", "tvtv", 8): (0.59, 1.0),
}  # fmt: skip
"""(data set, protocol, side) -> the range that was set before anything was trained."""
POINT = 0.01
LAST_BATCH = 16
"""The report's precision and F1 are sixteenths: its last test batch may have had so many images."""


def of_seeds(made: Mapping[str, Card], names: Iterable[str], side: int, filter: str = FILTER) -> Spread | None:
    """The accuracy at a side over those of the networks that are there."""
    return spread(value for name in names if (value := accuracy(made, name, side, filter)) is not None)


def accuracy(made: Mapping[str, Card], name: str, side: int, filter: str = FILTER) -> float | None:
    """Of one planned network at a side; None where it is not there or was not looked at."""
    matrix = made[name].matrix(side, filter) if name in made else None
    return None if matrix is None else metrics.accuracy(matrix)


# --- the protocols compared ---------------------------------------------------------------------------------------


def loss_of(made: Mapping[str, Card], dataset: str, protocol: str) -> float | None:
    """How much accuracy a protocol loses from the original side to the smallest; None where a cell is missing.

    Both sides by the recipe that the protocols are compared by.
    """
    names = {side: name_by(RECIPES[dataset][0], dataset, protocol, side) for side in (SIDES[dataset][0], SIDES[dataset][-1])}
    first, last = (accuracy(made, name, side) if name else None for side, name in names.items())
    return None if first is None or last is None else first - last


def mixed_against_tvtv(made: Mapping[str, Card], dataset: str) -> Rows:
    """One row a side: `mixed`, the network of TVTV, TOTV by the recipe of `mixed`, and the differences from `mixed`."""
    rows = []
    for side in SIDES[dataset]:
        one = name_of(dataset, "mixed", side)
        own = _of_the_same_recipe(made, one, variants(dataset, "tvtv", side))
        mixed, tvtv = accuracy(made, one, side), accuracy(made, own, side)
        if mixed is None or tvtv is None:
            continue
        totv = of_seeds(made, SAME_RECIPE[dataset], side)
        rows.append({
            "resolution": side, "mixed": mixed, "tvtv": tvtv, "difference": mixed - tvtv,
            "mixed_preset": made[one].recipe.preset, "tvtv_preset": made[own].recipe.preset,
            "same_recipe": made[one].recipe.preset == made[own].recipe.preset,
            "totv": totv and totv.mean, "gain": totv and mixed - totv.mean, "run": one, "tvtv_run": own,
            "chance": between_shares(mixed, tvtv, _images(made[one], side)),
        })  # fmt: skip
    return rows


def _images(card: Card, side: int) -> int:
    return sum(map(sum, card.matrix(side, FILTER) or []))


def _of_the_same_recipe(made: Mapping[str, Card], one: str, others: Sequence[str]) -> str:
    """The one of the others that was trained by the recipe of `one`; the first where none was."""
    wished = made[one].recipe.preset if one in made else ""
    return next((name for name in others if name in made and made[name].recipe.preset == wished), others[0])


def yardstick(made: Mapping[str, Card], dataset: str) -> Spread | None:
    """The accuracy on full images over the seeds of one recipe; None with fewer than two."""
    found = of_seeds(made, SAME_RECIPE[dataset], SIDES[dataset][0])
    return found if found and found.count > 1 else None


def trained_small(made: Mapping[str, Card], dataset: str, side: int) -> tuple[float, Spread, Difference | None] | None:
    """(TVTV at a side, TOTV there by the same recipe over its seeds, the lead of TVTV); None where one is missing or recipes
    differ. The lead is None with one seed of TOTV."""
    own = name_of(dataset, "tvtv", side)
    tvtv, totv = accuracy(made, own, side), of_seeds(made, SAME_RECIPE[dataset], side)
    same = own in made and any(name in made and made[name].recipe.preset == made[own].recipe.preset for name in SAME_RECIPE[dataset])
    if tvtv is None or totv is None or not same:
        return None
    seeds = [value for name in SAME_RECIPE[dataset] if (value := accuracy(made, name, side)) is not None]
    return tvtv, totv, over_seeds([tvtv], seeds)


# --- what was expected --------------------------------------------------------------------------------------------


def expected(made: Mapping[str, Card]) -> Rows:
    """One row for each range that was set beforehand: ours, and whether it lies inside (None: not there yet)."""
    ranges = dict(EXPECTED)
    for side in SIDES["mnist"]:
        printed = kannojia("mnist", "tvtv", side)
        ranges["mnist", "tvtv", side] = (printed[0] - POINT if printed else 0.0, 1.0)
    rows = []
    for (dataset, protocol, side), (low, high) in ranges.items():
        there = [name for name in variants(dataset, protocol, side) if accuracy(made, name, side) is not None]
        name = name_of(dataset, protocol, side)
        if protocol == "tvtv" and there:  # the range may be reached by either recipe
            name = max(there, key=lambda run: accuracy(made, run, side) or 0.0)
        ours = accuracy(made, name, side)
        rows.append({
            "dataset": dataset, "protocol": protocol, "resolution": side, "low": low, "high": high if high < 1 else None,
            "accuracy": ours, "inside": None if ours is None else low <= ours <= high, "run": name if name in made else None,
        })  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge a cell outside its range by."""

    seeds: Spread | None
    """The same cell over the seeds of the recipe, where there are some."""
    filters: Spread | None
    """The same cell over the five filters, where the network was looked at with them."""
    train_accuracy: float
    """At the end, on training images without dropout."""
    test_accuracy: float
    """At the end, on test images at the network's own resolution."""
    printed_mean: float | None
    """The mean of the report's own recalls in this cell: on as many images of each class it would be the accuracy."""


def evidence(made: Mapping[str, Card], name: str, protocol: str, side: int) -> Evidence:
    """For a cell and the run that answers for it, which is there."""
    dataset = made[name].recipe.dataset
    card, printed = made[name], report_recall(protocol, side) if dataset == "cifar10" else None
    seeds = of_seeds(made, REPORT, side) if name in REPORT else None
    filters = spread(value for filter in FILTERS if (value := accuracy(made, name, side, filter)) is not None)
    return Evidence(
        seeds=seeds if seeds and seeds.count > 1 else None,
        filters=filters if filters and filters.count > 1 else None,
        train_accuracy=card.epochs[-1]["train_accuracy"],
        test_accuracy=card.result["test_accuracy"],
        printed_mean=sum(printed.values()) / len(printed) if printed else None,
    )


def minutes(card: Card) -> int:
    """How long a run has trained, without its checks; in whole minutes."""
    return round(float(sum(epoch["seconds"] for epoch in card.epochs)) / 60)


# --- what the report leaves open ----------------------------------------------------------------------------------


def filter_fit(made: Mapping[str, Card]) -> Rows:
    """One row a filter: TOTV by the report's recipe at its two small sides, and the distance from the report's numbers.

    `off`: mean distance of the two accuracies; `class_off`: mean distance of the recalls, over classes and both sides.
    Scores are means over the seeds that are there.
    """
    rows = []
    for filter in FILTERS:
        cards = [made[name] for name in REPORT if name in made and all(made[name].matrix(s, filter) for s in FULL[1:])]
        if not cards:
            continue
        found: dict[str, Any] = {"filter": filter, "seeds": len(cards)}
        off, class_off = [], []
        for side in FULL[1:]:
            matrices = [matrix for card in cards if (matrix := card.matrix(side, filter))]
            found[f"accuracy_{side}"] = sum(map(metrics.accuracy, matrices)) / len(matrices)
            recall = np.mean([metrics.recall(matrix) for matrix in matrices], axis=0)
            printed, by_class = report_score("totv", "accuracy", side), report_recall("totv", side)
            assert printed is not None and by_class is not None  # the report prints both at these sides
            off.append(abs(found[f"accuracy_{side}"] - printed))
            class_off += [abs(float(recall[place]) - value) for place, value in enumerate(by_class.values())]
        rows.append({**found, "off": sum(off) / len(off), "class_off": sum(class_off) / len(class_off)})
    return rows


def nearest(rows: Rows, by: str) -> str:
    """The filter whose `off` or `class_off` is least."""
    return str(min(rows, key=lambda row: float(row[by]))["filter"])


def fitting_batches() -> list[int]:
    """The usual batch sizes that leave a last batch of 16 test images, as the report's sixteenths suggest."""
    test = SOURCES["cifar10"].test
    return [size for size in (32, 50, 64, 100, 128, 256) if test % size == LAST_BATCH]


# --- the sweep ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Widest:
    """Where the choice of the filter matters most to a network."""

    side: int
    best: str
    high: float
    worst: str
    low: float


def widest(made: Mapping[str, Card], name: str) -> Widest | None:
    """Of the sides that a network was looked at with several filters, the one where their accuracies lie furthest apart."""
    if name not in made:
        return None
    seen = {filter: set(made[name].evaluations.get(filter, {})) for filter in FILTERS}
    several = [filter for filter in FILTERS if seen[filter]]
    if len(several) < 2:
        return None
    found = []
    for side in map(int, set.intersection(*(seen[filter] for filter in several))):
        scores = {filter: score for filter in several if (score := accuracy(made, name, side, filter)) is not None}
        best, worst = max(scores, key=scores.__getitem__), min(scores, key=scores.__getitem__)
        found.append(Widest(side, best, scores[best], worst, scores[worst]))
    return max(found, key=lambda one: (one.high - one.low, one.side), default=None)


def ahead_below(one: Rows, other: Rows) -> int | None:
    """The largest side from which on, down to the smallest, the curve `one` lies above `other`; None where it never does."""
    others = {row["side"]: row["accuracy"] for row in other}
    ahead = None
    for row in sorted((row for row in one if row["side"] in others), key=lambda row: int(row["side"])):
        if row["accuracy"] <= others[row["side"]]:
            break
        ahead = int(row["side"])
    return ahead
