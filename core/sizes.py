"""How many pictures each part of a split will have, by arithmetic: known before any picture is read."""

from __future__ import annotations

from core.errors import LabError
from core.recipe import Recipe
from core.sources import SOURCES


def part_sizes(recipe: Recipe) -> tuple[int, int, int]:
    """(train, validation, test) pictures of the recipe; core.splits draws exactly so many.

    Raises LabError when a part would be too small, or when more pictures are asked for than there are.
    """
    source = SOURCES[recipe.dataset]
    classes = len(source.classes)
    if recipe.split == "k-fold":
        held_out = len(range(recipe.fold, source.train, recipe.folds))
    else:
        held_out = round(source.train * recipe.validation)
    if recipe.validation and recipe.split != "k-fold" and held_out < classes:
        raise LabError(f"validation is {recipe.validation}: {held_out} of {source.train} pictures cannot hold {classes} classes")
    train = source.train - held_out
    if recipe.train_limit is None:
        return train, held_out, source.test
    if recipe.train_limit > train:
        raise LabError(f"train limit is {recipe.train_limit}; {recipe.dataset} has {train} training pictures in this split")
    in_proportion = round(held_out * recipe.train_limit / train)
    return recipe.train_limit, min(held_out, max(in_proportion, classes)), source.test
