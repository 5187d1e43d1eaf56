"""The sizes that are promised are the sizes that are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import datasets
from core.errors import LabError
from core.recipe import Recipe
from core.sizes import part_sizes
from core.splits import split


@pytest.mark.parametrize("changes", [
    {}, {"validation": 0.0}, {"validation": 0.37, "split": "random"}, {"split": "k-fold"}, {"split": "k-fold", "folds": 7, "fold": 3},
    {"train_limit": 100}, {"train_limit": 10, "validation": 0.01}, {"split": "k-fold", "folds": 4, "fold": 3, "train_limit": 501},
])  # fmt: skip
def test_promised_sizes_are_drawn(changes: dict[str, object], tmp_path: Path) -> None:
    recipe = Recipe().changed(**changes)
    drawn = split(datasets.load("digits", tmp_path), recipe.split, validation=recipe.validation, folds=recipe.folds,
                  fold=recipe.fold, seed=0, train_limit=recipe.train_limit)  # fmt: skip
    assert part_sizes(recipe) == (len(drawn.train), len(drawn.validation), len(drawn.test))


def test_the_sizes_of_the_report() -> None:
    assert part_sizes(Recipe(dataset="fashion-mnist", network="arc2", validation=0.2)) == (48_000, 12_000, 10_000)
    assert part_sizes(Recipe(dataset="cifar10", network="report", validation=0.1)) == (45_000, 5_000, 10_000)


@pytest.mark.parametrize(("changes", "says"), [
    ({"validation": 0.001}, "cannot hold 10 classes"), ({"train_limit": 1_400}, "train limit is 1400; digits has 1293"),
])  # fmt: skip
def test_parts_that_cannot_be_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(LabError, match=says):
        part_sizes(Recipe().changed(**changes))
