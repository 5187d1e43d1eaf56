"""One confusion matrix, many scores: two numbers on a page that come from the same matrix cannot disagree.

A confusion matrix has shape (C, C): row = the true class, column = the guessed one, entry = how many
images. Every score is a fraction from 0 to 1. Where a score would divide by zero (a class that is absent,
or never guessed, or a matrix without an image) it is 0, as with scikit-learn's `zero_division=0`.

Macro averages run over all C classes, absent ones included: scikit-learn's `average="macro"` with
`labels=range(C)`. Left to itself, scikit-learn averages only over the classes that occur as truth or as
guess, and so over other classes from one small sample to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.vocabulary import html
from core.vocabulary.errors import LabError

Counts = NDArray[np.int64]
Fractions = NDArray[np.float64]


def confusion_matrix(truth: ArrayLike, guess: ArrayLike, classes: int) -> Counts:
    """Class numbers (N,) and (N,), each 0 ... classes - 1 -> int64 (classes, classes), rows are the truth.

    Raises LabError for lists of unequal length and for anything that is no class number.

    >>> confusion_matrix([0, 0, 1], [0, 1, 1], classes=2).tolist()
    [[1, 1], [0, 1]]
    """
    if not isinstance(classes, int) or classes < 1:
        raise LabError(f"classes must be a whole number from 1, not {classes!r}")
    rows, columns = _labels(truth, classes), _labels(guess, classes)
    if len(rows) != len(columns):
        raise LabError(f"as many guesses as truths are needed, not {len(columns)} for {len(rows)}")
    tally: Counts = np.bincount(rows * classes + columns, minlength=classes**2).astype(np.int64)
    return tally.reshape(classes, classes)


def accuracy(matrix: ArrayLike) -> float:
    """The share of all images on the diagonal."""
    counts = _counts(matrix)
    return float(_share(np.trace(counts), counts.sum()))


def support(matrix: ArrayLike) -> Counts:
    """(C, C) -> int64 (C,): how many images each class really has, the sum of its row."""
    return np.asarray(_counts(matrix).sum(axis=1))


def predicted(matrix: ArrayLike) -> Counts:
    """(C, C) -> int64 (C,): how often each class was guessed, the sum of its column."""
    return np.asarray(_counts(matrix).sum(axis=0))


def recall(matrix: ArrayLike) -> Fractions:
    """(C, C) -> float64 (C,): of the images of a class, the share that was found ("accuracy per class")."""
    return _share(np.diagonal(_counts(matrix)), support(matrix))


def precision(matrix: ArrayLike) -> Fractions:
    """(C, C) -> float64 (C,): of the guesses of a class, the share that was right."""
    return _share(np.diagonal(_counts(matrix)), predicted(matrix))


def f1(matrix: ArrayLike) -> Fractions:
    """(C, C) -> float64 (C,): the harmonic mean of precision and recall."""
    return _share(2 * np.diagonal(_counts(matrix)), support(matrix) + predicted(matrix))


def normalised(matrix: ArrayLike) -> Fractions:
    """(C, C) -> float64 (C, C): each row as shares of its class, summing to 1; an empty row stays 0."""
    counts = _counts(matrix)
    return _share(counts, counts.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Macro:
    """Means over all classes, each counting the same; `f1` is the mean of the classes' F1."""

    precision: float
    recall: float
    f1: float


def macro(matrix: ArrayLike) -> Macro:
    """(C, C) -> the means over the C classes of `precision`, `recall` and `f1`."""
    return Macro(float(precision(matrix).mean()), float(recall(matrix).mean()), float(f1(matrix).mean()))


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that one confusion matrix says, in plain numbers; the tuples have one entry per class."""

    confusion: tuple[tuple[int, ...], ...]
    accuracy: float
    macro: Macro
    support: tuple[int, ...]
    predicted: tuple[int, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as nested dicts, for JSON (tuples become lists there)."""
        return asdict(self)

    def _repr_html_(self) -> str:
        """For Jupyter: the confusion matrix with accuracy and macro F1 above it."""
        return html.confusion_table(self.confusion, caption=f"Accuracy {html.percent(self.accuracy)}, macro F1 {self.macro.f1:.3f}")


def scores(matrix: ArrayLike) -> Scores:
    """(C, C) -> all scores at once."""
    counts = _counts(matrix)
    return Scores(
        confusion=tuple(tuple(row) for row in counts.tolist()),
        accuracy=accuracy(counts),
        macro=macro(counts),
        support=tuple(support(counts).tolist()),
        predicted=tuple(predicted(counts).tolist()),
        precision=tuple(precision(counts).tolist()),
        recall=tuple(recall(counts).tolist()),
        f1=tuple(f1(counts).tolist()),
    )


def class_table(matrix: ArrayLike, names: Sequence[str]) -> list[dict[str, Any]]:
    """One plain dict per class: class, support, predicted, precision, recall, f1. LabError unless C names."""
    found = scores(matrix)
    if len(names) != len(found.support):
        raise LabError(f"{len(found.support)} class names are needed, not {len(names)}")
    columns = ("class", "support", "predicted", "precision", "recall", "f1")
    rows = zip(names, found.support, found.predicted, found.precision, found.recall, found.f1, strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _share(part: ArrayLike, whole: ArrayLike) -> Fractions:
    """part / whole, and 0 where the whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.asarray(np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0))


def _labels(labels: ArrayLike, classes: int) -> Counts:
    found = _integers(labels, "class numbers")
    if found.ndim != 1:
        raise LabError(f"class numbers must be a list (N,), not of shape {found.shape}")
    outside = found[(found < 0) | (found >= classes)]
    if outside.size:
        raise LabError(f"class numbers must be 0 ... {classes - 1}, not {outside[0]}")
    return found


def _counts(matrix: ArrayLike) -> Counts:
    found = _integers(matrix, "a confusion matrix's entries")
    if found.ndim != 2 or found.shape[0] != found.shape[1] or found.size == 0:
        raise LabError(f"a confusion matrix must be square, (C, C), not of shape {found.shape}")
    if found.min() < 0:
        raise LabError(f"a confusion matrix counts pictures, from 0 up, not {found.min()}")
    return found


def _integers(values: ArrayLike, what: str) -> Counts:
    try:
        found = np.asarray(values)
    except ValueError as ragged:
        raise LabError(f"{what} must form a full grid, every row of the same length") from ragged
    if found.size and found.dtype.kind not in "iu":  # an empty list has no type of its own
        raise LabError(f"{what} must be whole numbers, not {found.dtype}")
    return found.astype(np.int64)
