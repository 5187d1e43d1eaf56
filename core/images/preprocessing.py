"""From any image to the pixels that a network knows: eight steps, each of which can be seen and switched.

The defaults bring an image to the form of the data set that the network was trained on (`form` in its row), the way it was made:
- `digits` (Alpaydin and Kaynak 1998): the ink is cut out and scaled to a 32x32 bitmap; each 4x4 block becomes one pixel
  that tells how much of it is ink.
- `mnist` (LeCun, Cortes and Burges 1998): the ink is cut out and scaled into a 20x20 box; its centre of mass is put into
  the middle of 28x28.
- `fashion-mnist`, `cifar10`: none of it; an image of another size is made square and resized.
An image that has the data set's size and form already passes without a change. A photograph of handwriting has its ink
found first (core/images/ink/); a drawing on an even ground needs none of that, and its pixels are cut out as they are.
No torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.images.decoding import Bytes, ImageLike, pixels
from core.images.ink import finding, strokes
from core.vocabulary.datasets import Form
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of

Shape = tuple[int, int, int]
Strength = npt.NDArray[np.float64]

SWITCH = ("auto", "on", "off")
ASPECTS = ("auto", "pad", "crop")
BLOCK = 4
"""The bitmap of `digits` has this many cells along each side of a pixel that the network sees."""
FAINT = 32
"""The least difference from the ground (0..255) that counts as a drawing."""
SMALLEST = 48
"""Pixels along the longest side: a smaller image has no ground to be taken away."""
SLIMMEST = 40
"""So many times as long as wide an image may be for something to be looked for in it."""
THIN, THICKENED = 1.0, 1.6
"""A stroke thinner than so much is made so thick, in twentieths of the drawing's longer side: pixels of MNIST's box."""
UNITS = 20
NOTHING_DRAWN = "there is nothing drawn yet; expected dark ink on a light ground, or the reverse"
INK = 128
"""From here up a cell of a bitmap is ink."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done to an image; `auto` is what fits the data set and the image.

    invert: dark and light exchanged (auto: when the ground of a drawing is light); crop: the ground becomes black, the
    strongest ink white, and the smallest box that holds the ink is kept; aspect: how an image becomes square, padded
    with its ground or cropped to its middle; centre: the ink's centre of mass is moved into the middle. Of photographed
    drawings moreover (auto: where the ground is uneven or something else is on it) ground: what is written on is taken
    away; drawing: everything but the drawing is left out; thicken: strokes that would vanish are made thicker.
    """

    invert: str = "auto"
    crop: str = "auto"
    aspect: str = "auto"
    centre: str = "auto"
    ground: str = "auto"
    drawing: str = "auto"
    thicken: str = "auto"

    def __post_init__(self) -> None:
        for field in fields(self):
            choices = ASPECTS if field.name == "aspect" else SWITCH
            if getattr(self, field.name) not in choices:
                raise LabError(f"{field.name} is {getattr(self, field.name)!r}; choose one of {', '.join(choices)}")


AUTO = Steps()


@dataclass(frozen=True, slots=True)
class Stage:
    """The image behind one step."""

    step: str
    """given, ground, drawing, invert, crop, aspect, thicken, size or centre."""
    done: bool
    """Whether the step was taken; else the image is the one before."""
    image: Bytes
    """uint8 (H, W, C)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image on its way into a network."""

    stages: tuple[Stage, ...]

    @property
    def changed(self) -> bool:
        """Whether any step was taken: the image was not in the form of the data set."""
        return any(stage.done for stage in self.stages[1:])

    @property
    def seen(self) -> Bytes:
        """uint8 (1, C, H, W)."""
        return np.array(self.stages[-1].image.transpose(2, 0, 1), order="C")[None]


def prepare(image: ImageLike, dataset: str, shape: Shape, steps: Steps = AUTO) -> Prepared:
    """The image as a network for `dataset` with images of `shape` (C, S, S) gets it at full resolution.

    Raises LabError for what is no image, and for a drawing without ink, at first or behind the last step.
    """
    return in_form(image, source_of(dataset).form, shape, steps)


def in_form(image: ImageLike, form: Form, shape: Shape, steps: Steps = AUTO) -> Prepared:
    """The same for the form of a data set that nothing was trained on yet."""
    coloured = pixels(image, 3) if form.drawn else pixels(image, shape[0])
    given = ink_as_grey(coloured) if form.drawn else coloured
    prepared = Prepared(tuple(_stages(given, coloured, form, shape, steps)))
    if form.drawn and np.ptp(given) < FAINT:
        raise LabError(NOTHING_DRAWN)
    if form.drawn and prepared.seen.max() < FAINT:
        raise LabError(f"nothing drawn is left at {shape[1]}x{shape[2]} pixels; draw one digit alone, with thicker strokes")
    return prepared


def ink_as_grey(image: Bytes) -> Bytes:
    """(H, W, 3) -> (H, W, 1): of a drawing in colours, how far each pixel is from the ground in the channel that differs most.

    Yellow on white and green on red are as good as black on white then. A light ground becomes white, a dark one black;
    an image without colour stays as it is, bit by bit.
    """
    grey = image[:, :, :1]
    if (image == grey).all():
        return grey
    ground = _ground(image)
    away = np.abs(image.astype(np.int16) - ground).max(axis=2, keepdims=True).astype(np.uint8)
    found: Bytes = 255 - away if ground.mean() > 127 else away
    return found


def _stages(image: Bytes, coloured: Bytes, form: Form, shape: Shape, steps: Steps) -> Iterator[Stage]:
    side = shape[1]
    native = image.shape[:2] == shape[1:] and not (form.drawn and _light(image))
    drawn = form.drawn and not native
    yield Stage("given", True, image)
    if drawn and np.ptp(image) >= FAINT and _has_ground(image):
        ground_taken, chosen = _written(image, coloured, steps, form)
    else:
        ground_taken, chosen = Stage("ground", False, image), Stage("drawing", False, image)
    yield ground_taken
    yield chosen
    image = chosen.image

    inverted = _switched(steps.invert, form.grey and not native and _light(image))
    image = 255 - image if inverted else image
    yield Stage("invert", inverted, image)

    cropped, ground = _switched(steps.crop, drawn), _ground(image)
    if cropped:
        image, ground = cut_out(image)
    yield Stage("crop", cropped, image)

    square = image.shape[0] != image.shape[1]
    if square:
        aspect = form.aspect if steps.aspect == "auto" else steps.aspect
        image = padded(image, ground) if aspect == "pad" else middle(image)
    yield Stage("aspect", square, image)

    thick = _thickened(image, steps.thicken) if form.drawn and cropped else image
    yield Stage("thicken", thick is not image, thick)
    image = thick

    inner = form.box if form.box and cropped else side
    resized = image.shape[0] != inner or (form.bitmap and cropped)
    if resized:
        image = block_counts(resize(image, side * BLOCK)) if form.bitmap and cropped else resize(image, inner)
    image = framed(image, side, ground)
    yield Stage("size", resized or inner != side, image)

    centred = _switched(steps.centre, form.centred and drawn)
    yield Stage("centre", centred, centre(image, ground) if centred else image)


def _has_ground(image: Bytes) -> bool:
    """Whether there is room for something around a drawing: not in a small image, nor in one that is a line."""
    sides: tuple[int, ...] = image.shape[:2]
    return max(sides) >= SMALLEST and SLIMMEST * min(sides) >= max(sides)


def _written(image: Bytes, coloured: Bytes, steps: Steps, form: Form) -> tuple[Stage, Stage]:
    """The steps ground and drawing of an image (H, W, 1) that was `coloured` (H, W, 3)."""
    if steps.ground == steps.drawing == "off":
        return Stage("ground", False, image), Stage("drawing", False, image)
    small = finding.reduced(coloured)
    grey = ink_as_grey(small)
    found = finding.find(grey if (small == grey).all() else small)
    plain = finding.is_plain(grey, found, np.inf if form.bitmap else finding.UNEVEN)  # of a bitmap the outline alone counts
    flat, alone = _switched(steps.ground, not plain), _switched(steps.drawing, not plain)
    if flat:
        image = 255 - found.strength if found.light else found.strength
    ground_taken = Stage("ground", flat, image)
    if alone:
        image = image if flat else grey
        image = np.where(found.near[:, :, None], image, np.median(image[~found.near]).astype(np.uint8))
    return ground_taken, Stage("drawing", alone, image)


def _thickened(image: Bytes, switch: str) -> Bytes:
    """A drawing (S, S, 1), light on black, the same array where its strokes are thick enough."""
    unit = image.shape[0] / UNITS
    thickness = strokes.thickness(image[:, :, 0] >= INK) / unit
    if switch == "off" or image.shape[0] < SMALLEST or thickness >= (THICKENED if switch == "on" else THIN):
        return image
    return strokes.thickened(image, (THICKENED - thickness) * unit)


def _switched(switch: str, fitting: bool) -> bool:
    return fitting if switch == "auto" else switch == "on"


def _ground(image: Bytes) -> Bytes:
    """uint8 (C,): the median of the border, what a thing or a drawing stands on."""
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    found: Bytes = np.median(border, axis=0).astype(np.uint8)
    return found


def _light(image: Bytes) -> bool:
    return bool(_ground(image).mean() > 127)


def _strength(image: Bytes, ground: Bytes) -> Strength:
    """float (H, W): how far each pixel lies above a grey ground, or from a coloured one."""
    away = image.astype(np.float64) - ground
    found: Strength = away[:, :, 0].clip(0) if image.shape[2] == 1 else np.abs(away).mean(axis=2)
    return found


def cut_out(image: Bytes) -> tuple[Bytes, Bytes]:
    """(H, W, C) -> the smallest box that holds all that is at least half ink, and its ground.

    Of a grey image the ground becomes 0 and the strongest ink 255. Raises LabError when there is no ink.
    """
    ground = _ground(image)
    strength = _strength(image, ground)
    most = strength.max()
    if most < FAINT:
        raise LabError(NOTHING_DRAWN)
    rows, columns = (np.flatnonzero((strength >= most / 2).any(axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    if image.shape[2] != 1:
        return image[box], ground
    return np.rint(strength[box] * (255 / most)).astype(np.uint8)[:, :, None], np.zeros_like(ground)


def padded(image: Bytes, ground: Bytes) -> Bytes:
    """(H, W, C) in the middle of a square of its ground."""
    height, width, _ = image.shape
    side = max(height, width)
    return _placed(image, side, ground, (side - height) // 2, (side - width) // 2)


def middle(image: Bytes) -> Bytes:
    """The largest square in the middle of (H, W, C)."""
    height, width, _ = image.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def resize(image: Bytes, side: int) -> Bytes:
    """(S, S, C) -> (side, side, C), each new pixel the mean of what lies under it: thin strokes grow pale, not broken."""
    pil = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    return np.asarray(pil.resize((side, side), Image.Resampling.BOX)).reshape(side, side, -1)


def block_counts(bitmap: Bytes) -> Bytes:
    """(4S, 4S, C) -> (S, S, C): 255 where all 4x4 cells are ink, in steps of a sixteenth."""
    height, width, channels = bitmap.shape
    cells = (bitmap >= INK).reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels)
    found: Bytes = np.rint(cells.sum(axis=(1, 3)) * (255 / BLOCK**2)).astype(np.uint8)
    return found


def framed(image: Bytes, side: int, ground: Bytes) -> Bytes:
    """(s, s, C) in the middle of (side, side, C)."""
    margin = (side - image.shape[0]) // 2
    return image if not margin else _placed(image, side, ground, margin, margin)


def centre(image: Bytes, ground: Bytes) -> Bytes:
    """(S, S, C) moved by whole pixels so that the centre of mass of its ink has the index S / 2, as in MNIST."""
    strength, side = _strength(image, ground), image.shape[0]
    if not strength.sum():
        return image
    down, right = (round(side / 2 - float(strength.sum(axis) @ np.arange(side) / strength.sum())) for axis in (1, 0))
    wide = _placed(image, 3 * side, ground, side + down, side + right)
    return wide[side : 2 * side, side : 2 * side]


def _placed(image: Bytes, side: int, ground: Bytes, top: int, left: int) -> Bytes:
    height, width, channels = image.shape
    field = np.empty((side, side, channels), np.uint8)
    field[:] = ground
    field[top : top + height, left : left + width] = image
    return field
