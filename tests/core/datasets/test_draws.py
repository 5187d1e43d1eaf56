"""The draws are scikit-learn's, index by index."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.model_selection import StratifiedKFold, train_test_split  # type: ignore[import-untyped]
from sklearn.utils import resample  # type: ignore[import-untyped]

from core.datasets import draws

BALANCED = np.arange(600) % 10
UNBALANCED = np.random.RandomState(7).permutation(np.repeat([4, 0, 9], [401, 83, 17]))
SEEDS = (0, 1, 41, 2**32 - 1)
CASES = [(labels, seed) for labels in (BALANCED, UNBALANCED) for seed in SEEDS]


@pytest.mark.parametrize(("labels", "seed"), CASES)
@pytest.mark.parametrize("count", [10, 77, 250])
def test_parts_are_those_of_train_test_split(labels: npt.NDArray[np.int64], seed: int, count: int) -> None:
    everyone = np.arange(len(labels))
    for ours, strata in ((draws.random_part(len(labels), count, seed), None), (draws.stratified_part(labels, count, seed), labels)):
        theirs = train_test_split(everyone, test_size=count, stratify=strata, random_state=seed)
        assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]


@pytest.mark.parametrize(("labels", "seed"), CASES)
@pytest.mark.parametrize("folds", [2, 5, 17])
def test_folds_are_those_of_stratified_k_fold(labels: npt.NDArray[np.int64], seed: int, folds: int) -> None:
    ours = draws.stratified_folds(labels, folds, seed)
    theirs = StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    assert [np.flatnonzero(ours == fold).tolist() for fold in range(folds)] == [held_out.tolist() for _, held_out in theirs]


@pytest.mark.parametrize(("labels", "seed"), CASES)
@pytest.mark.parametrize("count", [1, 100, 499])
def test_subsets_are_those_of_resample(labels: npt.NDArray[np.int64], seed: int, count: int) -> None:
    everyone = np.arange(len(labels))
    for ours, strata in ((draws.subset(len(labels), count, seed), None), (draws.stratified_subset(labels, count, seed), labels)):
        assert ours.tolist() == resample(everyone, replace=False, n_samples=count, stratify=strata, random_state=seed).tolist()
