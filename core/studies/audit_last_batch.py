"""Where may the report's precision and F1 of study 1 come from? They are sixteenths, and equal to each other.

The hypothesis: micro averages over the last batch of the test set alone. 10,000 images in batches of 32, 64 or 128
leave 16 for the last. It is tried out on our own networks' answers to the same images in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

from core.pretrained.outputs import Outputs
from core.studies.audit import EXACT, averages
from core.studies.published import report_score
from core.studies.rows import Row
from core.vocabulary import metrics

CELLS: dict[str, tuple[str, int]] = {
    "totv-32": ("totv", 32), "totv-16": ("totv", 16), "totv-8": ("totv", 8), "tvtv-16": ("tvtv", 16), "tvtv-8": ("tvtv", 8),
}  # fmt: skip
"""The report's cells, each once: at 32 pixels both protocols have the same network and print the same numbers."""
RUNS = {"totv": "cifar10-{full}", "tvtv": "cifar10-{side}"}
TEST = 10_000
SIXTEENTHS = 16
DIGITS = 4
"""As many digits as the longest of the printed values has: 0.8125."""
SIZES = (16, 32, 48, 64, 80, 96, 100, 128, 160, 256, 320, 512)
"""Batch sizes that one may ask about."""


def run_of(cell: str) -> str:
    """The planned run whose answers stand for a cell."""
    protocol, side = CELLS[cell]
    return RUNS[protocol].format(full=32, side=side)


# --- the printed values alone ----------------------------------------------------------------------------------------


def is_part(value: float, parts: int) -> bool:
    """Whether a value is a whole number of `parts`-ths: a share of so many images.

    >>> is_part(0.8125, 16), is_part(0.475, 16), is_part(0.475, 80)
    (True, False, True)
    """
    return abs(value * parts - round(value * parts)) < EXACT


def digits(value: float) -> int:
    """How many digits behind the point a printed value has.

    >>> digits(0.8125), digits(0.5)
    (4, 1)
    """
    return -int(Decimal(str(value)).as_tuple().exponent)


def chance(parts: int, digits: int) -> float:
    """Of all values from 0 to 1 with so many digits, the share that is a whole number of `parts`-ths.

    >>> round(chance(16, 2), 4)  # 0, 0.25, 0.5, 0.75 and 1 of 101
    0.0495
    """
    whole = int(10**digits)
    return sum(step * parts % whole == 0 for step in range(whole + 1)) / (whole + 1)


def at_least(hits: int, of: int, each: float) -> float:
    """The chance of at least so many hits in `of` independent trials that hit with chance `each` (binomial).

    >>> round(at_least(1, 2, 0.5), 4)
    0.75
    """
    return sum(comb(of, k) * each**k * (1 - each) ** (of - k) for k in range(hits, of + 1))


@dataclass(frozen=True, slots=True)
class PrintedRow(Row):
    """One cell of the report's study 1 as it is printed."""

    cell: str
    """A key of CELLS."""
    protocol: str
    resolution: int
    """Pixels of a side."""
    accuracy: float
    precision: float
    f1: float | None
    equal: bool
    """Whether precision and F1 are the same."""
    sixteenths: float
    """How many sixteenths the precision is."""
    whole: bool
    """Whether that is a whole number."""
    digits: int
    """Of the precision, behind the point."""
    chance: float
    """That a value of so many digits is a whole number of sixteenths by accident."""


def printed_values() -> list[PrintedRow]:
    """A row for each cell."""
    rows = []
    for cell, (protocol, side) in CELLS.items():
        accuracy, precision, f1 = (report_score(protocol, score, side) for score in ("accuracy", "precision", "f1"))
        assert accuracy is not None and precision is not None
        rows.append(PrintedRow(
            cell, protocol, side, accuracy, precision, f1, equal=precision == f1, sixteenths=precision * SIXTEENTHS,
            whole=is_part(precision, SIXTEENTHS), digits=digits(precision), chance=chance(SIXTEENTHS, digits(precision)),
        ))  # fmt: skip
    return rows


def odd_values() -> list[float]:
    """The printed values that are no sixteenths."""
    return [row.precision for row in printed_values() if not row.whole]


def same_scores() -> list[str]:
    """Of `accuracy`, `precision` and `f1` those whose printed column is also another's, cell by cell."""
    rows = printed_values()
    columns = {"accuracy": [row.accuracy for row in rows], "precision": [row.precision for row in rows], "f1": [row.f1 for row in rows]}
    return [one for one in columns if any(columns[one] == columns[other] for other in columns if other != one)]


def by_accident(count_of_digits: int) -> float:
    """The chance that as many of the printed values as it is are sixteenths, if all values of so many digits are alike."""
    rows = printed_values()
    return at_least(sum(row.whole for row in rows), len(rows), chance(SIXTEENTHS, count_of_digits))


# --- batch sizes -----------------------------------------------------------------------------------------------------


def last(size: int, images: int = TEST) -> int:
    """How many images the last batch has.

    >>> [last(size) for size in (16, 32, 64, 100, 128, 160)]
    [16, 16, 16, 100, 16, 80]
    """
    return images % size or min(size, images)


@dataclass(frozen=True, slots=True)
class SizeRow(Row):
    """One batch size, and how well its last batch explains the printed values."""

    size: int
    last: int
    """Images of the last batch."""
    fit: int
    """How many of the printed values are shares of so many images."""
    of: int
    """How many are printed."""
    off: float
    """How far off the printed values are at most, in standard deviations of such a share."""
    chance: float | None
    """That so many fit by accident; None where none does."""


def by_size(sizes: Sequence[int] = SIZES) -> list[SizeRow]:
    """A row for each batch size."""
    values = printed_values()
    rows = []
    for size in sizes:
        count = last(size)
        fit = sum(is_part(row.precision, count) for row in values)
        off = max(abs(row.precision - row.accuracy) / _deviation(row.accuracy, count) for row in values)
        rows.append(SizeRow(size, count, fit, len(values), off, at_least(fit, len(values), chance(count, DIGITS)) if fit else None))
    return rows


def _deviation(share: float, images: int) -> float:
    """Of the share of hits in so many images, each a hit with chance `share` (binomial)."""
    return sqrt(share * (1 - share) / images)


# --- tried out on our networks ---------------------------------------------------------------------------------------


Answers = Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]]
"""Cell -> (truth, guess) of the test set in its official order."""


def answers(outputs: Mapping[str, Outputs]) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The kept outputs by run -> truth (N,) and guess (N,) for each cell whose network is there."""
    found = {}
    for cell, (_, side) in CELLS.items():
        kept = outputs.get(run_of(cell))
        if kept is not None and side in kept.logits:
            found[cell] = kept.labels.astype(np.int64), kept.logits[side].argmax(axis=1).astype(np.int64)
    return found


@dataclass(frozen=True, slots=True)
class ComparedRow(Row):
    """One cell: its printed precision, our last batch, and our whole test set. Scores are from 0 to 1."""

    cell: str
    printed: float | None
    right: int
    """Of the last batch."""
    of: int
    """Images of the last batch."""
    batch_accuracy: float
    micro_recall: float
    """Of the last batch, as the next two; each is computed in its own way."""
    micro_precision: float
    micro_f1: float
    accuracy: float
    macro_precision: float
    macro_f1: float
    difference: float
    """Between `macro_precision` and `macro_f1`."""
    run: str


def compared(found: Answers, size: int, classes: int = 10) -> list[ComparedRow]:
    """A row for each cell that has answers, for batches of `size`."""
    rows = []
    for cell, (truth, guess) in found.items():
        protocol, side = CELLS[cell]
        count = last(size, len(truth))
        batch = metrics.confusion_matrix(truth[-count:], guess[-count:], classes)
        whole = metrics.scores(metrics.confusion_matrix(truth, guess, classes))
        recall, precision, f1 = averages(batch.tolist())
        rows.append(ComparedRow(
            cell=cell, printed=report_score(protocol, "precision", side), right=int(np.trace(batch)), of=count,
            batch_accuracy=metrics.accuracy(batch), micro_recall=recall.micro, micro_precision=precision.micro, micro_f1=f1.micro,
            accuracy=whole.accuracy, macro_precision=whole.macro.precision, macro_f1=whole.macro.f1,
            difference=abs(whole.macro.precision - whole.macro.f1), run=run_of(cell),
        ))  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One image of the last batch."""

    number: int
    """In the test set, from 0."""
    truth: str
    guesses: Mapping[str, str]
    """Cell -> what its network called the image."""


def images(found: Answers, size: int, classes: Sequence[str], most: int = 16) -> list[ImageRow]:
    """The last batch image by image, at most the last `most`."""
    if not found:
        return []
    truth = next(iter(found.values()))[0]
    count = min(last(size, len(truth)), most)
    return [
        ImageRow(place, classes[truth[place]], {cell: classes[guess[place]] for cell, (_, guess) in found.items()})
        for place in range(len(truth) - count, len(truth))
    ]


@dataclass(frozen=True, slots=True)
class Bar:
    """How many batches had `low` to `high` hits."""

    low: int
    high: int
    batches: int


@dataclass(frozen=True, slots=True)
class BatchSpread:
    """What any other batch as long as the last one would have given: accuracies from 0 to 1."""

    cell: str
    of: int
    """Images of a batch."""
    batches: int
    mean: float
    deviation: float
    least: float
    most: float
    bars: list[Bar]


def spread(found: Answers, cell: str, size: int) -> BatchSpread:
    """All batches of the test set one after another, what is left over at the end left out."""
    truth, guess = found[cell]
    count = last(size, len(truth))
    batches = len(truth) // count
    hits = (truth == guess)[: batches * count].reshape(batches, count).sum(axis=1)
    shares = hits / count
    return BatchSpread(cell, count, batches, float(shares.mean()), float(shares.std()), float(shares.min()), float(shares.max()), _bars(hits, count))


def _bars(hits: NDArray[np.int64], count: int) -> list[Bar]:
    """How many batches had so many hits; long batches in steps of a sixteenth, so that the bars stay few."""
    step = max(1, count // SIXTEENTHS)
    groups = hits // step
    return [
        Bar(group * step, min(count, group * step + step - 1), int((groups == group).sum()))
        for group in range(int(groups.min()), int(groups.max()) + 1)
    ]
