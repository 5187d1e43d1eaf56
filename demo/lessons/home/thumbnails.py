"""What stands on Home's cards: real outputs of the app, computed in milliseconds from what comes with it; PNG as data: addresses."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.explain import kernels, walkthrough
from core.images import samples
from core.images.decoding import Bytes
from core.pretrained import test_images
from core.pretrained.showcase import CLASSES, Showcase

GROUND, BELOW, ABOVE = (14, 18, 22), (240, 150, 70), (110, 175, 240)
"""Zero, the most negative and the most positive number of a feature map, as in the lessons' dark ground."""
SMALL = 8
"""The side in pixels of the blurred half."""


@lru_cache(maxsize=2)
def feature_map(folder: Path) -> str:
    """A handwritten digit through a Sobel kernel; the kernel itself where no digit comes with the app."""
    kernel = kernels.preset("sobel_x")
    found = test_images.first_image("mnist", 0, folder)
    values = kernel if found is None else walkthrough.convolution(found[0][None, :, :, 0] / 255, kernel[None]).totals
    shares = values / np.abs(values).max()
    ends = np.where(shares[..., None] < 0, np.array(BELOW), np.array(ABOVE))
    return _png((GROUND + (ends - GROUND) * np.abs(shares)[..., None]).round().astype(np.uint8))


@lru_cache(maxsize=1)
def digit() -> str:
    """One of the digits that are always here."""
    return _png(samples.cheaply("digits", None)[0, 0])


def half_blurred(game: Showcase) -> str:
    """The game's cat, or its last picture: the left half of few pixels, the right half sharp."""
    cat = CLASSES.index("cat")
    return _half_blurred(game.images[game.labels.index(cat) if cat in game.labels else -1].tobytes())


@lru_cache(maxsize=2)
def _half_blurred(pixels: bytes) -> str:
    image = np.frombuffer(pixels, np.uint8).reshape(32, 32, 3).copy()
    few = Image.fromarray(image).resize((SMALL, SMALL), Image.Resampling.BILINEAR)
    image[:, :16] = np.asarray(few.resize((32, 32), Image.Resampling.NEAREST))[:, :16]
    return _png(image)


def _png(image: Bytes) -> str:
    """uint8 (H, W) or (H, W, 3); the browser enlarges it so that a pixel is seen as a square."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
