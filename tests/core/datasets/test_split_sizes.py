"""The sizes that are promised are the sizes that are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.datasets import loading
from core.datasets.split_sizes import part_sizes
from core.datasets.splits import split
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe


@pytest.mark.parametrize("changes", [
    {}, {"validation": 0.0}, {"validation": 0.37, "split": "random"}, {"split": "k-fold"}, {"split": "k-fold", "folds": 7, "fold": 3},
    {"imbalance": 40.0}, {"imbalance": 1000.0, "split": "random"}, {"imbalance": 1000.0, "validation": 0.0}, {"imbalance": 20.0, "split": "k-fold"},
    {"train_limit": 100}, {"train_limit": 10, "validation": 0.01}, {"split": "k-fold", "folds": 4, "fold": 3, "train_limit": 501},
])  # fmt: skip
def test_promised_sizes_are_drawn(changes: dict[str, object], tmp_path: Path) -> None:
    recipe = Recipe().changed(**changes)
    drawn = split(loading.load("digits", tmp_path), recipe.split, validation=recipe.validation, folds=recipe.folds,
                  fold=recipe.fold, seed=0, train_limit=recipe.train_limit, imbalance=recipe.imbalance)  # fmt: skip
    assert part_sizes(recipe) == (len(drawn.train), len(drawn.validation), len(drawn.test))


def test_the_sizes_of_the_report() -> None:
    assert part_sizes(Recipe(dataset="fashion-mnist", network="arc2", validation=0.2)) == (48_000, 12_000, 10_000)
    assert part_sizes(Recipe(dataset="cifar10", network="report", validation=0.1)) == (45_000, 5_000, 10_000)


@pytest.mark.parametrize(("changes", "says"), [
    ({"validation": 0.001}, "cannot hold 10 classes"), ({"train_limit": 1_400}, "train limit is 1400; digits has 1293"),
    ({"imbalance": 1000.0}, "class 6 has 1 training picture"), ({"split": "k-fold", "imbalance": 100.0}, "folds is 5; expected at most 1"),
])  # fmt: skip
def test_parts_that_cannot_be_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(LabError, match=says):
        part_sizes(Recipe().changed(**changes))


@pytest.mark.parametrize("split_method", ["random", "stratified", "k-fold"])
@pytest.mark.parametrize("imbalance", [1.0, 50.0, 90.0, 100.0, 1000.0])
@pytest.mark.parametrize("validation", [0.0, 0.1, 0.5])
def test_what_is_not_refused_here_can_be_split(split_method: str, imbalance: float, validation: float, tmp_path: Path) -> None:
    recipe = Recipe(split=split_method, imbalance=imbalance, validation=validation)
    images = loading.load("digits", tmp_path)
    try:
        promised = part_sizes(recipe)
    except LabError:
        with pytest.raises(LabError):
            split(images, split_method, validation=validation, imbalance=imbalance)
        return
    drawn = split(images, split_method, validation=validation, imbalance=imbalance)
    assert promised == (len(drawn.train), len(drawn.validation), len(drawn.test))
