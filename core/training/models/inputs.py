"""What a network is fed: uint8 images as normalised float tensors, and the precision of its multiplications."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
from torch import Tensor

from core.vocabulary.recipe import Recipe


def autocast(recipe: Recipe) -> AbstractContextManager[object]:
    """Multiplications in the recipe's precision; the weights themselves stay float32."""
    low = {"bfloat16": torch.bfloat16, "float16": torch.float16}.get(recipe.precision)
    return torch.autocast(recipe.device, dtype=low, enabled=low is not None)


def normalise(images: Tensor) -> Tensor:
    """uint8 images of any shape as float32 from -1 (black) to 1 (white): what every network here is fed."""
    return images.float().sub_(127.5).div_(127.5)


def batch_of(images: Tensor) -> Tensor:
    """uint8 (B, H, W, C) as the network's input: float32 (B, C, H, W), channels_last in memory."""
    return normalise(images).permute(0, 3, 1, 2)
