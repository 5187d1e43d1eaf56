"""Disjoint, complete, deterministic, in proportion; impossible wishes are refused in one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from core.datasets.loading import DataSet
from core.datasets.splits import METHODS, Split, split, split_labels
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import SPLITS

BALANCED = np.repeat(np.arange(10), 60)
UNBALANCED = np.repeat([0, 1, 2], [500, 80, 20])


def dataset(train: int, test: int, classes: int = 10) -> DataSet:
    """A data set whose pictures do not matter."""
    labels = torch.arange(train + test) % classes
    images = torch.zeros(train + test, 1, 1, 1, dtype=torch.uint8)
    return DataSet("made up", images, labels, tuple(map(str, range(classes))), train, "")


def members(parts: Split) -> list[int]:
    return torch.cat([parts.train, parts.validation, parts.test]).tolist()


def test_the_recipe_names_the_same_methods() -> None:
    assert METHODS == SPLITS


@pytest.mark.parametrize("method", METHODS)
def test_parts_are_disjoint_complete_and_repeatable(method: str) -> None:
    data = dataset(1000, 200)
    parts = split(data, method, seed=3)
    assert sorted(members(parts)) == list(range(1200))
    assert parts.test.tolist() == list(range(1000, 1200)), "the official test part, whole"
    for part in (parts.train, parts.validation, parts.test):
        assert part.dtype == torch.int64 and part.tolist() == sorted(part.tolist())
    assert members(split(data, method, seed=3)) == members(parts)
    assert members(split(data, method, seed=4)) != members(parts)


@pytest.mark.parametrize("method", ["random", "stratified"])
@pytest.mark.parametrize(
    ("train", "share", "held_out"),
    [(50_000, 0.1, 5_000), (60_000, 0.2, 12_000), (60_000, 0.07, 4_200), (1_437, 0.1, 144)],
)
def test_the_held_out_share_is_exact(method: str, train: int, share: float, held_out: int) -> None:
    parts = split(dataset(train, 50), method, validation=share)
    assert (len(parts.train), len(parts.validation)) == (train - held_out, held_out)


@pytest.mark.parametrize("method", ["random", "stratified"])
def test_no_share_trains_on_everything(method: str) -> None:
    parts = split(dataset(100, 20), method, validation=0)
    assert parts.train.tolist() == list(range(100)) and parts.validation.tolist() == []
    assert parts.validation.dtype == torch.int64


def test_stratified_keeps_the_proportions_and_random_does_not() -> None:
    _, held_out = split_labels(UNBALANCED, "stratified", validation=0.1)
    assert np.bincount(UNBALANCED[held_out]).tolist() == [50, 8, 2]
    drawn = [split_labels(UNBALANCED, "random", validation=0.1, seed=seed)[1] for seed in range(5)]
    assert any(np.bincount(UNBALANCED[part], minlength=3).tolist() != [50, 8, 2] for part in drawn)


def test_folds_are_stratified_and_together_everything_once() -> None:
    parts = [split_labels(UNBALANCED, "k-fold", folds=4, fold=fold) for fold in range(4)]
    assert sorted(np.concatenate([held_out for _, held_out in parts]).tolist()) == list(range(600))
    for train, held_out in parts:
        assert sorted([*train.tolist(), *held_out.tolist()]) == list(range(600))
        assert np.bincount(UNBALANCED[held_out]).tolist() == [125, 20, 5]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("limit", [10, 123, 470])
def test_a_limit_shrinks_training_and_validation_in_proportion(method: str, limit: int) -> None:
    whole = split_labels(BALANCED, method, validation=0.2)
    train, held_out = split_labels(BALANCED, method, validation=0.2, train_limit=limit)
    assert len(train) == limit
    assert len(held_out) == max(10, round(120 * limit / 480))
    assert set(train.tolist()) <= set(whole[0].tolist()) and set(held_out.tolist()) <= set(whole[1].tolist())
    if method != "random":
        counts = np.bincount(BALANCED[train], minlength=10)
        assert counts.max() - counts.min() <= 1


def test_a_limit_leaves_the_test_part_whole_and_an_empty_validation_part_empty() -> None:
    parts = split(dataset(500, 90), "stratified", validation=0, train_limit=40)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [40, 0, 90]


@pytest.mark.parametrize("limit", [480, 479, 1])
def test_a_limit_may_be_anything_up_to_all_that_is_left(limit: int) -> None:
    train, _ = split_labels(BALANCED, "stratified", validation=0.2, train_limit=limit)
    assert len(train) == len(set(train.tolist())) == limit


def test_labels_may_be_a_list_a_tensor_or_an_array() -> None:
    ways: list[Any] = [BALANCED, BALANCED.tolist(), torch.from_numpy(BALANCED)]
    assert len({tuple(split_labels(labels, "stratified")[1].tolist()) for labels in ways}) == 1


@pytest.mark.parametrize(
    ("labels", "method", "wish", "message"),
    [
        (BALANCED, "thirds", {}, "unknown split 'thirds'; choose one of random, stratified, k-fold"),
        (BALANCED, "random", {"validation": 0.6}, "validation is 0.6; expected a share from 0 to 0.5"),
        (BALANCED, "random", {"validation": -0.1}, "validation is -0.1"),
        (BALANCED, "random", {"validation": float("nan")}, "validation is nan"),
        (BALANCED, "random", {"validation": 0.0005}, "validation is 0.0005 of 600 pictures"),
        (BALANCED, "stratified", {"validation": 0.01}, "6 of 600 pictures cannot hold 10 classes"),
        (np.array([0, 0, 0, 1]), "stratified", {"validation": 0.5}, "class 1 has 1 picture"),
        (BALANCED, "k-fold", {"folds": 1}, "folds is 1; expected at least 2"),
        (BALANCED, "k-fold", {"folds": 5, "fold": 5}, "fold is 5; expected 0 to 4"),
        (BALANCED, "k-fold", {"fold": -1}, "fold is -1; expected 0 to 4"),
        (UNBALANCED, "k-fold", {"folds": 21}, "folds is 21; expected at most 20, the pictures of class 2"),
        (BALANCED, "stratified", {"train_limit": 541}, "train_limit is 541; expected at most 540"),
        (BALANCED, "random", {"train_limit": 0}, "train_limit is 0; expected at least 1"),
        (BALANCED, "random", {"train_limit": -5}, "train_limit is -5"),
        (BALANCED, "random", {"seed": -1}, "seed is -1; expected a whole number from 0"),
        (BALANCED, "random", {"seed": 2**32}, "seed is 4294967296"),
        (np.array([]), "random", {}, "labels have the shape (0,)"),
        (BALANCED.reshape(2, -1), "random", {}, "labels have the shape (2, 300)"),
    ],
)
def test_impossible_wishes_are_refused(labels: Any, method: str, wish: dict[str, Any], message: str) -> None:
    with pytest.raises(LabError) as error:
        split_labels(labels, method, **wish)
    assert message in str(error.value) and "\n" not in str(error.value)
