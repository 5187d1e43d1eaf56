"""Study 4: random, stratified and k-fold splits of a deliberately unbalanced set, drawn again and again.

The set is scikit-learn's digits, thinned until the last class is twenty times rarer than the first. A split is there
to *estimate* how good the network will be; the study asks how much that estimate depends on the luck of the draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot, sqrt
from statistics import mean, stdev
from typing import ClassVar, Literal

import numpy as np

from core.pretrained.cards import Card
from core.pretrained.plan import Plan, PlannedRun
from core.studies.rows import Row, once_for_cards
from core.vocabulary import metrics
from core.vocabulary.recipe import preset
from core.vocabulary.records import Matrix, required
from core.vocabulary.stats import Difference, between_spreads, spread_error

IMBALANCE = 20.0
FOLDS = 5
DRAWS = {"random": 20, "stratified": 20, "k-fold": 6}
"""How often each split is drawn; a k-fold draw costs FOLDS runs."""
MEASURES = ("validation_accuracy", "validation_macro_recall", "test_accuracy")


@cache
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


@dataclass(frozen=True, slots=True)
class RunRow(Row):
    """One run: what it held out, and its scores (0 to 1)."""

    split: str
    draw: int
    fold: int
    train: int
    """Images that it was trained on."""
    held_out_by_class: list[int]
    absent_classes: int
    """Classes without a held-out image."""
    validation_accuracy: float
    validation_macro_recall: float
    """Over the classes that have a held-out image."""
    test_accuracy: float
    seconds: float
    """Of training."""
    run: str

    def score(self, measure: str) -> float:
        """The score of this name, one of MEASURES."""
        return _scores(self)[measure]


@dataclass(frozen=True, slots=True)
class DrawRow(Row):
    """One estimate: of a k-fold draw the mean of its folds, whose held-out images and seconds are added up."""

    split: str
    draw: int
    trainings: int
    held_out_by_class: list[int]
    validation_accuracy: float
    validation_macro_recall: float
    test_accuracy: float
    seconds: float
    runs: list[str]

    def score(self, measure: str) -> float:
        """The score of this name, one of MEASURES."""
        return _scores(self)[measure]


@dataclass(frozen=True, slots=True)
class MethodRow(Row):
    """One method over its draws: means, standard deviations and their uncertainty (None with one draw)."""

    split: str
    draws: int
    trainings: int
    """Of one draw."""
    validation_accuracy: float
    validation_accuracy_spread: float | None
    validation_accuracy_spread_error: float | None
    """How well so many draws tell their standard deviation (core.vocabulary.stats.spread_error)."""
    validation_macro_recall: float
    validation_macro_recall_spread: float | None
    validation_macro_recall_spread_error: float | None
    test_accuracy: float
    test_accuracy_spread: float | None
    test_accuracy_spread_error: float | None
    tested: int
    """Held-out images of one draw."""
    by_counting: float
    """The standard deviation that an accuracy of so many images has in any case, were they drawn from endlessly many."""
    rarest_least: float
    """The fewest held-out images of the rarest class in a draw; of k-fold a fold's mean."""
    rarest_most: float
    seconds: float

    def score(self, measure: str) -> float:
        """The mean of this name, one of MEASURES."""
        return _scores(self)[measure]

    def spread(self, measure: str) -> float | None:
        """The standard deviation of a measure, one of MEASURES."""
        spreads = (self.validation_accuracy_spread, self.validation_macro_recall_spread, self.test_accuracy_spread)
        return dict(zip(MEASURES, spreads, strict=True))[measure]


def _scores(row: RunRow | DrawRow | MethodRow) -> dict[str, float]:
    return dict(zip(MEASURES, (row.validation_accuracy, row.validation_macro_recall, row.test_accuracy), strict=True))


@dataclass(frozen=True, slots=True)
class ClassRow(Row):
    """One class over the finished k-fold draws, which hold every image out once each."""

    KEYS: ClassVar[Mapping[str, str]] = {"label": "class", "images": "pictures"}
    label: str
    images: int
    """In the whole set."""
    held_out_recall: float
    test_recall: float
    runs: list[str]


@dataclass(frozen=True, slots=True)
class Tables:
    """The four tables of the study."""

    runs: tuple[RunRow, ...]
    draws: tuple[DrawRow, ...]
    methods: tuple[MethodRow, ...]
    classes: tuple[ClassRow, ...]


def tables(cards: Mapping[str, Card]) -> dict[str, Sequence[Row]]:
    """`runs`, `draws`, `methods` and `classes`, see `results`."""
    found = results(cards)
    return {"runs": found.runs, "draws": found.draws, "methods": found.methods, "classes": found.classes}


@once_for_cards
def results(cards: Mapping[str, Card]) -> Tables:
    """A row a run, an estimate, a method and a class; a k-fold estimate waits for all of its folds."""
    runs = [_row(card) for card in cards.values()]
    draws = _draws(runs)
    methods = [_method(name, draws) for name in DRAWS if any(draw.split == name for draw in draws)]
    return Tables(tuple(runs), tuple(draws), tuple(methods), tuple(_by_class(cards, draws)))


def _row(card: Card) -> RunRow:
    matrix = required(card.epochs[-1].validation_confusion)
    held_out = metrics.support(matrix).tolist()
    scores = metrics.scores(matrix)
    return RunRow(
        split=card.recipe.split,
        draw=card.recipe.split_seed,
        fold=card.recipe.fold,
        train=card.facts.train,
        held_out_by_class=held_out,
        absent_classes=sum(count == 0 for count in held_out),
        validation_accuracy=scores.accuracy,
        validation_macro_recall=sum(scores.recall) / max(1, sum(count > 0 for count in held_out)),
        test_accuracy=card.result.test_accuracy,
        seconds=sum(epoch.seconds for epoch in card.epochs),
        run=card.name,
    )


def _draws(runs: Sequence[RunRow]) -> list[DrawRow]:
    keys = dict.fromkeys((row.split, row.draw) for row in runs)
    groups = [[row for row in runs if (row.split, row.draw) == key] for key in keys]
    return [_draw(rows) for rows in groups if len(rows) == (FOLDS if rows[0].split == "k-fold" else 1)]


def _draw(rows: Sequence[RunRow]) -> DrawRow:
    return DrawRow(
        split=rows[0].split,
        draw=rows[0].draw,
        trainings=len(rows),
        held_out_by_class=[sum(counts) for counts in zip(*(row.held_out_by_class for row in rows), strict=True)],
        validation_accuracy=mean(row.validation_accuracy for row in rows),
        validation_macro_recall=mean(row.validation_macro_recall for row in rows),
        test_accuracy=mean(row.test_accuracy for row in rows),
        seconds=sum(row.seconds for row in rows),
        runs=[row.run for row in rows],
    )


def _method(name: str, draws: Sequence[DrawRow]) -> MethodRow:
    mine = [draw for draw in draws if draw.split == name]
    measured = [_over_draws([draw.score(measure) for draw in mine]) for measure in MEASURES]
    (accuracy, accuracy_spread, accuracy_error), (recall, recall_spread, recall_error), (test, test_spread, test_error) = measured
    rarest = [draw.held_out_by_class[-1] / draw.trainings for draw in mine]
    tested = sum(mine[0].held_out_by_class)
    return MethodRow(
        name, len(mine), mine[0].trainings, accuracy, accuracy_spread, accuracy_error, recall, recall_spread, recall_error,
        test, test_spread, test_error, tested, by_counting=sqrt(accuracy * (1 - accuracy) / tested), rarest_least=min(rarest),
        rarest_most=max(rarest), seconds=mean(draw.seconds for draw in mine),
    )  # fmt: skip


def _over_draws(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """Mean, standard deviation and its uncertainty; the latter None for one value."""
    if len(values) < 2:
        return mean(values), None, None
    spread = stdev(values)
    return mean(values), spread, spread_error(spread, len(values))


def _by_class(cards: Mapping[str, Card], draws: Sequence[DrawRow]) -> list[ClassRow]:
    """A row a class over the finished k-fold draws.

    k-fold holds out every image once a draw, so that its folds' matrices add up to the whole set.
    """
    whole = {name for draw in draws for name in draw.runs}
    folds = [card for card in cards.values() if card.name in whole and card.recipe.split == "k-fold"]
    if not folds:
        return []
    held_out, test = _sum(required(card.epochs[-1].validation_confusion) for card in folds), _sum(card.result.confusion for card in folds)
    images = metrics.support(held_out) * FOLDS // len(folds)
    columns = (folds[0].facts.classes, images.tolist(), metrics.recall(held_out).tolist(), metrics.recall(test).tolist())
    runs = [card.name for card in folds]
    return [ClassRow(*values, runs) for values in zip(*columns, strict=True)]


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
    draws: int
    """Of both methods together."""

    @property
    def difference(self) -> Difference:
        """By how much `other` is smaller, and whether that is more than chance."""
        return between_spreads(self.one, self.other, self.uncertainty, self.draws)

    @property
    def verdict(self) -> Literal["clear", "likely", "open", "reverse"]:
        """Whether `other` is smaller: by more than chance, by more than one uncertainty, neither, or is it larger."""
        found = self.difference
        if abs(found.lead) <= self.uncertainty:
            return "open"
        if found.lead < 0:
            return "reverse"
        return "clear" if found.real else "likely"


def compare(methods: Iterable[MethodRow], one: str, other: str, averaged: int = 1) -> Comparison | None:
    """The spreads of the estimated accuracy by two methods; None before both have two draws.

    `averaged`: of `one` so many draws make an estimate together, which divides its spread by the root.
    """
    found = {
        row.split: (row.validation_accuracy_spread, row.validation_accuracy_spread_error, row.draws)
        for row in methods
        if row.validation_accuracy_spread is not None and row.validation_accuracy_spread_error is not None
    }
    if one not in found or other not in found:
        return None
    (first, first_error, count), (second, second_error, other_count) = found[one], found[other]
    root = sqrt(averaged)
    return Comparison(first / root, second, hypot(first_error / root, second_error), count + other_count)


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


def gap_to_test(method: MethodRow) -> GapToTest:
    """Of a method's mean estimates."""
    return GapToTest(method.validation_accuracy - method.test_accuracy, method.validation_macro_recall - method.test_accuracy)


# --- what the estimates promise, and what the test says --------------------------------------------------------------

ALIKE = 0.01
"""Estimates that lie no further apart promise the same; a test that is no further below keeps the promise."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The mean estimates of all methods, and what the same networks reach on the balanced, official test set."""

    low: float
    high: float
    estimate: float
    """The mean over the methods."""
    test: float

    @property
    def same(self) -> bool:
        """Whether all methods promise the same."""
        return self.high - self.low <= ALIKE

    @property
    def kept(self) -> bool:
        """Whether the test is about as good as promised."""
        return self.test >= self.low - ALIKE


def promise(methods: Sequence[MethodRow]) -> Promise:
    """Of the methods that are there; one at least."""
    estimates = [row.validation_accuracy for row in methods]
    return Promise(min(estimates), max(estimates), mean(estimates), mean(row.test_accuracy for row in methods))
