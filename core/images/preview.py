"""An image at a resolution, to look at: what core.images.resampling gives with the filter `bilinear`, without torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.images.decoding import Bytes


def at_resolution(image: Bytes, side: int) -> Bytes:
    """uint8 (S, S, C) -> the same reduced to `side` x `side` and restored, as a network gets it."""
    return image if side == len(image) else _resized(_resized(image, side), len(image))


def _resized(image: Bytes, side: int) -> Bytes:
    """uint8 (S, S, C) -> uint8 (side, side, C), rounded to whole levels as an image that is saved."""
    exact = _axis(_axis(image.astype(np.float32), side, 0), side, 1)
    found: Bytes = np.clip(np.rint(exact), 0, 255).astype(np.uint8)
    return found


def _axis(image: NDArray[np.float32], side: int, axis: int) -> NDArray[np.float32]:
    """Along one axis: each new pixel from the two that are nearest to its middle."""
    size = image.shape[axis]
    middle = np.clip((np.arange(side, dtype=np.float32) + 0.5) * (size / side) - 0.5, 0, size - 1)
    low = np.floor(middle).astype(np.intp)
    high = np.minimum(low + 1, size - 1)
    share = (middle - low).astype(np.float32).reshape([-1 if place == axis else 1 for place in range(image.ndim)])
    found: NDArray[np.float32] = np.take(image, low, axis) * (1 - share) + np.take(image, high, axis) * share
    return found
