"""Can the printed numbers be true? Checks that need nothing but the numbers themselves, each beside ours.

A printed number stands for an interval: 0.82 is everything from 0.815 to 0.825. A check says "impossible" only where
no values inside the intervals would do. The test sets have 1,000 images of each class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from statistics import mean
from typing import ClassVar, Literal

from core.pretrained.cards import Card
from core.studies import architectures, resolution
from core.studies.architectures import ResultRow
from core.studies.published import published, report_recall, report_score
from core.studies.rows import Row
from core.vocabulary import metrics
from core.vocabulary.records import Matrix

PROTOCOLS = ("totv", "tvtv")
RUNS = {"Arc2 Adam": "arc2-adam", "Arc2 SGD": "arc2-sgd", "Arc3 Adam": "arc3-adam", "Arc3 SGD": "arc3-sgd"}
"""The report's name of a run of its study 2 -> ours (a key of architectures.REPORT)."""
Measure = Literal["accuracy_percent", "f1", "precision"]
MEASURES: dict[Measure, float] = {"accuracy_percent": 0.1, "f1": 0.01, "precision": 0.01}
"""The report's scores of each class -> the last digit that it prints."""
IMAGES = 1_000
"""Test images of each class, in CIFAR-10 and in Fashion-MNIST."""
ALIKE = 9
"""So many equal entries of ten make two columns suspicious."""
EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Interval:
    """All values that a printed number may stand for."""

    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high + EXACT and other.low <= self.high + EXACT


def rounded(value: float, digit: float) -> Interval:
    """What a number rounded to `digit` may have been.

    >>> rounded(0.5, 0.1)
    Interval(low=0.45, high=0.55)
    """
    return Interval(value - digit / 2, value + digit / 2)


def cut(value: float, digit: float) -> Interval:
    """What a number may have been whose further digits were cut off."""
    return Interval(value, value + digit)


# --- the mean of the class accuracies --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MeanRow(Row):
    """Study 1: one printed cell, and ours. With equally many images of each class the mean of the class accuracies *is* the
    accuracy."""

    protocol: str
    resolution: int
    """Pixels of a side."""
    planned: str
    """The run that ours is taken from."""
    stated: float
    """The accuracy that the report prints."""
    mean: float
    """Of the class accuracies that it prints."""
    if_rounded: bool
    """Whether `mean` can be the accuracy that is printed, if it was rounded."""
    if_cut: bool
    """The same, if its further digits were cut off."""
    ours_accuracy: float | None
    ours_mean: float | None
    run: str | None
    """None: not there."""


def means(cards: Mapping[str, Card]) -> list[MeanRow]:
    """A row for each cell that is printed."""
    return [_mean(resolution.cells(cards).answering("cifar10", protocol, side)) for protocol in PROTOCOLS for side in resolution.FULL]


def _mean(cell: resolution.Cell) -> MeanRow:
    stated, recall = report_score(cell.protocol, "accuracy", cell.side), report_recall(cell.protocol, cell.side)
    assert stated is not None and recall is not None
    found = round(mean(recall.values()), 6)  # of ten values with three digits: exact
    may_be = rounded(found, 0.001)
    return MeanRow(
        protocol=cell.protocol, resolution=cell.side, planned=cell.run, stated=stated, mean=found,
        if_rounded=rounded(stated, 0.01).meets(may_be), if_cut=cut(stated, 0.01).meets(may_be),
        ours_accuracy=cell.accuracy, ours_mean=cell.scores.macro.recall if cell.scores else None,
        run=cell.card.name if cell.card and cell.scores else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeadlineRow(Row):
    """Study 2: a run whose best accuracies are printed, and ours (None where it is not there)."""

    name: str
    planned: str
    """The run that ours is taken from."""
    best_train: float
    best_test: float
    mean: float
    """Of the class accuracies that the report prints."""
    possible: bool
    """Whether `mean`, which belongs to some epoch, lies at or below the best of all epochs."""
    train_below_test: bool
    ours_below: bool | None
    """Whether our best training accuracy lies below our test accuracy."""
    ours_train: float | None
    ours_test: float | None
    ours_mean: float | None
    run: str | None


def headlines(cards: Mapping[str, Card]) -> list[HeadlineRow]:
    """A row for each run of the report's headline."""
    report, ours = published()["report"]["architectures"], results(cards)
    rows = []
    for name, best in report["headline_percent"].items():
        found = round(mean(report["per_class"][name]["accuracy_percent"]) / 100, 6)
        most = rounded(best["best_test"] / 100, 0.0001).high
        own = ours.get(name)
        rows.append(HeadlineRow(
            name=name, planned=f"fashion-{RUNS[name]}", best_train=best["best_train"] / 100, best_test=best["best_test"] / 100, mean=found,
            possible=rounded(found, 0.001).low <= most + EXACT, train_below_test=best["best_train"] < best["best_test"],
            ours_below=own.best_train_accuracy < own.test_accuracy if own else None,
            ours_train=own.best_train_accuracy if own else None, ours_test=own.test_accuracy if own else None,
            ours_mean=own.macro_recall if own else None, run=own.run if own else None,
        ))  # fmt: skip
    return rows


def results(cards: Mapping[str, Card]) -> dict[str, ResultRow]:
    """The report's name of a run -> our row of it, where it is there."""
    return {name: architectures.row(cards[f"fashion-{short}"]) for name, short in RUNS.items() if f"fashion-{short}" in cards}


# --- columns that are the same ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EqualRow:
    """Two runs of study 2: how many of ten classes have the very same score."""

    one: str
    other: str
    printed: Mapping[Measure, int]
    ours: Mapping[Measure, int | None]
    """Rounded as the report rounds; None where a run is missing."""
    runs: list[str]
    """Those of ours that are there."""


def equal_columns(cards: Mapping[str, Card]) -> list[EqualRow]:
    """A row for each two runs."""
    ours = results(cards)
    rows = []
    for one, other in combinations(RUNS, 2):
        theirs = {measure: _equal(printed(one, measure), printed(other, measure)) for measure in MEASURES}
        both = [ours[name] for name in (one, other) if name in ours]
        own = {measure: _equal(*(_as_printed(row, measure) for row in both)) if len(both) == 2 else None for measure in MEASURES}
        rows.append(EqualRow(one, other, theirs, own, runs=[row.run for row in both]))
    return rows


def copies() -> list[str]:
    """The runs whose column of class accuracies another run has too, but for one entry at most."""
    alike = [row for row in equal_columns({}) if row.printed["accuracy_percent"] >= ALIKE]
    return [name for name in RUNS if any(name in (row.one, row.other) for row in alike)]


def printed(name: str, measure: Measure) -> list[float]:
    """A column of the report's table of scores by class, as printed."""
    column: list[float] = published()["report"]["architectures"]["per_class"][name][measure]
    return column


def _equal(one: Sequence[float], other: Sequence[float]) -> int:
    return sum(a == b for a, b in zip(one, other, strict=True))


def _as_printed(row: ResultRow, measure: Measure) -> list[float]:
    """Our scores with the report's number of digits."""
    if measure == "accuracy_percent":
        return [round(100 * value, 1) for value in row.recall]
    return [round(value, 2) for value in (row.f1 if measure == "f1" else row.precision)]


# --- the recall that F1 and precision imply --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImpliedRow(Row):
    """Study 2: a class in one run. F1 = 2 P R / (P + R), so R = F1 P / (2 P - F1); ours are None where the run is not there."""

    KEYS: ClassVar[Mapping[str, str]] = {"label": "class"}
    label: str
    accuracy: float
    """The printed accuracy of the class, which is its recall."""
    f1: float
    precision: float
    implied: float
    """The recall that goes with F1 and precision, both taken as exact."""
    low: float
    """The least and the greatest recall, given that both were rounded."""
    high: float
    possible: bool
    """Whether `accuracy` can lie there."""
    ours_recall: float | None
    ours_f1: float | None
    ours_precision: float | None
    run: str | None


def implied(name: str, cards: Mapping[str, Card]) -> list[ImpliedRow]:
    """A row for each class of a run (its name in RUNS)."""
    classes = published()["report"]["architectures"]["classes"]
    columns = (printed(name, measure) for measure in MEASURES)
    ours = results(cards).get(name)
    rows = []
    for place, (label, percent, f1, precision) in enumerate(zip(classes, *columns, strict=True)):
        may_be = implied_recall(f1, precision)
        rows.append(ImpliedRow(
            label, percent / 100, f1, precision, exact_recall(f1, precision), may_be.low, may_be.high,
            possible=may_be.meets(rounded(percent / 100, 0.001)), ours_recall=ours.recall[place] if ours else None,
            ours_f1=ours.f1[place] if ours else None, ours_precision=ours.precision[place] if ours else None, run=ours.run if ours else None,
        ))  # fmt: skip
    return rows


def exact_recall(f1: float, precision: float) -> float:
    """The recall of a class with this F1 and precision, taken as exact; above 1 where no recall goes with them.

    >>> round(exact_recall(f1=0.48, precision=0.6), 3)
    0.4
    """
    below = 2 * precision - f1
    return f1 * precision / below if below > 0 else inf


def implied_recall(f1: float, precision: float, digit: float = 0.01) -> Interval:
    """The recalls that go with a rounded F1 and a rounded precision: it rises with F1 and falls with precision."""
    f, p = rounded(f1, digit), rounded(precision, digit)
    return Interval(exact_recall(f.low, p.high), min(1.0, exact_recall(f.high, p.low)))


def impossible(name: str) -> list[str]:
    """The classes of a run whose three printed scores cannot be true together."""
    return [row.label for row in implied(name, {}) if not row.possible]


@dataclass(frozen=True, slots=True)
class SumRow(Row):
    """Study 2: a run. Each image gets one answer, so that the answers of all classes add up to the number of images.

    A class was named (recall x images / precision) times.
    """

    name: str
    images: int
    accuracy_low: float
    """How many answers there are in all, with the printed accuracy as the recall."""
    accuracy_high: float
    by_accuracy: bool
    """Whether that can be the number of images."""
    f1_low: float
    """The same, with the recall that F1 implies."""
    f1_high: float
    by_f1: bool
    mean_accuracy: float
    """Of the printed accuracies of the classes."""
    mean_implied: float
    """Of the recalls that F1 implies."""
    ours: int | None
    """How many answers ours gave."""
    run: str | None


def guesses(cards: Mapping[str, Card]) -> list[SumRow]:
    """A row for each run."""
    ours = results(cards)
    rows = []
    for name in RUNS:
        scores = [(a / 100, f, p) for a, f, p in zip(*(printed(name, measure) for measure in MEASURES), strict=True)]
        by_accuracy = _sum([_named(rounded(a, 0.001), rounded(p, 0.01)) for a, _, p in scores])
        by_f1 = _sum([Interval(_named_by_f1(f - 0.005, p + 0.005), _named_by_f1(f + 0.005, p - 0.005)) for _, f, p in scores])
        whole = len(scores) * IMAGES
        rows.append(SumRow(
            name=name, images=whole,
            accuracy_low=by_accuracy.low, accuracy_high=by_accuracy.high, by_accuracy=by_accuracy.meets(Interval(whole, whole)),
            f1_low=by_f1.low, f1_high=by_f1.high, by_f1=by_f1.meets(Interval(whole, whole)),
            mean_accuracy=mean(a for a, _, _ in scores), mean_implied=mean(exact_recall(f, p) for _, f, p in scores),
            ours=ours[name].tested if name in ours else None, run=ours[name].run if name in ours else None,
        ))  # fmt: skip
    return rows


def _named(recall: Interval, precision: Interval) -> Interval:
    return Interval(IMAGES * recall.low / precision.high, IMAGES * recall.high / precision.low)


def _named_by_f1(f1: float, precision: float) -> float:
    return IMAGES * min(1.0, exact_recall(f1, precision)) / precision


def _sum(parts: Sequence[Interval]) -> Interval:
    return Interval(sum(part.low for part in parts), sum(part.high for part in parts))


# --- how one can tell ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AverageRow(Row):
    """One score, averaged over the classes in three ways."""

    score: Literal["recall", "precision", "f1"]
    macro: float
    """Every class counts the same."""
    weighted: float
    """By the images of the class."""
    micro: float
    """Hits and mistakes of all classes are added up first."""


def averages(matrix: Matrix) -> tuple[AverageRow, AverageRow, AverageRow]:
    """(C, C) -> recall, precision and F1."""
    scores, hits = metrics.scores(matrix), right(matrix)
    missed = sum(scores.support) - hits  # of each class what was called another, added up
    wrong = sum(scores.predicted) - hits  # of each class what was called it and is another, added up
    return (
        AverageRow("recall", scores.macro.recall, _weighted(scores.recall, scores.support), _micro(hits, missed)),
        AverageRow("precision", scores.macro.precision, _weighted(scores.precision, scores.support), _micro(hits, wrong)),
        AverageRow("f1", scores.macro.f1, _weighted(scores.f1, scores.support), _micro(2 * hits, missed + wrong)),
    )


def _micro(good: int, bad: int) -> float:
    return good / max(1, good + bad)


def right(matrix: Matrix) -> int:
    """(C, C) -> how many answers were right: the diagonal."""
    return sum(row[place] for place, row in enumerate(matrix))


def _weighted(values: Sequence[float], support: Sequence[int]) -> float:
    return sum(value * count for value, count in zip(values, support, strict=True)) / max(1, sum(support))


@dataclass(frozen=True, slots=True)
class Marks:
    """How well somebody found what is wrong: the marks are guesses like a network's."""

    found: list[str]
    missed: list[str]
    false: list[str]
    """Marked, and not wrong."""
    precision: float | None
    """None where nothing was marked."""
    recall: float


def marks(marked: Collection[str], wrong: Collection[str]) -> Marks:
    """What was marked against what is wrong."""
    found = [name for name in marked if name in wrong]
    return Marks(
        found, missed=[name for name in wrong if name not in marked], false=[name for name in marked if name not in wrong],
        precision=len(found) / len(marked) if marked else None, recall=len(found) / len(wrong),
    )  # fmt: skip
