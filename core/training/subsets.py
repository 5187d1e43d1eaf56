"""The images of a run: split, brought to the recipe's resolution, and on the device, whole, before the first step."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from core.datasets.loading import DataSet
from core.datasets.splits import split
from core.images.resampling import at_resolution
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Tick


@dataclass(frozen=True)
class Subset:
    """Images uint8 (N, H, W, C) and labels int64 (N,), on the device."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> Subset:
        """The first `count` images with their labels."""
        return Subset(self.images[:count], self.labels[:count])


@dataclass(frozen=True)
class Subsets:
    """The parts of a data set that a run trains on, validates with and is tested on."""
    train: Subset
    validation: Subset
    test: Subset
    validation_indices: Tensor
    """int64 (N,), ascending, into the data set; on the host."""


def make_subsets(recipe: Recipe, data: DataSet) -> Generator[Tick, None, Subsets]:
    """Splits the data set, brings it to the recipe's resolution and puts it on the device, whole."""
    chosen = split(data, recipe.split, validation=recipe.validation, folds=recipe.folds, fold=recipe.fold,
                   seed=recipe.split_seed, train_limit=recipe.train_limit, imbalance=recipe.imbalance)  # fmt: skip
    parts = []
    for indices in (chosen.train, chosen.validation, chosen.test):
        images = []
        for chunk in torch.split(indices, 5_000):
            yield Tick("loading", 0)
            resampled = at_resolution(data.images[chunk], recipe.resolution or data.shape[1], recipe.filter)
            images.append(resampled.permute(0, 2, 3, 1).contiguous())  # (N, H, W, C): a batch is channels_last as it is
        whole = torch.cat(images) if images else data.images[:0].permute(0, 2, 3, 1)
        parts.append(Subset(whole.to(recipe.device), data.labels[indices].to(recipe.device)))
    train, validation, test = parts
    return Subsets(train, validation, test, chosen.validation)
