"""A picture -> the tensor that the network sees -> probabilities.

A drawing is brought to the form of the pictures that the network was trained on, the way those were made. For
`digits` (Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", 1998): the ink is cut out, scaled to a
32x32 bitmap, and each of its 4x4 blocks becomes one pixel that tells how much of it is ink.
torch is imported where it is needed: the server's first page needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from core.cards import FOLDER, Card, read_card
from core.errors import LabError
from core.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

Bytes = npt.NDArray[np.uint8]
Ink = npt.NDArray[np.float32]
Shape = tuple[int, int, int]
Picture = Image.Image | Bytes

PRETRAINED = FOLDER
MAX_PIXELS = 25_000_000
"""The largest picture that is decoded: a photograph of a telephone, not a bomb."""
BLOCK = 4
"""A drawing's bitmap has this many cells along each side of a pixel that the network sees."""
FAINT = 32
"""The least difference from the ground (0..255) that counts as a drawing."""


# --- pictures ---------------------------------------------------------------------------------------------------


def open_picture(source: Path | IO[bytes]) -> Image.Image:
    """The picture in a file, upright. Its size is read and checked before anything is decoded.

    Raises LabError for what is no picture, is truncated, or has more than MAX_PIXELS pixels.
    """
    name = source.name if isinstance(source, Path) else "the file"
    try:
        picture = Image.open(source)  # reads the head alone; PIL refuses only the largest
        check_size(picture.width, picture.height)
        return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        raise LabError(f"{name} is too large: {error}") from error
    except LabError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what PIL raises for broken files
        raise LabError(
            f"{name} cannot be read as a picture; expected a whole PNG, JPEG, GIF or WebP"
        ) from error


def check_size(width: int, height: int) -> None:
    """Raises LabError for a picture without pixels or with more than MAX_PIXELS."""
    if width < 1 or height < 1:
        raise LabError(f"the picture is {width}x{height} pixels; expected at least 1x1")
    if width * height > MAX_PIXELS:
        limit = f"{MAX_PIXELS // 1_000_000} million"
        raise LabError(f"the picture is {width}x{height} pixels; expected at most {limit} in all")


def greys(picture: Picture) -> Bytes:
    """uint8 (H, W), 0 black to 255 white; what is transparent lies on white.

    `picture`: a PIL image, or uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).
    """
    image = picture if isinstance(picture, Image.Image) else _image(picture)
    check_size(image.width, image.height)
    try:
        if image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        return np.asarray(image.convert("L"))
    except (OSError, SyntaxError, ValueError) as error:  # decoding is lazy: a truncated file shows only here
        raise LabError("the picture is truncated or damaged; expected a whole file") from error


def _image(pixels: Bytes) -> Image.Image:
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        raise LabError(
            f"the picture is {getattr(pixels, 'dtype', type(pixels).__name__)}; expected uint8 pixels"
        )
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))):
        raise LabError(f"the picture has the shape {pixels.shape}; expected (H, W), (H, W, 3) or (H, W, 4)")
    check_size(pixels.shape[1], pixels.shape[0])
    return Image.fromarray(pixels)


# --- a drawing, as the network knows drawings -------------------------------------------------------------------


def prepare(picture: Picture, shape: Shape) -> Bytes:
    """A drawing as uint8 (1, 1, H, W), 255 where it is all ink: centred, as large as fits, however it was drawn.

    `shape` is the network's (1, H, W). Ink may be dark on light or light on dark: the border tells the ground.
    Raises LabError for an empty drawing and for a network that wants colours.
    """
    channels, height, width = shape
    if channels != 1:
        raise LabError(f"the network takes pictures with {channels} channels; a drawing has one")
    bitmap = fit(crop(ink(greys(picture))), height * BLOCK, width * BLOCK)
    counts = (bitmap >= 0.5).reshape(height, BLOCK, width, BLOCK).sum(axis=(1, 3))
    seen: Bytes = np.rint(counts * (255 / BLOCK**2)).astype(np.uint8)
    return seen[None, None]


def ink(grey: Bytes) -> Ink:
    """uint8 (H, W) -> float32 (H, W): 0 the ground, 1 the strongest ink. Raises LabError when there is none."""
    ground = float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    strength = ground - grey.astype(np.float32) if ground > 127 else grey.astype(np.float32) - ground
    most = float(strength.max())
    if most < FAINT:
        raise LabError("there is nothing drawn yet; expected dark ink on a light ground, or the reverse")
    drawing: Ink = np.clip(strength / most, 0, 1)
    return drawing


def crop(drawing: Ink) -> Ink:
    """The smallest box (h, w) of `drawing` (H, W) that holds all that is at least half ink."""
    rows, columns = np.flatnonzero((drawing >= 0.5).any(1)), np.flatnonzero((drawing >= 0.5).any(0))
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit(drawing: Ink, height: int, width: int) -> Ink:
    """`drawing` (h, w) in the middle of (height, width), as large as fits without distortion."""
    scale = min(height / drawing.shape[0], width / drawing.shape[1])
    h, w = (max(1, round(side * scale)) for side in drawing.shape)
    # A box filter averages what it shrinks, so thin strokes grow pale instead of broken.
    small = np.asarray(Image.fromarray(drawing).resize((w, h), Image.Resampling.BOX))
    placed = np.zeros((height, width), np.float32)
    top, left = (height - h) // 2, (width - w) // 2
    placed[top : top + h, left : left + w] = small
    return placed


# --- the network ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says about one picture, and what it saw of it."""

    top: list[tuple[str, float]]
    """(label, probability 0 to 1), the most probable first."""
    seen: Bytes
    """uint8 (C, H, W): the picture as it entered the network."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """A trained network, ready to answer. `Classifier.load` makes one."""

    recipe: Recipe
    classes: tuple[str, ...]
    shape: Shape
    """(C, H, W) of what the network sees."""
    logits: Callable[[Tensor], Tensor] = field(repr=False)
    """float32 (N, C, H, W) -> (N, classes)."""

    @classmethod
    def load(cls, name: str, folder: Path = PRETRAINED) -> Classifier:
        """The network from NAME.safetensors and its card NAME.json. Raises LabError when either is missing or bad."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from core import networks

        card = read_card(folder / f"{name}.json")
        recipe, classes, shape = card.recipe, tuple(card.facts["classes"]), _shape_of(card)
        network = networks.build(recipe.network, shape, len(classes))
        weights = folder / f"{name}.safetensors"
        try:
            network.load_state_dict(load_file(weights))
        except FileNotFoundError:
            raise LabError(f"there is no {weights}; python -m core pretrain makes it") from None
        except (SafetensorError, RuntimeError, OSError) as error:
            raise LabError(
                f"{weights} is damaged or does not fit its card; python -m core pretrain makes it"
            ) from error
        return cls(recipe, classes, shape, network.eval())

    def classify(self, picture: Picture, top: int | None = None) -> Answer:
        """The `top` most probable classes of a drawing (None: all). Raises LabError as `prepare`."""
        if top is not None and not 1 <= top <= len(self.classes):
            raise LabError(f"top is {top}; expected 1 to {len(self.classes)}, the number of classes")
        seen = prepare(picture, self.shape)
        chances = self.probabilities(seen)[0]
        order = np.argsort(-chances, kind="stable")[:top]
        return Answer([(self.classes[place], float(chances[place])) for place in order], seen[0])

    def probabilities(self, pictures: Bytes) -> npt.NDArray[np.float32]:
        """uint8 (N, C, H, W) as the network sees them -> float32 (N, classes), each row summing to 1."""
        import torch

        from core.learner import normalise

        with torch.inference_mode():
            chances: npt.NDArray[np.float32] = (
                self.logits(normalise(torch.from_numpy(pictures))).softmax(1).numpy()
            )
        return chances


def _shape_of(card: Card) -> Shape:
    channels, height, width = card.facts["shape"]
    return int(channels), int(height), int(width)
