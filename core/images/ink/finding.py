"""From a photograph of handwriting to its ink alone: the ground taken away, printed lines left out, one drawing chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.images.decoding import Bytes
from core.images.ink import ground, pieces, ruling
from core.vocabulary.errors import LabError

Mask = npt.NDArray[np.bool_]
Map = npt.NDArray[np.float32]

LONGEST = 1000
"""Pixels along the longest side of the image in which the ink is looked for."""
FAINT = 14.0
"""The least difference from the ground (0 ... 255) that counts as ink."""
NOISES = 5.0
"""Ink stands out of the noise of its ground by so many of its standard deviations."""
LOST, UNEVEN, BESIDE = 0.05, 0.2, 0.15
"""Where an image is cut out as it is: of the ink so much may be missing or not belong to it, the ground below it may change
by so much of its contrast, and bits of ink, which are the drawing's own, be so far beside it."""
DARKEST = 48.0
"""A darker ground is taken for this dark: the share of the light that ink takes from it is noise."""
HALF, SURE, CLEAR = 0.5, 0.7, 0.9
"""Of the outline of a piece of ink so much must be an edge in the image, of a drawing so much; and with so much it is clear
what was meant."""
UNSURE = 0.5
"""So much of a jump of the ground is taken from the ink in its place: the edge of a sheet is not known to the pixel."""
SHARP = 6
"""The power to which the share of a drawing's outline that is an edge counts for it."""
JUMP = 0.4
"""Where the ground jumps by so much of the ink's contrast beside a drawing, it may be a part of it: others are tried."""
MOST = 8
"""So many drawings are weighed, the largest."""
BLANK = 0.98
"""A rectangle that fills so much of its box, in one shade, has nothing drawn on it."""
LEAST = 6.0
"""What scores less is dirt: the faintest pencil scores 24, a tiny digit on a large sheet 10, an empty sheet 5."""
RIVAL = 0.55
"""Another drawing with so much of the best one's score makes it unclear which is meant."""
LIKE = 0.6
"""Another drawing at least so large beside the best one may be the one that is meant."""
NO_DRAWING = "no drawing is found in this picture; write one digit with a thick pen on plain paper, and let it fill the picture"
SEVERAL = "{count} drawings are found, and no single one stands out; cut the picture down to one digit"


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink of an image."""

    strength: Bytes
    """uint8 (H, W, 1): how far each pixel stands out of the ground, the drawing's strongest ink 255."""
    light: bool
    """Whether the ground is lighter than the ink."""
    near: Mask
    """bool (H, W): where the drawing is, a little wider than its ink."""
    ink: Mask
    """bool (H, W): the ink of the drawing."""
    uneven: float
    """How much the ground changes below the drawing, as a share of the ink's contrast."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be the drawing."""

    score: float
    edged: float
    """How much of its outline is an edge in the image, 0 ... 1."""
    piece: pieces.Piece
    labels: pieces.Labels
    strength: Map
    """float32 (H, W): how far each pixel stands out of the ground, of a light one as a share of its light."""
    away: Map
    """float32 (H, W): the same in shades of the image."""
    ground: Map
    """float32 (H, W, C)."""
    light: bool
    """Whether its ground is lighter than it."""
    step: float
    """How far the ground that was taken away jumps beside it, 0 ... 255."""


def reduced(image: Bytes) -> Bytes:
    """(H, W, C) with LONGEST pixels at most along each side, each the mean of those that it covers."""
    scale = LONGEST / max(image.shape)
    if scale >= 1:
        return image
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))


def find(image: Bytes) -> Ink:
    """uint8 (H, W, C), H and W at most LONGEST -> its ink. Raises LabError where no single drawing is found."""
    from scipy import ndimage  # type: ignore[import-untyped]

    best = _best(image)
    own = np.isin(best.labels, best.piece.numbers)
    level = np.rint(best.strength * (255 / float(np.quantile(best.strength[own], 0.95)))).clip(0, 255).astype(np.uint8)
    below = best.ground[_box(own, 0.0)]
    uneven = float(np.ptp(below, axis=(0, 1)).max() / np.quantile(best.away[own], 0.9))
    return Ink(level[:, :, None], best.light, ndimage.maximum_filter(own, 5), own, uneven)


def _best(image: Bytes) -> Candidate:
    candidates: list[Candidate] = []
    for levels in _grounds(image):
        candidates += [candidate for candidate in _candidates(image, *levels) if candidate.edged > SURE]
        candidates.sort(key=lambda candidate: -candidate.score)
        if candidates and _is_clear(candidates[0]):
            break
    if not candidates or (candidates[0].score < LEAST and ground.even(image) is None):
        raise LabError(NO_DRAWING)
    best = next((candidate for candidate in candidates if _encloses(candidate, candidates[0])), candidates[0])
    rivals = [candidate for candidate in candidates if candidate.strength is best.strength and candidate is not best
              and candidate.score > RIVAL * best.score and candidate.piece.size > LIKE * best.piece.size]  # fmt: skip
    if rivals:
        raise LabError(SEVERAL.format(count=1 + len(rivals)))
    return best


def _grounds(image: Bytes) -> Iterator[tuple[Map, Map]]:
    """What the image may lie on, from the most to the least usual: the darkest and the lightest nearby."""
    if (level := ground.even(image)) is not None:
        yield level
    for reach in ground.REACHES:
        yield ground.ground(image, reach)


def _is_clear(candidate: Candidate) -> bool:
    """Whether no other ground need be tried: it has edges all around, and is no sheet on which something is drawn."""
    own = np.isin(candidate.labels[candidate.piece.box], candidate.piece.numbers)
    shades = np.quantile(candidate.away[candidate.piece.box][own], (0.25, 0.97))
    sheet = pieces.is_sheet(own) and (float(np.ptp(shades)) > FAINT or float(own.mean()) < BLANK)
    return candidate.edged > CLEAR and candidate.step < JUMP * candidate.piece.contrast and candidate.piece.contact < 0.05 and not sheet


def _encloses(outer: Candidate, inner: Candidate) -> bool:
    """Whether what was found is only the hole of a thick digit: light within dark ink, or the reverse."""
    within = all(o.start < i.start and i.stop < o.stop for o, i in zip(outer.piece.box, inner.piece.box, strict=True))
    return (within and outer.light != inner.light and outer.edged > CLEAR and outer.piece.contact < 0.05
            and outer.piece.contrast > inner.piece.contrast / 2 and not pieces.is_sheet(np.isin(outer.labels[outer.piece.box], outer.piece.numbers)))  # fmt: skip


def _candidates(image: Bytes, low: Map, high: Map) -> Iterator[Candidate]:
    from scipy import ndimage

    exact, jump = image.astype(np.float32), (high - low).max(axis=2)
    share = 255 / np.maximum(low, DARKEST)  # ink takes its share of whatever light falls on the paper
    for light, differences in ((True, low - exact), (False, exact - high)):
        away = ndimage.uniform_filter(differences.max(axis=2), 3)
        sure = (differences - UNSURE * jump[:, :, None]).clip(0)
        strength = ndimage.uniform_filter((sure * share if light else sure).max(axis=2), 3)
        labels, found = _pieces(strength)
        largest = max((piece.size for piece in found), default=0)
        real = [piece for piece in found if piece.size < 0.15 * largest or pieces.edged(piece, labels, image, away) > HALF]
        for drawing in pieces.joined(real)[:MOST]:
            piece = pieces.completed(drawing, real)
            edged = pieces.edged(piece, labels, image, away)
            around = tuple(slice(max(0, part.start - piece.size // 4), part.stop + piece.size // 4) for part in piece.box)
            yield Candidate(pieces.score(piece, labels) * edged**SHARP, edged, piece, labels, strength, away, low if light else high,
                            light, float(jump[around].max()))  # fmt: skip


def _pieces(strength: Map) -> tuple[pieces.Labels, list[pieces.Piece]]:
    """What stands out of the ground: each piece down to half its own strength."""
    noise = 1.4826 * float(np.median(strength[::3, ::3]))
    least = max(FAINT, NOISES * noise)
    labels, found = pieces.separated(ruling.without_lines(strength > least), strength)
    if not found:
        return labels, []
    half = np.full(labels.max() + 1, np.inf, np.float32)
    for piece in found:
        half[piece.numbers[0]] = max(least, piece.contrast / 2)
    return pieces.separated(strength > half[labels], strength)


def is_plain(grey: Bytes, found: Ink, uneven: float = UNEVEN) -> bool:
    """Whether the drawing can be cut out of the image (H, W, 1) as it is: an even ground, and nothing else on it.

    Ink is then what is at least half as far from the border's shade as the strongest (core/images/preprocessing.py).
    `uneven`: so much may the ground change below the drawing, as a share of the ink's contrast.
    """
    from scipy import ndimage

    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    level = float(np.median(border))
    exact = grey[:, :, 0].astype(np.float32)
    away = (level - exact if level > 127 else exact - level).clip(0)
    if not (most := float(away.max())):
        return False
    ink = away >= most / 2
    lost = found.ink & ~ndimage.maximum_filter(ink, 5)
    around = _box(found.ink, BESIDE)
    elsewhere = int(ink.sum()) - int(ink[around].sum())
    foreign = ink[around] & ~ndimage.maximum_filter(found.ink, 5)[around]
    return not elsewhere and max(int(lost.sum()), int(foreign.sum())) <= LOST * found.ink.sum() and found.uneven <= uneven


def _box(ink: Mask, margin: float) -> tuple[slice, slice]:
    """The smallest box that holds the ink, larger by `margin` of its longer side all around."""
    ends = [(int(found[0]), int(found[-1]) + 1) for found in (np.flatnonzero(ink.any(axis)) for axis in (1, 0))]
    more = round(margin * max(stop - start for start, stop in ends))
    rows, columns = (slice(max(0, start - more), stop + more) for start, stop in ends)
    return rows, columns
