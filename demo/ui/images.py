"""Sample images as PNG, enlarged without smoothing, so that a pixel is seen as a square.

Nothing here needs torch or scikit-learn: the first page shows them and must be up at once.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from core.datasets import arrays
from core.datasets.caching import cached
from core.images import plain_resampling, samples

GAP = 2
"""Pixels of the images, left free between two of them."""
ENLARGED = 8
LEAST = 280
"""Pixels of a framed image's side."""
COLD_TO_HOT = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))
"""Viridis: told apart by lightness alone, also by the colour-blind."""
MARK = ((0, 0, 0), (255, 176, 0))
"""A frame is black outside and amber inside: seen on every ground."""
ROOM = 16
"""Between two large images."""
THUMBNAIL, THUMBNAIL_GAP = 128, 12
"""Pixels of a thumbnail's side, shown at half of it so that it is sharp on a dense screen too; and between two of them."""


def thumbnails(name: str, path: Path | None) -> bytes | None:
    """The training images that stand for a data set, in a row, as PNG; None where they cannot be had in milliseconds. `path` as in
    core.datasets.files.State.

    Files that are packed, pickled or not as expected give no image; core/datasets/loading.py verifies and reads them.
    """
    try:
        return _thumbnails(name, path, samples.changed(path))
    except OSError:
        return None


@lru_cache(maxsize=16)
def _thumbnails(name: str, path: Path | None, changed: object) -> bytes | None:
    try:
        images = samples.cheaply(name, path)
    except (OSError, EOFError, ValueError):
        return None
    row = Image.new("RGBA", (len(images) * (THUMBNAIL + THUMBNAIL_GAP) - THUMBNAIL_GAP, THUMBNAIL), (0, 0, 0, 0))
    for place, image in enumerate(images):
        large = _colours(image).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.NEAREST)
        row.paste(large, (place * (THUMBNAIL + THUMBNAIL_GAP), 0))
    return _file(row)


@cached(128)
def sample_row(dataset: str, folder: Path, side: int | None, filter: str, count: int) -> bytes:
    """`count` training images in a row, as the network sees them at `side` (None: as they are); PNG."""
    images = samples.of_dataset(dataset, folder)[:count]
    return _png(plain_resampling.at_resolution(images, side or images.shape[-1], filter).transpose(0, 2, 3, 1))


@cached(64)
def chosen_tests(dataset: str, folder: Path, label: int, own: bool, count: int) -> tuple[int, ...]:
    """The places in the official test set of its first `count` images of a class, or (not `own`) of as many others."""
    data = arrays.read(dataset, folder)
    labels = data.labels[data.train_size :]
    if own:
        return tuple(np.flatnonzero(labels == label)[:count].tolist())
    first = [np.flatnonzero(labels == other)[:1].tolist() for other in range(len(data.classes)) if other != label]
    return tuple(sorted(place for places in first for place in places)[:count])


@cached(256)
def tests(dataset: str, folder: Path, chosen: tuple[int, ...], side: int, filter: str) -> bytes:
    """These images of the official test set in a row, as a network sees them at `side`; PNG."""
    data = arrays.read(dataset, folder)
    images = data.images[data.train_size + np.array(chosen)]
    return _png(plain_resampling.at_resolution(images, side, filter).transpose(0, 2, 3, 1))


def enlarged(image: np.ndarray) -> bytes:
    """uint8 (C, H, W), one image -> PNG."""
    return _png(image.transpose(1, 2, 0)[None])


def picture(image: np.ndarray, side: int) -> bytes:
    """uint8 (S, S, 1 or 3), one image enlarged to `side` x `side` -> PNG."""
    return _file(_colours(image.transpose(2, 0, 1)).resize((side, side), Image.Resampling.NEAREST))


def as_address(png: bytes) -> str:
    """A PNG as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def framed(image: np.ndarray, box: tuple[int, int, int, int]) -> bytes:
    """uint8 (C, H, W), one image, with a frame around its rows `top` ... `bottom` - 1 and columns -> PNG.

    `box`: (top, left, bottom, right); without one where it is empty.
    """
    pil = _colours(image)
    scale = max(ENLARGED, LEAST // pil.width)
    pil = pil.resize((pil.width * scale, pil.height * scale), Image.Resampling.NEAREST)
    top, left, bottom, right = (scale * edge for edge in box)
    for place, colour in enumerate(MARK if right > left and bottom > top else ()):
        inner = (left + 2 * place, top + 2 * place, right - 1 - 2 * place, bottom - 1 - 2 * place)
        ImageDraw.Draw(pil).rectangle(inner, outline=colour, width=4 - place)
    return _file(pil)


def overlaid(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """uint8 (C, H, W) and a map (H, W) from 0 to 1 -> uint8 (H, W, 3)."""
    steps = np.linspace(0, 1, len(COLD_TO_HOT))
    colour = np.stack([np.interp(heat, steps, channel) for channel in zip(*COLD_TO_HOT, strict=True)], axis=2)
    grey = image.mean(axis=0)[:, :, None]
    blended: np.ndarray = np.rint(0.4 * grey + 0.6 * colour).astype(np.uint8)
    return blended


def sheet(rows: Sequence[Sequence[np.ndarray]], width: int = 1024) -> bytes:
    """Rows of uint8 (C, H, W), columns as wide as the widest image -> PNG, at most `width` pixels wide where that is possible.

    Every pixel is a square of up to 12 x 12, as large in all images; a smaller image stands in the middle of its column.
    """
    column = max(image.shape[2] for row in rows for image in row) + GAP
    heights = [max(image.shape[1] for image in row) + GAP for row in rows]
    canvas = Image.new("RGBA", (column * max(map(len, rows)) - GAP, sum(heights) - GAP), (0, 0, 0, 0))
    for top, row in zip(accumulate(heights, initial=0), rows, strict=False):
        for place, image in enumerate(row):
            canvas.paste(_colours(image), (place * column + (column - GAP - image.shape[2]) // 2, top))
    each = max(1, min(12, width // canvas.width))
    return _file(canvas.resize((canvas.width * each, canvas.height * each), Image.Resampling.NEAREST))


def squares(images: Sequence[np.ndarray], side: int) -> bytes:
    """uint8 (C, S, S) of any sizes, each enlarged to `side` x `side`, in a row -> PNG."""
    row = Image.new("RGBA", (len(images) * (side + ROOM) - ROOM, side), (0, 0, 0, 0))
    for place, image in enumerate(images):
        row.paste(_colours(image).resize((side, side), Image.Resampling.NEAREST), (place * (side + ROOM), 0))
    return _file(row)


def _colours(image: np.ndarray) -> Image.Image:
    return Image.fromarray(image[0] if len(image) == 1 else image.transpose(1, 2, 0)).convert("RGB")


def _png(images: np.ndarray) -> bytes:
    """uint8 (N, H, W, 1 or 3) in a row with transparent gaps -> PNG."""
    count, height, width, _ = images.shape
    row = Image.new("RGBA", (count * (width + GAP) - GAP, height), (0, 0, 0, 0))
    for place, image in enumerate(images):
        row.paste(Image.fromarray(image.squeeze()).convert("RGB"), (place * (width + GAP), 0))
    return _file(row.resize((row.width * ENLARGED, row.height * ENLARGED), Image.Resampling.NEAREST))


def _file(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
