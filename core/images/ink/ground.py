"""What a drawing lies on: paper, board or screen, with its light, shadows and edges, estimated from the image alone.

The ground at a place is the median of a wide neighbourhood. Ink covers less than half of it, so the median does not
follow ink, whatever the colour or the thickness of the pen, but it follows light that falls off, and steps to another
value where a sheet ends or a shadow begins. It is computed on an image of CELLS cells, for it has no fine detail.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.images.decoding import Bytes

Map = npt.NDArray[np.float32]

CELLS = 96
"""Cells along the longest side of the image in which the ground is looked for."""
EVEN = 6
"""Shades by which the border of an even ground may differ."""
REACHES = (17, 8, 48)
"""Cells from the middle of a neighbourhood to its edge, in the order in which they are tried: a third of the image across
suits most; a sixth a small sheet on another ground; all of it a drawing that fills the image."""
LOOKED_AT = 13
"""Of each row and column of a neighbourhood so many cells are looked at: the median is the same, and quickly found."""


def even(image: Bytes) -> tuple[Map, Map] | None:
    """The same of an image whose border has one colour, as of a drawing program: that colour. None for another image."""
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    if np.ptp(np.quantile(border, (0.02, 0.98), axis=0), axis=0).max() > EVEN:
        return None
    level = np.broadcast_to(np.median(border, axis=0).astype(np.float32), image.shape)
    return level, level


def ground(image: Bytes, reach: int) -> tuple[Map, Map]:
    """uint8 (H, W, C) -> the darkest and the lightest that the ground is nearby, float32 (H, W, C), 0 ... 255.

    Between the two nothing can be told from the ground. They differ only where it changes: at the edge of a sheet.
    """
    from scipy import ndimage  # type: ignore[import-untyped]

    height, width, channels = image.shape
    scale = min(1.0, CELLS / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    low, high = np.empty(image.shape, np.float32), np.empty(image.shape, np.float32)
    for channel in range(channels):
        cells = np.asarray(Image.fromarray(image[:, :, channel]).resize(size, Image.Resampling.BOX)).astype(np.float32)
        level = _refined(cells, _median(cells, reach))
        low[:, :, channel] = _enlarged(ndimage.minimum_filter(level, 3), (width, height))
        high[:, :, channel] = _enlarged(ndimage.maximum_filter(level, 3), (width, height))
    return low, high


def _median(cells: Map, reach: int) -> Map:
    """(h, w) -> the median of each neighbourhood; beyond its border the image is mirrored."""
    around = np.pad(cells, reach, mode="symmetric")
    step = max(1, (2 * reach + 1) // LOOKED_AT)
    windows = np.lib.stride_tricks.sliding_window_view(around, (2 * reach + 1, 2 * reach + 1))[:, :, ::step, ::step]
    found: Map = np.median(windows.reshape(*cells.shape, -1), axis=2).astype(np.float32)
    return found


def _refined(cells: Map, level: Map) -> Map:
    """The level follows a narrow shadow too: what differs little from it, and so is no ink, is added, smoothed."""
    from scipy import ndimage

    rest = cells - level
    spread = 1.5 * float(np.median(np.abs(rest))) + 1.0
    plain = (np.abs(rest) < 3 * spread).astype(np.float32)
    weight: Any = ndimage.gaussian_filter(plain, 3)
    found: Map = level + ndimage.gaussian_filter(rest * plain, 3) / np.maximum(weight, 0.2)
    return found


def _enlarged(cells: Map, size: tuple[int, int]) -> Map:
    return np.asarray(Image.fromarray(cells).resize(size, Image.Resampling.BILINEAR))
