"""The printed lines of a sheet: found as what is thin, straight and longer than any stroke, and taken out of the ink."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]

LENGTH = 0.4
"""Of the longest side of the image: a stroke of a digit is shorter, or thicker."""
FILLED = 0.75
"""Of that length so much must be ink: a faint line has gaps."""
THICK = 0.012
"""Of the longest side of the image: a printed line is thinner."""
WHOLE = 0.8
"""A single line counts where it reaches so far across the image; of three or more each counts."""
MOST_POINTS = 20_000
"""So much ink tells the slope of the lines."""
STEEPEST, ANGLES = 0.12, 49
"""The slopes that are tried, to either side of level and upright (7 degrees: a sheet that lies crooked)."""


def without_lines(ink: Mask) -> Mask:
    """bool (H, W) -> the same without long thin lines, level or upright or nearly so. Where ink crosses one, it stays."""
    return ink & ~_level_lines(ink) & ~_level_lines(ink.T).T


def _level_lines(ink: Mask) -> Mask:
    from scipy import ndimage  # type: ignore[import-untyped]

    height, width = ink.shape
    longest = max(height, width)
    length = round(LENGTH * longest)
    if length > width or (slope := _slope(ink, FILLED * length)) is None:
        return np.zeros_like(ink)
    rows, columns = _sheared_rows(ink.shape, slope), np.arange(width)
    straight = ink[rows, columns].astype(np.uint8)
    wide = ndimage.maximum_filter1d(straight, 3, axis=0)  # a line is not quite straight
    share = ndimage.uniform_filter1d(wide.astype(np.float32), length, axis=1, mode="constant")
    lines = ndimage.maximum_filter1d((share > FILLED).astype(np.uint8), length, axis=1) & straight
    thickness = max(3, round(THICK * longest)) + 1
    thick = ndimage.maximum_filter1d(ndimage.minimum_filter1d(straight, thickness, axis=0), thickness, axis=0, origin=-1 if thickness % 2 == 0 else 0)
    found = np.zeros_like(ink)
    found[rows, columns] = _far_reaching((lines & ~thick).astype(bool))
    return found & ink


def _far_reaching(lines: Mask) -> Mask:
    """Of the lines those that are at least three, or that go across the whole image."""
    from scipy import ndimage

    joined, _ = ndimage.label(ndimage.maximum_filter(lines, (3, 9)), np.ones((3, 3)))
    boxes = ndimage.find_objects(joined)
    long = [number for number, box in enumerate(boxes, 1) if box[1].stop - box[1].start >= LENGTH * FILLED * lines.shape[1]]
    if len(long) < 3:
        long = [number for number in long if boxes[number - 1][1].stop - boxes[number - 1][1].start >= WHOLE * lines.shape[1]]
    found: Mask = lines & np.isin(joined, long)
    return found


def _slope(ink: Mask, least: float) -> float | None:
    """The slope at which the ink gathers into the fewest rows; None where no three rows together hold `least` of it."""
    down, along = np.nonzero(ink)
    if len(down) < least:
        return None
    keep = slice(None, None, max(1, len(down) // MOST_POINTS))
    share = len(down) / len(down[keep])
    down, along = down[keep], along[keep]
    slopes = np.linspace(-STEEPEST, STEEPEST, ANGLES)
    margin = round(STEEPEST * ink.shape[1]) + 1
    rows = [np.bincount((down - along * slope + (margin + 0.5)).astype(np.intp), minlength=3).astype(np.float64) for slope in slopes]
    best = int(np.argmax([float((count**2).sum()) for count in rows]))
    fullest = float(np.convolve(rows[best], np.ones(3)).max()) * share
    return float(slopes[best]) if fullest >= least else None


def _sheared_rows(shape: tuple[int, ...], slope: float) -> npt.NDArray[np.intp]:
    """(H, W): which row of the image is at each place once lines of that slope are level; rows that leave come in again."""
    height, width = shape
    shift = np.rint(np.arange(width) * slope).astype(np.intp)
    rows: npt.NDArray[np.intp] = (np.arange(height)[:, None] + shift) % height
    return rows
