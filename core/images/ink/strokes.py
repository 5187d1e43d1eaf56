"""How thick strokes are, and how thin ones are thickened before an image is reduced."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.images.decoding import Bytes

Mask = npt.NDArray[np.bool_]


def thickness(ink: Mask) -> float:
    """bool (H, W) -> the typical thickness of its strokes in pixels: twice the distance to the edge along their middles."""
    from scipy import ndimage  # type: ignore[import-untyped]

    if not ink.any():
        return 0.0
    inside = ndimage.distance_transform_edt(np.pad(ink, 1))
    ridge = inside[(inside == ndimage.maximum_filter(inside, 3)) & (inside > 0)]
    return float(2 * np.median(ridge) - 1)


def thickened(image: Bytes, by: float) -> Bytes:
    """uint8 (H, W, 1), light ink on black -> (H + 2m, W + 2m, 1), its strokes thicker by `by` pixels: each pixel gets the
    lightest within half of it. The image grows by that much on each side."""
    from scipy import ndimage

    radius = by / 2
    reach = int(np.ceil(radius))
    away = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1])
    wide = np.pad(image[:, :, 0], reach)
    found: Bytes = ndimage.maximum_filter(wide, footprint=away <= radius + 0.25)[:, :, None]
    return found
