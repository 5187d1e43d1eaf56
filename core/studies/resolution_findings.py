"""What the tables of study 1 say: the protocols compared, what was expected, and which filter fits the report best.

Accuracies are shares from 0 to 1, differences too (0.01 is one point).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from core.pretrained.cards import Card
from core.studies.published import kannojia, report_recall, report_score
from core.studies.resolution import FILTER, FULL, PROTOCOLS, RECIPES, RIDDLE, SIDES, Cell, CurvePoint, cells
from core.studies.rows import Row
from core.vocabulary import metrics
from core.vocabulary.recipe import FILTERS
from core.vocabulary.sources import source_of
from core.vocabulary.stats import Difference, Spread, spread, t_test, two_proportion_test

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


def of_seeds(cards: Mapping[str, Card], names: Iterable[str], side: int, filter: str = FILTER) -> Spread | None:
    """The accuracy at a side over those of the networks that are there."""
    return spread(value for name in names if (value := accuracy(cards, name, side, filter)) is not None)


def accuracy(cards: Mapping[str, Card], name: str, side: int, filter: str = FILTER) -> float | None:
    """Of one planned network at a side; None where it is not there or was not evaluated."""
    matrix = cards[name].matrix(side, filter) if name in cards else None
    return None if matrix is None else metrics.accuracy(matrix)


# --- ours beside the published ------------------------------------------------------------------------------------

Score = Literal["accuracy", "precision", "f1"]
SCORES: tuple[Score, ...] = ("accuracy", "precision", "f1")
"""What the sources print of a cell; precision and F1 are macro averages of ours."""


@dataclass(frozen=True, slots=True)
class BesidePublished:
    """A cell of ours with what the report and the paper print of it."""

    cell: Cell
    stands_in: bool
    """Whether the network was trained by another recipe than the one that was asked for."""
    report: Mapping[Score, float | None]
    paper: Mapping[Score, float | None]

    @property
    def run(self) -> str | None:
        """Our run; None where there is no test of it."""
        return self.cell.run if self.cell.scores else None

    @property
    def ours(self) -> Mapping[Score, float | None]:
        """Our scores, 0 to 1."""
        found = self.cell.scores
        return {"accuracy": found.accuracy, "precision": found.macro.precision, "f1": found.macro.f1} if found else NOTHING


NOTHING: Mapping[Score, float | None] = dict.fromkeys(SCORES)


def beside_published(cards: Mapping[str, Card], dataset: str, recipe: str) -> list[BesidePublished]:
    """A row for each protocol and side.

    Ours is the network by `recipe`; where that is not planned or not there, another one.
    """
    rows = []
    for protocol in PROTOCOLS:
        for side in SIDES[dataset]:
            cell = cells(cards).nearest_recipe(recipe, dataset, protocol, side)
            printed = protocol != "mixed" and dataset == "cifar10"
            report: Mapping[Score, float | None] = {score: report_score(protocol, score, side) for score in SCORES} if printed else NOTHING
            paper = dict(zip(SCORES, kannojia(dataset, protocol, side) or (None, None, None), strict=True))
            rows.append(BesidePublished(cell, cell.card is not None and cell.preset != recipe, report, paper))
    return rows


# --- the protocols compared ---------------------------------------------------------------------------------------


def loss_of(cards: Mapping[str, Card], dataset: str, protocol: str) -> float | None:
    """How much accuracy a protocol loses from the original side to the smallest; None where a cell is missing.

    Both sides by the recipe that the protocols are compared by.
    """
    found = (cells(cards).by_recipe(RECIPES[dataset][0], dataset, protocol, side) for side in (SIDES[dataset][0], SIDES[dataset][-1]))
    first, last = (cell.accuracy if cell else None for cell in found)
    return None if first is None or last is None else first - last


@dataclass(frozen=True, slots=True)
class MixedRow(Row):
    """At one side: `mixed`, the network of TVTV, TOTV by the recipe of `mixed`, and the differences from `mixed`."""

    resolution: int
    """Pixels of a side."""
    mixed: float
    tvtv: float
    difference: float
    """`mixed` less `tvtv`."""
    mixed_preset: str
    tvtv_preset: str
    same_recipe: bool
    totv: float | None
    """The mean over the seeds; None where none is there."""
    gain: float | None
    """`mixed` less `totv`."""
    run: str
    tvtv_run: str
    chance: Difference
    """The lead of `mixed` over `tvtv`."""


def mixed_against_tvtv(cards: Mapping[str, Card], dataset: str) -> list[MixedRow]:
    """One row for each side at which both have a test."""
    rows = []
    for side in SIDES[dataset]:
        mixed = cells(cards).answering(dataset, "mixed", side)
        tvtv = _by_the_recipe_of(mixed, cells(cards).variants(dataset, "tvtv", side))
        if mixed.matrix is None or mixed.accuracy is None or tvtv.accuracy is None:
            continue
        totv = of_seeds(cards, SAME_RECIPE[dataset], side)
        rows.append(MixedRow(
            resolution=side, mixed=mixed.accuracy, tvtv=tvtv.accuracy, difference=mixed.accuracy - tvtv.accuracy,
            mixed_preset=mixed.preset, tvtv_preset=tvtv.preset, same_recipe=mixed.preset == tvtv.preset,
            totv=totv.mean if totv else None, gain=mixed.accuracy - totv.mean if totv else None, run=mixed.run, tvtv_run=tvtv.run,
            chance=two_proportion_test(mixed.accuracy, tvtv.accuracy, sum(map(sum, mixed.matrix))),
        ))  # fmt: skip
    return rows


def _by_the_recipe_of(one: Cell, others: Sequence[Cell]) -> Cell:
    """Of the others the first that is there and has the recipe of `one`; the first where none has."""
    return next((cell for cell in others if cell.card and one.card and cell.preset == one.preset), others[0])


def yardstick(cards: Mapping[str, Card], dataset: str) -> Spread | None:
    """The accuracy on full images over the seeds of one recipe; None with fewer than two."""
    found = of_seeds(cards, SAME_RECIPE[dataset], SIDES[dataset][0])
    return found if found and found.count > 1 else None


class TrainedSmall(NamedTuple):
    """TVTV at a side against TOTV there, by the same recipe."""

    tvtv: float
    totv: Spread
    """Over its seeds."""
    lead: Difference | None
    """Of TVTV; None with one seed of TOTV."""


def trained_small(cards: Mapping[str, Card], dataset: str, side: int) -> TrainedSmall | None:
    """None where one of the networks is missing or their recipes differ."""
    own = cells(cards).variants(dataset, "tvtv", side)[0]
    totv = of_seeds(cards, SAME_RECIPE[dataset], side)
    same = own.card and any(name in cards and cards[name].recipe.preset == own.preset for name in SAME_RECIPE[dataset])
    if own.accuracy is None or totv is None or not same:
        return None
    seeds = [value for name in SAME_RECIPE[dataset] if (value := accuracy(cards, name, side)) is not None]
    return TrainedSmall(own.accuracy, totv, t_test([own.accuracy], seeds))


# --- what was expected --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExpectedRow(Row):
    """A range that was set before anything was trained, and ours."""

    dataset: str
    protocol: str
    resolution: int
    """Pixels of a side."""
    low: float
    high: float | None
    """None: no upper end."""
    accuracy: float | None
    inside: bool | None
    """None: not there yet."""
    run: str | None


def expected(cards: Mapping[str, Card]) -> list[ExpectedRow]:
    """One row for each range that was set beforehand."""
    ranges = dict(EXPECTED)
    for side in SIDES["mnist"]:
        printed = kannojia("mnist", "tvtv", side)
        ranges["mnist", "tvtv", side] = (printed[0] - POINT if printed else 0.0, 1.0)
    rows = []
    for (dataset, protocol, side), (low, high) in ranges.items():
        planned = cells(cards).variants(dataset, protocol, side)
        tested = [cell for cell in planned if cell.scores]
        cell = planned[0]
        if protocol == "tvtv" and tested:  # the range may be reached by either recipe
            cell = max(tested, key=lambda cell: cell.accuracy or 0.0)
        ours = cell.accuracy
        rows.append(ExpectedRow(
            dataset=dataset, protocol=protocol, resolution=side, low=low, high=high if high < 1 else None, accuracy=ours,
            inside=None if ours is None else low <= ours <= high, run=cell.run if cell.card else None,
        ))  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge a cell outside its range by."""

    seeds: Spread | None
    """The same cell over the seeds of the recipe, where there are some."""
    filters: Spread | None
    """The same cell over the five filters, where the network was evaluated with them."""
    train_accuracy: float
    """At the end, on training images without dropout."""
    test_accuracy: float
    """At the end, on test images at the network's own resolution."""
    printed_mean: float | None
    """The mean of the report's own recalls in this cell: on as many images of each class it would be the accuracy."""


def evidence(cards: Mapping[str, Card], name: str, protocol: str, side: int) -> Evidence:
    """For a cell and the run that answers for it, which is there."""
    dataset = cards[name].recipe.dataset
    card, printed = cards[name], report_recall(protocol, side) if dataset == "cifar10" else None
    seeds = of_seeds(cards, REPORT, side) if name in REPORT else None
    filters = spread(value for filter in FILTERS if (value := accuracy(cards, name, side, filter)) is not None)
    return Evidence(
        seeds=seeds if seeds and seeds.count > 1 else None,
        filters=filters if filters and filters.count > 1 else None,
        train_accuracy=card.epochs[-1].train_accuracy,
        test_accuracy=card.result.test_accuracy,
        printed_mean=sum(printed.values()) / len(printed) if printed else None,
    )


def minutes(card: Card) -> int:
    """How long a run has trained, without its checks; in whole minutes."""
    return round(float(sum(epoch.seconds for epoch in card.epochs)) / 60)


# --- what the report leaves open ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FilterFit:
    """TOTV by the report's recipe with one filter, and its distance from the report's numbers; means over the seeds."""

    filter: str
    seeds: int
    accuracy: Mapping[int, float]
    """By side."""
    off: float
    """Mean distance of the accuracies."""
    class_off: float
    """Mean distance of the recalls, over classes and both sides."""


def filter_fit(cards: Mapping[str, Card]) -> list[FilterFit]:
    """One row for each filter that some network of the report's recipe was evaluated with at its two small sides."""
    rows = []
    for filter in FILTERS:
        seeds = [cards[name] for name in REPORT if name in cards and all(cards[name].matrix(s, filter) for s in FULL[1:])]
        if not seeds:
            continue
        found, off, class_off = {}, [], []
        for side in FULL[1:]:
            matrices = [matrix for card in seeds if (matrix := card.matrix(side, filter))]
            found[side] = sum(map(metrics.accuracy, matrices)) / len(matrices)
            recall = np.mean([metrics.recall(matrix) for matrix in matrices], axis=0)
            printed, by_class = report_score("totv", "accuracy", side), report_recall("totv", side)
            assert printed is not None and by_class is not None  # the report prints both at these sides
            off.append(abs(found[side] - printed))
            class_off += [abs(float(recall[place]) - value) for place, value in enumerate(by_class.values())]
        rows.append(FilterFit(filter, len(seeds), found, sum(off) / len(off), sum(class_off) / len(class_off)))
    return rows


def nearest(rows: Iterable[FilterFit], by: Literal["off", "class_off"]) -> str:
    """The filter whose `off` or `class_off` is least."""
    return min(rows, key=lambda row: row.off if by == "off" else row.class_off).filter


def fitting_batches() -> list[int]:
    """The usual batch sizes that leave a last batch of 16 test images, as the report's sixteenths suggest."""
    test = source_of("cifar10").test
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


def widest(cards: Mapping[str, Card], name: str) -> Widest | None:
    """Of the sides that a network was evaluated at with several filters, the one where their accuracies lie furthest from each
    other."""
    if name not in cards:
        return None
    sides = {filter: set(cards[name].evaluations.get(filter, {})) for filter in FILTERS}
    several = [filter for filter in FILTERS if sides[filter]]
    if len(several) < 2:
        return None
    found = []
    for side in map(int, set.intersection(*(sides[filter] for filter in several))):
        scores = {filter: score for filter in several if (score := accuracy(cards, name, side, filter)) is not None}
        best, worst = max(scores, key=scores.__getitem__), min(scores, key=scores.__getitem__)
        found.append(Widest(side, best, scores[best], worst, scores[worst]))
    return max(found, key=lambda one: (one.high - one.low, one.side), default=None)


def ahead_below(one: Iterable[CurvePoint], other: Iterable[CurvePoint]) -> int | None:
    """The largest side from which on, down to the smallest, the curve `one` lies above `other`; None where it never does."""
    others = {point.side: point.accuracy for point in other}
    ahead = None
    for point in sorted((point for point in one if point.side in others), key=lambda point: point.side):
        if point.accuracy <= others[point.side]:
            break
        ahead = point.side
    return ahead
