"""Splits drawn again and again, images' numbers only: which part each one falls into, and what a part is left with.

Nothing is trained here; what a draw costs the estimate is told by the runs of core/studies/splits.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.datasets.arrays import read
from core.datasets.splits import split_labels, thinned
from core.studies.splits import FOLDS, IMBALANCE

Numbers = NDArray[np.int64]
TRAIN, HELD_OUT = 0, 1
"""The parts of a random or stratified split; those of k-fold are its folds, 0 to FOLDS - 1, each held out once."""
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class RareClassCounts:
    """How many images of the rarest class the held-out part had, over many draws."""

    draws: int
    absent: float
    """The share of draws that held out none."""
    least: int
    most: int
    mean: float


@lru_cache(maxsize=4)
def unbalanced(data: Path) -> tuple[int, ...]:
    """The labels (n,) of the study's set: the digits' training part, thinned by class."""
    digits = read("digits", data)
    labels = digits.labels[: digits.train_size]
    return tuple(labels[thinned(labels, len(digits.classes), IMBALANCE)].tolist())


def parts(labels: ArrayLike, method: str, seed: int) -> Numbers:
    """labels (n,) -> the part (n,) that each image falls into, as the study splits."""
    found = np.full(np.shape(labels), TRAIN, np.int64)
    if method == "k-fold":
        for fold in range(FOLDS):
            found[_held_out(labels, method, seed, fold)] = fold
    else:
        found[_held_out(labels, method, seed)] = HELD_OUT
    return found


def _held_out(labels: ArrayLike, method: str, seed: int, fold: int = 0) -> Numbers:
    chosen = split_labels(np.asarray(labels), method, validation=1 / FOLDS, folds=FOLDS, fold=fold, seed=seed)
    return chosen[1]


def counts(labels: ArrayLike, found: Numbers) -> Numbers:
    """labels (n,) and their parts (n,) -> images by part and class (parts, classes)."""
    table = np.zeros((int(found.max()) + 1, int(np.max(labels)) + 1), np.int64)
    np.add.at(table, (found, np.asarray(labels)), 1)
    return table


def shares(table: Numbers) -> NDArray[np.float64]:
    """Images by part and class (parts, classes) -> each class's share of its part, rows summing to 1."""
    return np.asarray(table / table.sum(axis=1, keepdims=True))


@lru_cache(maxsize=16)
def rarest_held_out(labels: tuple[int, ...], method: str, draws: int = DRAWS) -> RareClassCounts:
    """Draws the split with the seeds 0, 1, 2 ... and counts the last class in what is held out (k-fold: in one fold)."""
    last = max(labels)
    truth = np.asarray(labels)
    counted = [int((truth[_held_out(labels, method, seed, _fold(method, seed))] == last).sum()) for seed in range(draws)]
    return RareClassCounts(draws, sum(count == 0 for count in counted) / draws, min(counted), max(counted), sum(counted) / draws)


def _fold(method: str, seed: int) -> int:
    """Of k-fold one fold a draw, each as often."""
    return seed % FOLDS if method == "k-fold" else 0


def held_out_size(labels: tuple[int, ...]) -> int:
    """How many images a random split of the study holds out."""
    return len(_held_out(labels, "random", seed=0))


def chance_absent(everyone: int, rare: int, held_out: int) -> float:
    """The probability that `held_out` of `everyone` images, drawn at random, hold none of the `rare` ones.

    Hypergeometric: all held out are drawn from the others.

    >>> chance_absent(everyone=4, rare=1, held_out=1)
    0.75
    """
    return comb(everyone - rare, held_out) / comb(everyone, held_out)
