"""What is written: the pieces of ink in an image, which of them belong together, and which group is the drawing.

A piece is what hangs together. Pieces that nearly touch are one drawing (a five often has its bar apart). Of the drawings
the one that is largest and strongest counts; what leaves the image at its edge (a table, a finger, a frame) counts little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.images.decoding import Bytes
from core.images.ink.strokes import thickness

Mask = npt.NDArray[np.bool_]
Map = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]
Box = tuple[slice, slice]

MOST = 40
"""So many pieces are looked at, the largest."""
SPECK = 0.008
"""Of the longest side of the image: what is smaller is dirt."""
MAIN = 0.5
"""A piece at least so large beside the largest of a drawing could be a drawing itself."""
NEAR = 0.3
"""Of the larger one's size: a small piece that is no farther away, nor much farther than it is large, belongs to it."""
BESIDE, TOUCHING, STACKED = 0.06, 0.15, 0.5
"""Of what two large pieces measure together: farther apart they are two drawings. Those that stand side by side, those that
do not, and those one above the other of which one is flat, like the bar of a five."""
WHOLE, FRAGMENTS = 0.6, 12
"""Of its size: so far around a drawing, and so many, other pieces of ink may be its own where there are none elsewhere."""
PART = 0.75
"""Two pieces of which each is smaller than this share of both together, which stand upright, are parts of one."""
WIDEST = 1.8
"""Of its height: no digit is wider, but a line of text is."""
FLAT = 1.25
"""A digit is higher than wide by this; a part of one need not be."""
ACROSS = 0.97
"""What reaches over so much of the image and touches its border is the edge of something."""
REACH, SOFT, EDGE = 3, 16, 0.4
"""Within so many pixels of an outline, or such a part of the drawing, the image must change by so much of the ink's contrast."""
SHEET = 0.9
"""Of the smallest rectangle around it: what fills so much is a rectangle itself."""
NARROW = 0.45
"""Of its length: a narrower rectangle may be a one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Ink that hangs together, or several such that belong together."""

    numbers: tuple[int, ...]
    """In the array of labels."""
    box: Box
    area: int
    contrast: float
    """The strength that nine tenths of its ink do not exceed, 0 ... 255."""
    contact: float
    """How much of its own size it touches the image's border."""

    @property
    def size(self) -> int:
        """The longer side of its box in pixels."""
        return max(int(part.stop) - int(part.start) for part in self.box)


def separated(ink: Mask, strength: Map) -> tuple[Labels, list[Piece]]:
    """Labels int32 (H, W), 0 for none, and what hangs together, without specks and frames."""
    from scipy import ndimage  # type: ignore[import-untyped]

    labels, _ = ndimage.label(ink, np.ones((3, 3)))
    smallest = max(3, SPECK * max(ink.shape))
    found = []
    large = [(max(part.stop - part.start for part in box), number, box) for number, box in enumerate(ndimage.find_objects(labels), 1)]
    for size, number, box in sorted(large, key=lambda piece: -piece[0])[:MOST]:
        if size < smallest:
            break
        own = labels[box] == number
        piece = Piece((number,), box, int(own.sum()), float(np.quantile(strength[box][own], 0.9)), _contact(own, box, ink.shape))
        if not is_frame(own):
            found.append(piece)
    return labels, found


def _contact(own: Mask, box: Box, shape: tuple[int, ...]) -> float:
    rows, columns = box
    sides = ((rows.start == 0, own[0]), (rows.stop == shape[0], own[-1]), (columns.start == 0, own[:, 0]), (columns.stop == shape[1], own[:, -1]))
    return float(sum(int(side.sum()) for touches, side in sides if touches) / max(own.shape))


def is_frame(own: Mask) -> bool:
    """Whether a piece, cut out, is an empty frame: ink along all four sides to the corners, hardly any within."""
    height, width = own.shape
    if min(height, width) < 12:
        return False
    edge = max(2, min(height, width) // 8)
    sides = (own[:edge].any(0), own[-edge:].any(0), own[:, :edge].any(1), own[:, -edge:].any(1))
    around = all(side.mean() > 0.85 for side in sides)
    corners = all(corner.any() for corner in (own[:edge, :edge], own[:edge, -edge:], own[-edge:, :edge], own[-edge:, -edge:]))
    return bool(around and corners and own[edge:-edge, edge:-edge].mean() < 0.1)


def joined(found: list[Piece]) -> list[Piece]:
    """The pieces that belong together as one, the largest first."""
    while True:
        drawings: list[Piece] = []
        for piece in sorted(found, key=lambda piece: -piece.size):
            for place, other in enumerate(drawings):
                if _belongs(piece, other):
                    drawings[place] = _union(other, piece)
                    break
            else:
                drawings.append(piece)
        if len(drawings) == len(found):
            return drawings
        found = drawings


def completed(drawing: Piece, found: list[Piece]) -> Piece:
    """A drawing with all other pieces, where all of them are small and lie around it: a thin pen leaves a broken line, and
    there is nothing else on the sheet. Else the drawing."""
    rest = [piece for piece in found if not set(piece.numbers) <= set(drawing.numbers)]
    room = [(part.start - WHOLE * drawing.size, part.stop + WHOLE * drawing.size) for part in drawing.box]
    own = all(
        piece.size < MAIN * drawing.size
        and not piece.contact
        and 0.3 < piece.contrast / drawing.contrast < 3
        and all(start <= part.start and part.stop <= stop for (start, stop), part in zip(room, piece.box, strict=True))
        for piece in rest
    )
    if own and len(rest) <= FRAGMENTS:
        for piece in rest:
            drawing = _union(drawing, piece)
    return drawing


def _belongs(piece: Piece, other: Piece) -> bool:
    if piece.contact > 0.3 or other.contact > 0.3 or not 0.4 < piece.contrast / max(other.contrast, 1) < 2.5:
        return False
    rows, columns = _around(piece.box, other.box)
    if columns.stop - columns.start > WIDEST * (rows.stop - rows.start):
        return False
    away = _distance(piece.box, other.box)
    if piece.size <= MAIN * other.size:
        return away <= min(NEAR * other.size, 0.6 * piece.size + 0.03 * other.size)
    whole = max(rows.stop - rows.start, columns.stop - columns.start)
    upright = rows.stop - rows.start > 0.9 * whole and max(piece.size, other.size) < PART * whole
    if (upright or _shared(piece.box[1], other.box[1]) > 0.5) and min(map(_tallness, (piece, other))) < FLAT:
        return bool(away <= STACKED * whole)
    return bool(away <= (BESIDE if _shared(piece.box[0], other.box[0]) > 0.7 else TOUCHING) * whole)


def _tallness(piece: Piece) -> float:
    rows, columns = piece.box
    return float((rows.stop - rows.start) / (columns.stop - columns.start))


def _shared(one: slice, other: slice) -> float:
    """How much of the shorter of two stretches lies beside the other, 0 ... 1."""
    both = min(one.stop, other.stop) - max(one.start, other.start)
    return float(max(0.0, both / min(one.stop - one.start, other.stop - other.start)))


def _around(one: Box, other: Box) -> Box:
    rows, columns = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True))
    return rows, columns


def _distance(one: Box, other: Box) -> float:
    gaps = [max(0, a.start - b.stop, b.start - a.stop) for a, b in zip(one, other, strict=True)]
    return float(np.hypot(*gaps))


def _union(one: Piece, other: Piece) -> Piece:
    area = one.area + other.area
    contrast = (one.contrast * one.area + other.contrast * other.area) / area
    return Piece((*one.numbers, *other.numbers), _around(one.box, other.box), area, contrast, max(one.contact, other.contact))


def score(piece: Piece, labels: Labels) -> float:
    """How much a group of pieces is like a drawing: large, strong, made of strokes, not cut off by the image's border."""
    own = np.isin(labels[piece.box], piece.numbers)
    stroke = float(np.clip((0.7 - thickness(own) / piece.size) / 0.25, 0.05, 1))
    inside = 1 / (1 + 8 * max(0.0, piece.contact - 0.05))
    across = any(part.stop - part.start >= ACROSS * side for part, side in zip(piece.box, labels.shape, strict=True))
    size = (piece.size / max(labels.shape)) ** 0.75
    kind = (0.3 if across and piece.contact > 0.02 else 1) * (0.05 if is_sheet(own) else 1)
    return float(piece.contrast * size * stroke * inside * kind)


def edged(piece: Piece, labels: Labels, image: Bytes, away: Map) -> float:
    """How much of a group's outline is an edge in the image, 0 ... 1: ink has one all around, a shadow or a corner of the
    ground that was not understood has not. `away` (H, W): how far each pixel is from the ground."""
    from scipy import ndimage

    reach = max(REACH, piece.size // SOFT)
    rows, columns = (slice(max(0, part.start - reach), part.stop + reach) for part in piece.box)
    own = np.isin(labels[rows, columns], piece.numbers)
    smooth = ndimage.uniform_filter(image[rows, columns].astype(np.float32), (3, 3, 1))
    window = (2 * reach + 1, 2 * reach + 1, 1)
    step = (ndimage.maximum_filter(smooth, window) - ndimage.minimum_filter(smooth, window)).max(axis=2)
    outline = own & ~ndimage.binary_erosion(own, np.ones((3, 3)), border_value=1)
    if not outline.any():
        return 1.0
    return float((step[outline] > EDGE * float(np.quantile(away[rows, columns][own], 0.9))).mean())


def is_sheet(own: Mask) -> bool:
    """Whether a piece, cut out and its holes filled, is a rectangle however it is turned: a sheet, a note or a sign with a
    drawing on it. A thick one is narrower."""
    from scipy import ndimage

    filled = ndimage.binary_fill_holes(own)
    down, along = np.nonzero(filled & ~ndimage.binary_erosion(filled))
    turns = np.deg2rad(np.arange(0, 90, 3))[:, None]
    heights = np.ptp(down * np.cos(turns) + along * np.sin(turns), axis=1) + 1
    widths = np.ptp(along * np.cos(turns) - down * np.sin(turns), axis=1) + 1
    best = int(np.argmin(heights * widths))
    sides = sorted((float(heights[best]), float(widths[best])))
    return bool(filled.sum() > SHEET * sides[0] * sides[1] and sides[0] > NARROW * sides[1])
