"""Who trains, who validates, who tests: disjoint index sets, the same for a seed (core/datasets/draws.py).

The test part is always the official one, whole; everything else is drawn from the official training part.
`split` alone needs torch: the draws themselves are of numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.datasets import draws
from core.datasets.split_sizes import thinned_counts
from core.vocabulary.errors import LabError

if TYPE_CHECKING:
    from torch import Tensor

    from core.datasets.loading import DataSet

METHODS = ("random", "stratified", "k-fold")

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Disjoint, ascending int64 indices (n,) into `DataSet.images`; `validation` may be empty."""

    train: Tensor
    validation: Tensor
    test: Tensor


def split(
    dataset: DataSet,
    method: str,
    *,
    validation: float = 0.1,
    folds: int = 5,
    fold: int = 0,
    seed: int = 0,
    train_limit: int | None = None,
    imbalance: float = 1.0,
) -> Split:
    """Splits a data set; the parameters are those of `split_labels`, drawn from the training part alone.

    `imbalance` thins the training part first (`thinned`); the test part stays whole.
    """
    import torch

    labels = dataset.labels[: dataset.train_size].numpy()
    kept = thinned(labels, len(dataset.classes), imbalance)
    train, held_out = split_labels(
        labels[kept],
        method,
        validation=validation,
        folds=folds,
        fold=fold,
        seed=seed,
        train_limit=train_limit,
    )
    return Split(torch.from_numpy(kept[train]), torch.from_numpy(kept[held_out]), torch.arange(dataset.train_size, len(dataset.labels)))


def thinned(labels: ArrayLike, classes: int, imbalance: float) -> Indices:
    """Ascending int64 indices (n,) of a long-tailed choice from `labels` (N,): class 0 whole, the last 1 / `imbalance`.

    Between them the share falls exponentially (Cui et al. 2019, "Class-Balanced Loss"). No draw: of each class the
    first images stay, so that two splits of an unbalanced set differ in nothing but the split.

    >>> thinned([0, 1, 0, 1, 0, 1], classes=2, imbalance=3.0).tolist()
    [0, 1, 2, 4]
    """
    targets = np.asarray(labels)
    counts = np.bincount(targets, minlength=classes).tolist()
    kept = [np.flatnonzero(targets == label)[:count] for label, count in enumerate(thinned_counts(counts, imbalance))]
    return np.sort(np.concatenate(kept))


def split_labels(
    labels: NDArray[Any] | Sequence[int],
    method: str,
    *,
    validation: float = 0.1,
    folds: int = 5,
    fold: int = 0,
    seed: int = 0,
    train_limit: int | None = None,
) -> tuple[Indices, Indices]:
    """(train, validation) as ascending int64 indices into `labels` (n,), for any labels, balanced or not.

    `random` and `stratified` hold out the share `validation` (0 to 0.5; 0 holds out nothing), rounded to
    whole images. `k-fold` holds out part `fold` of `folds` stratified parts instead, and `validation` has
    no say in it. `train_limit` keeps so many of the training images, in proportion to the classes (at
    random for `random`), and cuts the validation part in the same proportion, but to no fewer images than
    there are classes. Raises LabError for impossible values.
    """
    targets = np.asarray(labels)
    _check(targets, method, validation, folds, fold, seed, train_limit)
    if method == "k-fold":
        train, held_out = _fold(targets, folds, fold, seed)
    else:
        train, held_out = _hold_out(targets, validation, seed, stratified=method == "stratified")
    if train_limit is not None:
        train, held_out = _limit(targets, train, held_out, train_limit, seed, stratified=method != "random")
    return np.sort(train), np.sort(held_out)


def _check(
    targets: NDArray[Any],
    method: str,
    share: float,
    folds: int,
    fold: int,
    seed: int,
    train_limit: int | None,
) -> None:
    if method not in METHODS:
        raise LabError(f"unknown split {method!r}; choose one of {', '.join(METHODS)}")
    if targets.ndim != 1 or not len(targets):
        raise LabError(f"labels have the shape {targets.shape}; expected (n,) with at least one")
    if not 0 <= seed < 2**32:
        raise LabError(f"seed is {seed}; expected a whole number from 0 to {2**32 - 1}")
    if method == "k-fold" and folds < 2:
        raise LabError(f"folds is {folds}; expected at least 2")
    if method == "k-fold" and not 0 <= fold < folds:
        raise LabError(f"fold is {fold}; expected 0 to {folds - 1}, since folds is {folds}")
    if method != "k-fold" and not 0 <= share <= 0.5:
        raise LabError(f"validation is {share}; expected a share from 0 to 0.5")
    if train_limit is not None and train_limit < 1:
        raise LabError(f"train_limit is {train_limit}; expected at least 1")


def _hold_out(targets: NDArray[Any], share: float, seed: int, *, stratified: bool) -> tuple[Indices, Indices]:
    everyone = np.arange(len(targets))
    if share == 0:
        return everyone, everyone[:0]
    count = round(len(targets) * share)  # scikit-learn, given a share, would round it up
    _check_hold_out(targets, share, count, stratified)
    return draws.stratified_part(targets, count, seed) if stratified else draws.random_part(len(targets), count, seed)


def _check_hold_out(targets: NDArray[Any], share: float, count: int, stratified: bool) -> None:
    if not 0 < count < len(targets):
        raise LabError(f"validation is {share} of {len(targets)} pictures, which leaves one part empty")
    label, members = _rarest(targets)
    classes = len(np.unique(targets))
    if stratified and members < 2:
        raise LabError(f"class {label} has 1 picture; a stratified split needs at least 2 of each class")
    if stratified and min(count, len(targets) - count) < classes:
        raise LabError(
            f"validation is {share}: {count} of {len(targets)} pictures cannot hold {classes} classes"
        )


def _fold(targets: NDArray[Any], folds: int, fold: int, seed: int) -> tuple[Indices, Indices]:
    label, members = _rarest(targets)
    if members < folds:
        raise LabError(f"folds is {folds}; expected at most {members}, the pictures of class {label}")
    held_out = draws.stratified_folds(targets, folds, seed) == fold
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def _rarest(targets: NDArray[Any]) -> tuple[int, int]:
    """The class with the fewest members, and how many it has."""
    classes, members = np.unique(targets, return_counts=True)
    return int(classes[members.argmin()]), int(members.min())


def _limit(
    targets: NDArray[Any], train: Indices, held_out: Indices, limit: int, seed: int, *, stratified: bool
) -> tuple[Indices, Indices]:
    if limit > len(train):
        raise LabError(f"train_limit is {limit}; expected at most {len(train)}, what is there to train on")
    in_proportion = round(len(held_out) * limit / len(train))
    checked = min(len(held_out), max(in_proportion, len(np.unique(targets))))
    return _draw(targets, train, limit, seed, stratified), _draw(targets, held_out, checked, seed, stratified)


def _draw(targets: NDArray[Any], pool: Indices, count: int, seed: int, stratified: bool) -> Indices:
    """`count` of the indices in `pool`, without replacement."""
    if count == len(pool):
        return pool
    # Not a part with the others beside it: fewer images than there are classes may be left out.
    chosen = draws.stratified_subset(targets[pool], count, seed) if stratified else draws.subset(len(pool), count, seed)
    return pool[chosen]
