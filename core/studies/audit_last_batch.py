"""Where may the report's precision and F1 of study 1 come from? They are sixteenths, and equal to each other.

The hypothesis: micro averages over the last batch of the test set alone. 10,000 images in batches of 32, 64 or 128
leave 16 for the last. It is tried out on our own networks' answers to the same images in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import comb, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.pretrained.outputs import Outputs
from core.studies.audit import EXACT, averages
from core.studies.published import report_score
from core.vocabulary import metrics

Rows = list[dict[str, Any]]
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


def printed_values() -> Rows:
    """A row for each cell: what is printed, how many sixteenths that is, and how probable that would be by accident."""
    rows = []
    for cell, (protocol, side) in CELLS.items():
        accuracy, precision, f1 = (report_score(protocol, score, side) for score in ("accuracy", "precision", "f1"))
        assert accuracy is not None and precision is not None
        rows.append({
            "cell": cell, "protocol": protocol, "resolution": side, "accuracy": accuracy, "precision": precision, "f1": f1,
            "equal": precision == f1, "sixteenths": precision * SIXTEENTHS, "whole": is_part(precision, SIXTEENTHS),
            "digits": digits(precision), "chance": chance(SIXTEENTHS, digits(precision)),
        })  # fmt: skip
    return rows


def odd_values() -> list[float]:
    """The printed values that are no sixteenths."""
    return [row["precision"] for row in printed_values() if not row["whole"]]


def same_scores() -> list[str]:
    """Of `accuracy`, `precision` and `f1` those whose printed column is also another's, cell by cell."""
    rows, scores = printed_values(), ("accuracy", "precision", "f1")
    columns = {score: [row[score] for row in rows] for score in scores}
    return [one for one in scores if any(columns[one] == columns[other] for other in scores if other != one)]


def by_accident(count_of_digits: int) -> float:
    """The chance that as many of the printed values as it is are sixteenths, if all values of so many digits are alike."""
    rows = printed_values()
    return at_least(sum(row["whole"] for row in rows), len(rows), chance(SIXTEENTHS, count_of_digits))


# --- batch sizes -----------------------------------------------------------------------------------------------------


def last(size: int, images: int = TEST) -> int:
    """How many images the last batch has.

    >>> [last(size) for size in (16, 32, 64, 100, 128, 160)]
    [16, 16, 16, 100, 16, 80]
    """
    return images % size or min(size, images)


def by_size(sizes: Sequence[int] = SIZES) -> Rows:
    """A row for each batch size: the last batch, how many of the printed values are shares of so many images, the
    chance of so many by accident, and how far off the printed values are, in standard deviations of such a share."""
    values = printed_values()
    rows = []
    for size in sizes:
        count = last(size)
        fit = sum(is_part(row["precision"], count) for row in values)
        off = [abs(row["precision"] - row["accuracy"]) / _deviation(row["accuracy"], count) for row in values]
        rows.append({"size": size, "last": count, "fit": fit, "of": len(values), "off": max(off),
                     "chance": at_least(fit, len(values), chance(count, DIGITS)) if fit else None})  # fmt: skip
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


def compared(found: Answers, size: int, classes: int = 10) -> Rows:
    """A row for each cell: printed precision, the micro averages of our last batch, and the whole test set's macros.

    Micro precision, micro recall, micro F1 and the accuracy of a batch are computed each in its own way.
    """
    rows = []
    for cell, (truth, guess) in found.items():
        protocol, side = CELLS[cell]
        count = last(size, len(truth))
        batch = metrics.confusion_matrix(truth[-count:], guess[-count:], classes)
        whole = metrics.scores(metrics.confusion_matrix(truth, guess, classes))
        micro = {f"micro_{row['score']}": row["micro"] for row in averages(batch.tolist())}
        rows.append({
            "cell": cell, "printed": report_score(protocol, "precision", side), "right": int(np.trace(batch)), "of": count,
            "batch_accuracy": metrics.accuracy(batch), **micro, "accuracy": whole.accuracy,
            "macro_precision": whole.macro.precision, "macro_f1": whole.macro.f1,
            "apart": abs(whole.macro.precision - whole.macro.f1), "run": run_of(cell),
        })  # fmt: skip
    return rows


def images(found: Answers, size: int, classes: Sequence[str], most: int = 16) -> Rows:
    """The last batch image by image, at most the last `most`: its number in the test set, what it is, what each cell's
    network called it (`CELL`) and whether that was right (`CELL_right`)."""
    if not found:
        return []
    truth = next(iter(found.values()))[0]
    count = min(last(size, len(truth)), most)
    rows = []
    for place in range(len(truth) - count, len(truth)):
        row: dict[str, Any] = {"number": place, "truth": classes[truth[place]]}
        for cell, (_, guess) in found.items():
            row |= {cell: classes[guess[place]], f"{cell}_right": bool(guess[place] == truth[place])}
        rows.append(row)
    return rows


def spread(found: Answers, cell: str, size: int) -> dict[str, Any]:
    """What any other batch as long as the last one would have given: the accuracies of all of them, one after another."""
    truth, guess = found[cell]
    count = last(size, len(truth))
    batches = len(truth) // count
    hits = (truth == guess)[: batches * count].reshape(batches, count).sum(axis=1)
    shares = hits / count
    return {"cell": cell, "of": count, "batches": batches, "mean": float(shares.mean()), "deviation": float(shares.std()),
            "least": float(shares.min()), "most": float(shares.max()), "bars": _bars(hits, count)}  # fmt: skip


def _bars(hits: NDArray[np.int64], count: int) -> Rows:
    """How many batches had so many hits; long batches in steps of a sixteenth, so that the bars stay few."""
    step = max(1, count // SIXTEENTHS)
    groups = hits // step
    return [
        {"from": group * step, "to": min(count, group * step + step - 1), "batches": int((groups == group).sum())}
        for group in range(int(groups.min()), int(groups.max()) + 1)
    ]
