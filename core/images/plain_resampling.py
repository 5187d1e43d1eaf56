"""`at_resolution` of core/images/resampling.py with numpy alone, for pages that show what a network saw.

Each filter is linear and treats rows and columns alike, so a resize is one matrix of weights, applied along both axes; the
rounding is the same. A level may differ by 1 where a sum lies between two levels, for the order of the additions differs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.images.decoding import Bytes
from core.vocabulary.errors import LabError

Weights = NDArray[np.float64]
CUBIC = -0.75
"""The parameter of the cubic kernel, as in PyTorch (Keys 1981 calls it a)."""


def at_resolution(images: Bytes, side: int, filter: str) -> Bytes:
    """uint8 (N, C, S, S) as they look at `side` x `side`: reduced, then restored by the same filter. LabError for an unknown filter."""
    return resized(resized(images, side, filter), images.shape[-1], filter)


def resized(images: Bytes, side: int, filter: str) -> Bytes:
    """uint8 (N, C, S, S) -> (N, C, side, side); at their own side the images themselves. LabError for an unknown filter."""
    if side == images.shape[-1]:
        return images
    weights = _weights(images.shape[-1], side, filter)
    exact = weights @ images.astype(np.float64) @ weights.T
    return np.clip(np.rint(exact), 0, 255).astype(np.uint8)


@lru_cache(maxsize=64)
def _weights(size: int, side: int, filter: str) -> Weights:
    """float64 (side, size): the share of each old pixel in each new one; each row sums to 1."""
    makers = {"nearest": _nearest, "area": _area, "bilinear": _bilinear, "bicubic": _bicubic, "bilinear-antialias": _antialias}
    if filter not in makers:
        raise LabError(f"unknown filter {filter!r}; choose one of {', '.join(makers)}")
    return makers[filter](size, side)


def _nearest(size: int, side: int) -> Weights:
    weights = np.zeros((side, size))
    for place in range(side):
        weights[place, min(size - 1, int(place * (size / side)))] = 1
    return weights


def _area(size: int, side: int) -> Weights:
    weights = np.zeros((side, size))
    for place in range(side):
        first, last = place * size // side, -(-(place + 1) * size // side)
        weights[place, first:last] = 1 / (last - first)
    return weights


def _bilinear(size: int, side: int) -> Weights:
    weights = np.zeros((side, size))
    for place in range(side):
        at = max(0.0, (place + 0.5) * size / side - 0.5)
        first = min(int(at), size - 1)
        weights[place, first] += 1 - (at - first)
        weights[place, min(first + 1, size - 1)] += at - first
    return weights


def _bicubic(size: int, side: int) -> Weights:
    weights = np.zeros((side, size))
    for place in range(side):
        at = (place + 0.5) * size / side - 0.5
        first = int(np.floor(at))
        for neighbour in range(first - 1, first + 3):
            weights[place, min(max(neighbour, 0), size - 1)] += _cubic(abs(at - neighbour))
    return weights


def _cubic(distance: float) -> float:
    if distance <= 1:
        return ((CUBIC + 2) * distance - (CUBIC + 3)) * distance**2 + 1
    return CUBIC * (((distance - 5) * distance + 8) * distance - 4) if distance < 2 else 0.0


def _antialias(size: int, side: int) -> Weights:
    """A triangle over all pixels under the new one; of the width of two pixels at least."""
    weights, scale = np.zeros((side, size)), size / side
    support = max(scale, 1.0)
    for place in range(side):
        middle = scale * (place + 0.5)
        first, last = max(0, int(middle - support + 0.5)), min(size, int(middle + support + 0.5))
        under = np.arange(first, last) + 0.5 - middle
        weights[place, first:last] = np.maximum(0, 1 - np.abs(under) / support)
    shares: Weights = weights / weights.sum(axis=1, keepdims=True)
    return shares
