"""The riddle of study 1: under TOTV 'cat' gets more accurate as the images get blurrier. Read from the networks' answers.

Recall counts among the true cats, precision among the images that are called cat. A class that is called more and
more often (the attractor) gains recall without knowing anything more; taking some of its logit away undoes that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.pretrained.outputs import Outputs
from core.studies.resolution import RiddleRow
from core.studies.rows import Row
from core.vocabulary import metrics
from core.vocabulary.recipe import FILTERS
from core.vocabulary.records import Matrix

ENOUGH = 3
"""As many seeds of the report's recipe must agree before the page calls a claim confirmed."""
STEPS = tuple(round(0.1 * step, 1) for step in range(61))
"""By how much the attractor's logit can be lowered."""


# --- one logit lowered --------------------------------------------------------------------------------------------


def guesses(logits: NDArray[Any], label: int, by: float) -> NDArray[np.int64]:
    """(N, C) -> (N,): the class with the largest logit after `by` was taken from that of the class `label`.

    >>> guesses(np.array([[2.0, 1.0], [2.0, 1.9]]), 0, 0.5).tolist()
    [0, 1]
    """
    shifted = logits.astype(np.float32)
    shifted[:, label] -= by
    return np.asarray(shifted.argmax(axis=1), np.int64)


def lowered(outputs: Outputs, side: int, label: int, by: float) -> Matrix:
    """The confusion matrix of the test set at a side, with `by` taken from one class's logit."""
    logits = outputs.logits[side]
    found: Matrix = metrics.confusion_matrix(outputs.labels, guesses(logits, label, by), logits.shape[1]).tolist()
    return found


@dataclass(frozen=True, slots=True)
class LoweredRow:
    """One class and the accuracy, after something was taken from the class's logit."""

    by: float
    accuracy: float
    recall: float
    precision: float
    predicted: int
    """How often the class is predicted."""


def lowering(outputs: Outputs, side: int, label: int, steps: Sequence[float] = STEPS) -> list[LoweredRow]:
    """What happens to the class `label` and to the accuracy as its logit is lowered step by step."""
    rows = []
    for by in steps:
        scores = metrics.scores(lowered(outputs, side, label, by))
        rows.append(LoweredRow(by, scores.accuracy, scores.recall[label], scores.precision[label], scores.predicted[label]))
    return rows


def best(rows: Iterable[LoweredRow]) -> LoweredRow:
    """The row with the best accuracy; of equal ones the one that changes least."""
    return max(rows, key=lambda row: (row.accuracy, -row.by))


def pull(outputs: Outputs, side: int, label: int) -> float:
    """How far the logit of the class lies above the mean of all classes, for images that are NOT of that class."""
    logits = outputs.logits[side].astype(np.float64)[outputs.labels != label]
    return float((logits[:, label] - logits.mean(axis=1)).mean())


# --- several networks ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """Of how many networks something is true: of all, and of those trained by the report's recipe."""

    holds: int
    of: int
    report_holds: int
    report_of: int

    @property
    def enough(self) -> bool:
        """Whether there are enough seeds of the report's recipe to say anything."""
        return self.report_of >= ENOUGH

    @property
    def confirmed(self) -> bool:
        """Whether it holds for every network of the report's recipe, and there are enough of them."""
        return self.enough and self.report_holds == self.report_of


class _OfRecipe(Protocol):
    @property
    def preset(self) -> str: ...


_T = TypeVar("_T", bound=_OfRecipe)


def count(rows: Iterable[_T], holds: Callable[[_T], bool]) -> Count:
    """For how many of the rows (one a network) something holds."""
    found = [(holds(row), row.preset == "report") for row in rows]
    return Count(sum(its for its, _ in found), len(found), sum(its and report for its, report in found), sum(report for _, report in found))


@dataclass(frozen=True, slots=True)
class CatRow:
    """What becomes of 'cat' in one network, from the sharpest to the blurriest side."""

    run: str
    preset: str
    seed: int
    peak: int
    """The side with its highest recall."""
    recall: Mapping[int, float]
    """By side in pixels."""
    precision: Mapping[int, float]
    predicted: Mapping[int, int]
    """How often 'cat' is predicted."""

    @property
    def rises(self) -> bool:
        """Whether its recall is higher at some blurrier side than at the sharpest."""
        return self.recall[self.peak] > self.recall[max(self.recall)]

    @property
    def falls(self) -> bool:
        """Whether its precision is lower there."""
        return self.precision[self.peak] < self.precision[max(self.precision)]

    @property
    def grows(self) -> bool:
        """Whether it is predicted more often there."""
        return self.predicted[self.peak] > self.predicted[max(self.predicted)]

    @property
    def explained(self) -> bool:
        """Whether recall rises while precision falls and the predictions grow."""
        return self.rises and self.falls and self.grows


def cats(riddle: Sequence[RiddleRow], filter: str) -> list[CatRow]:
    """One row for each network that was evaluated at two sides or more with this filter."""
    found = []
    for run in dict.fromkeys(row.run for row in riddle):
        rows = [row for row in riddle if row.run == run and row.filter == filter]
        if len(rows) > 1:
            peak = max(rows, key=lambda row: (row.cat_recall, row.resolution))
            found.append(CatRow(
                run, rows[0].preset, rows[0].seed, peak.resolution, recall={row.resolution: row.cat_recall for row in rows},
                precision={row.resolution: row.cat_precision for row in rows}, predicted={row.resolution: row.cat_predicted for row in rows},
            ))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class AttractorRow(Row):
    """The class that most networks predict most at one side with one filter."""

    filter: str
    resolution: int
    """Pixels of a side."""
    attractor: str
    agreed: Count
    """How many networks predict it most."""
    report: list[str]
    """What each network of the report's recipe predicts most."""
    other: list[str]
    """What each other network predicts most."""
    recall: float
    """Of the attractor: the mean over the networks that agree."""
    precision: float
    attracted: float
    """How often it is predicted, likewise."""
    runs: list[str]


def attractors(riddle: Iterable[RiddleRow], side: int) -> list[AttractorRow]:
    """One row for each filter that networks were evaluated with at this side."""
    at_side = [row for row in riddle if row.resolution == side]
    found = []
    for filter in FILTERS:
        rows = [row for row in at_side if row.filter == filter]
        if not rows:
            continue
        most, _ = Counter(row.attractor for row in rows).most_common(1)[0]
        drawn = [row for row in rows if row.attractor == most]
        found.append(AttractorRow(
            filter=filter, resolution=side, attractor=most, agreed=count(rows, _attracts(most)),
            report=[row.attractor for row in rows if row.preset == "report"],
            other=[row.attractor for row in rows if row.preset != "report"],
            recall=fmean(row.attractor_recall for row in drawn), precision=fmean(row.attractor_precision for row in drawn),
            attracted=fmean(row.attracted for row in drawn), runs=[row.run for row in rows],
        ))  # fmt: skip
    return found


def _attracts(name: str) -> Callable[[RiddleRow], bool]:
    return lambda row: row.attractor == name


Decides = Literal["filter", "nothing", "both", "network"]


def decides(rows: Sequence[AttractorRow]) -> Decides:
    """What decides which class attracts, by the rows of one side.

    `filter`: with each filter all networks agree, and the filters differ. `nothing`: all agree with every filter.
    `both`: filters differ, and so do networks with the same filter. `network`: only the networks differ.
    """
    differ = len({row.attractor for row in rows}) > 1
    agree = all(row.agreed.holds == row.agreed.of for row in rows)
    return ("filter" if agree else "both") if differ else ("nothing" if agree else "network")
