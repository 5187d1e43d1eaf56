"""Random choices of images: a part, a stratified part, folds. The draws of scikit-learn, made with numpy alone.

A seed gives what scikit-learn 1.9's `train_test_split`, `StratifiedKFold` and `resample` give, which scripts and notebooks that are
taken home call; the tests compare index by index. The server draws splits too and does not import scikit-learn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Labels = NDArray[Any]


def random_part(size: int, count: int, seed: int) -> tuple[Indices, Indices]:
    """(the others, `count` chosen) of the indices 0 to `size` - 1, in random order; 0 < `count` < `size`."""
    order = RandomState(seed).permutation(size)
    return order[count:], order[:count]


def stratified_part(labels: Labels, count: int, seed: int) -> tuple[Indices, Indices]:
    """(the others, `count` chosen) of the indices into `labels` (n,), each class in proportion, in random order."""
    draw, members = RandomState(seed), _members(labels)
    sizes = np.array([len(indices) for indices in members])
    others = _in_proportion(sizes, len(labels) - count, draw)
    chosen = _in_proportion(sizes - others, count, draw)
    shuffled = [indices[draw.permutation(len(indices))] for indices in members]
    rest = np.concatenate([indices[:kept] for indices, kept in zip(shuffled, others, strict=True)])
    part = np.concatenate([indices[kept : kept + taken] for indices, kept, taken in zip(shuffled, others, chosen, strict=True)])
    return draw.permutation(rest), draw.permutation(part)


def stratified_folds(labels: Labels, folds: int, seed: int) -> Indices:
    """labels (n,), at least `folds` of each class -> the fold (n,) of each image, 0 to `folds` - 1, each class in proportion."""
    draw = RandomState(seed)
    classes, first, found = np.unique(labels, return_index=True, return_inverse=True)
    by_appearance = np.argsort(np.argsort(first))[found]
    ordered = np.sort(by_appearance)
    shares = np.array([np.bincount(ordered[fold::folds], minlength=len(classes)) for fold in range(folds)])
    fold_of = np.empty(len(labels), np.int64)
    for label in range(len(classes)):
        dealt = np.arange(folds).repeat(shares[:, label])
        draw.shuffle(dealt)
        fold_of[by_appearance == label] = dealt
    return fold_of


def subset(size: int, count: int, seed: int) -> Indices:
    """`count` of the indices 0 to `size` - 1, without replacement, in random order."""
    indices = np.arange(size)
    RandomState(seed).shuffle(indices)
    return indices[:count]


def stratified_subset(labels: Labels, count: int, seed: int) -> Indices:
    """`count` of the indices into `labels` (n,), without replacement, each class in proportion, in random order."""
    draw, members = RandomState(seed), _members(labels)
    sizes = _in_proportion(np.array([len(indices) for indices in members]), count, draw)
    chosen = [draw.choice(indices, size, replace=False) for indices, size in zip(members, sizes, strict=True)]
    return draw.permutation(np.concatenate(chosen))


def _members(labels: Labels) -> list[Indices]:
    """The ascending indices of each class, the classes in ascending order."""
    _, counts = np.unique(labels, return_counts=True)
    return np.split(np.argsort(labels, kind="stable"), np.cumsum(counts)[:-1])


def _in_proportion(sizes: Indices, count: int, draw: RandomState) -> Indices:
    """`count` images shared out over classes of these sizes; what rounding down leaves goes to the largest remainders, ties at random."""
    exact = sizes / sizes.sum() * count
    shares = np.floor(exact)
    remainders, left = exact - shares, int(count - shares.sum())
    for remainder in np.unique(remainders)[::-1]:
        if left <= 0:
            break
        tied = np.flatnonzero(remainders == remainder)
        added = min(len(tied), left)
        shares[draw.choice(tied, size=added, replace=False)] += 1
        left -= added
    found: Indices = shares.astype(np.int64)
    return found
