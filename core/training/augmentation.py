"""Augmentation: the random changes of the training images, drawn anew in each epoch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core.images.resampling import at_resolution
from core.vocabulary.recipe import Recipe


class Augmentation:
    """The random changes of one epoch's images, all drawn at its beginning, so that no step waits for a draw.

    `flip`: left and right exchanged, for every second image on average; `flip+shift` also moves the image by
    up to an eighth of its side each way, black moving in. `mixed`: each image at a resolution drawn from
    `study_sides`, each as likely.
    """

    def __init__(self, recipe: Recipe, count: int, side: int, generator: torch.Generator) -> None:
        kinds = recipe.augment.split("+")
        self.filter, self.device = recipe.filter, recipe.device
        self.reach = side // 8 if "shift" in kinds else 0
        flips = torch.rand(count, generator=generator).lt(0.5)
        moves = torch.randint(0, 2 * self.reach + 1, (2, count), generator=generator)
        sides = study_sides(side)
        drawn = torch.randint(0, len(sides), (count,), generator=generator)
        self.flips = flips.to(recipe.device) if "flip" in kinds else None
        self.moves = moves.to(recipe.device) if self.reach else None
        self.blurs = [(s, drawn == place) for place, s in enumerate(sides) if s != side] if "mixed" in kinds else []

    def __call__(self, images: Tensor, first: int) -> Tensor:
        """Images uint8 (B, H, W, C), the ones from place `first` of the epoch's order, changed."""
        batch = slice(first, first + len(images))
        if self.flips is not None:
            images = torch.where(self.flips[batch, None, None, None], images.flip(2), images)
        if self.moves is not None:
            down, right = self.moves[:, batch]
            padded = F.pad(images, (0, 0, self.reach, self.reach, self.reach, self.reach))
            rows = down[:, None] + torch.arange(images.shape[1], device=images.device)
            columns = right[:, None] + torch.arange(images.shape[2], device=images.device)
            which = torch.arange(len(images), device=images.device)[:, None, None]
            images = padded[which, rows[:, :, None], columns[:, None, :]]
        for side, chosen in self.blurs:
            places = self._on_device(chosen[batch].nonzero().squeeze(1))  # drawn on the host
            blurred = at_resolution(images[places].permute(0, 3, 1, 2), side, self.filter)
            images[places] = blurred.permute(0, 2, 3, 1)
        return images

    def _on_device(self, places: Tensor) -> Tensor:
        """Without waiting for the device: CUDA copies from pinned memory by itself."""
        return places.pin_memory().to(self.device, non_blocking=True) if self.device == "cuda" else places.to(self.device)


def study_sides(side: int) -> tuple[int, ...]:
    """The four resolutions of the studies: the original, three quarters, a half and a quarter of it.

    >>> study_sides(32), study_sides(28)
    ((32, 24, 16, 8), (28, 21, 14, 7))
    """
    return side, side * 3 // 4, side // 2, side // 4


AUGMENTS = ("none", "flip", "flip+shift", "mixed", "flip+mixed")
