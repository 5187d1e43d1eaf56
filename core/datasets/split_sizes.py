"""How many images each part of a split will have, by arithmetic: known before any image is read."""

from __future__ import annotations

from collections.abc import Sequence

from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe
from core.vocabulary.sources import source_of

CHECKED_TRAINING_IMAGES = 1_000
"""The first training images, which are looked at without dropout after each epoch; fewer where there are fewer."""
MEASURED_BATCH = 512
"""Images of a batch with which the speed is measured, at most: more are hardly quicker, and take memory in proportion."""


def part_sizes(recipe: Recipe) -> tuple[int, int, int]:
    """(train, validation, test) images of the recipe; core.datasets.splits draws exactly so many.

    Raises LabError when a part would be too small, or when more images are asked for than there are.
    """
    source = source_of(recipe.dataset)
    classes = len(source.classes)
    counts = thinned_counts(source.train_counts, recipe.imbalance)
    whole = sum(counts)
    _check_rarest(recipe, min(counts), source.classes[counts.index(min(counts))])
    if recipe.split == "k-fold":
        held_out = len(range(recipe.fold, whole, recipe.folds))
    else:
        held_out = round(whole * recipe.validation)
    if recipe.validation and recipe.split != "k-fold" and held_out < classes:
        raise LabError(f"validation is {recipe.validation}: {held_out} of {whole} pictures cannot hold {classes} classes")
    train = whole - held_out
    if recipe.train_limit is None:
        return train, held_out, source.test
    if recipe.train_limit > train:
        raise LabError(f"train limit is {recipe.train_limit}; {recipe.dataset} has {train} training pictures in this split")
    in_proportion = round(held_out * recipe.train_limit / train)
    return recipe.train_limit, min(held_out, max(in_proportion, classes)), source.test


def _check_rarest(recipe: Recipe, members: int, label: str) -> None:
    """Raises LabError where the class with the fewest images has too few of them for the split."""
    if recipe.split == "k-fold" and members < recipe.folds:
        raise LabError(f"folds is {recipe.folds}; expected at most {members}, the training pictures of class {label}")
    if recipe.split == "stratified" and recipe.validation and members < 2:
        raise LabError(f"class {label} has 1 training picture; a stratified split needs at least 2 of each class")


def thinned_counts(counts: Sequence[int], imbalance: float) -> list[int]:
    """How many images of each class stay: all of the first, 1 / `imbalance` of the last, at least one.

    >>> thinned_counts([100, 100, 100], imbalance=25.0)
    [100, 20, 4]
    """
    last = max(1, len(counts) - 1)
    return [max(1, round(count * imbalance ** (-place / last))) for place, count in enumerate(counts)]
