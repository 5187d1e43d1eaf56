"""A page's subject in 8 × 8 pixels: real ones, made once in milliseconds from what comes with the app. No torch.

Each is a PNG of 64 pixels as a data: address, which a browser enlarges as squares.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.explain import kernels, walkthrough
from core.images.decoding import Bytes
from core.pretrained import landscape, test_images
from core.pretrained.cards import FOLDER, read_named
from core.vocabulary import metrics
from demo.charts.figure import CLASS_COLOURS

SIDE = 8
DARK, DEEP, PALE, HERE = (14, 18, 22), (15, 107, 133), (142, 197, 214), (255, 169, 14)
BELOW, ABOVE = (240, 150, 70), (110, 175, 240)
"""The most negative and the most positive number of a feature map, on dark ground."""
SEVEN, FOUR, SHIP, FROG, CAR, PLANE, SHIRT = ("mnist", 0), ("mnist", 4), ("cifar10", 1), ("cifar10", 7), ("cifar10", 6), ("cifar10", 10), ("fashion-mnist", 7)
"""Test images that come with the app: data set and number."""
Shares = NDArray[np.float64]


@lru_cache(maxsize=64)
def mosaic(page: str, folder: Path = FOLDER) -> str:
    """The mosaic of a page by its name (`home`, `pooling`, `resolution`) as a data: address; "" where there is none."""
    draw = _MOSAICS.get(page)
    pixels = draw(folder) if draw else None
    if pixels is None:
        return ""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


# --- where the pixels come from: each gives uint8 (8, 8, 3), or None where its file is not there ---------------------


def _photograph(which: tuple[str, int]) -> Callable[[Path], Bytes | None]:
    def draw(folder: Path) -> Bytes | None:
        image = _image(which, folder)
        return None if image is None else np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BOX))

    return draw


def _edges(folder: Path) -> Bytes | None:
    """A seven through a Sobel kernel, the strongest number of each 3 x 3."""
    image = _image(SEVEN, folder)
    if image is None:
        return None
    values = walkthrough.convolution(image[None, :, :, 0] / 255, kernels.preset("sobel_x")[None]).totals
    blocks = _blocks(values[1:25, 1:25], 3)
    return _signed(np.take_along_axis(blocks, np.abs(blocks).argmax(2)[..., None], 2)[..., 0])


def _pooled(folder: Path) -> Bytes | None:
    """A four, max-pooled by 4: the middle of what is left, and its borders."""
    image = _image(FOUR, folder)
    return None if image is None else _tinted(_blocks(np.pad(image[:, :, 0], 2), 4).max(2) / 255, ABOVE)


def _magnitude(folder: Path) -> Bytes | None:
    """How strong the edges of a shirt are: blue, the strongest orange."""
    image = _image(SHIRT, folder)
    if image is None:
        return None
    pixels = image[None, :, :, 0] / 255
    both = [walkthrough.convolution(pixels, kernels.preset(name)[None]).totals for name in ("sobel_x", "sobel_y")]
    strong = _blocks(np.hypot(*both)[1:25, 1:25], 3).mean(2)
    shares = strong / strong.max()
    return np.where((shares > np.quantile(shares, 0.9))[..., None], _tinted(shares, HERE), _tinted(shares, ABOVE))


def _confusion(folder: Path) -> Bytes | None:
    """Eight classes of a network's confusion matrix: the diagonal in teal, what it mixes up in orange."""
    card = read_named("fashion-arc3-adam", folder)
    if card is None:
        return None
    shares = np.asarray(metrics.normalised(card.result.confusion))[:SIDE, :SIDE]
    own = np.eye(SIDE, dtype=bool)
    return np.where(own[..., None], _tinted(shares, PALE), _tinted(np.minimum(1, shares * 8), HERE))


def _curve(name: str) -> Callable[[Path], Bytes | None]:
    def draw(folder: Path) -> Bytes | None:
        """The validation accuracy of the first epochs of a run that comes with the app, a column each, from least to most."""
        card = read_named(name, folder)
        checked = [epoch.validation_accuracy for epoch in card.epochs if epoch.validation_accuracy is not None] if card else []
        if len(checked) < SIDE or checked[0] == max(checked[:SIDE]):
            return None
        first = np.array(checked[:SIDE])
        top = np.rint((SIDE - 1) * (first.max() - first) / (first.max() - first.min()))
        rows = np.arange(SIDE)[:, None]
        return np.where((rows > top)[..., None], DEEP, np.where((rows == top)[..., None], HERE, DARK)).astype(np.uint8)

    return draw


def _dropped(folder: Path) -> Bytes | None:
    """A photograph of 8 x 8 of which a seeded mask has switched off three in ten."""
    photograph = _photograph(FROG)(folder)
    if photograph is None:
        return None
    off = np.random.default_rng(3).random((SIDE, SIDE)) < 0.3
    return np.where(off[..., None], DARK, photograph).astype(np.uint8)


def _four(folder: Path) -> Bytes | None:
    """A quarter each of four data sets."""
    parts = [_photograph(which)(folder) for which in (SHIP, SEVEN, SHIRT, FROG)]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    quarter = [part[2:6, 2:6] for part in found]
    return np.vstack([np.hstack(quarter[:2]), np.hstack(quarter[2:])])


def _crowd(folder: Path) -> Bytes | None:
    """A quarter each of four handwritten digits, the last one in the colour of what to look at."""
    drawn = [_photograph(("mnist", number))(folder) for number in (0, 4, 2, 3)]
    found = [np.asarray(Image.fromarray(digit[1:7, 1:7]).resize((4, 4), Image.Resampling.BOX)) for digit in drawn if digit is not None]
    if len(found) < len(drawn):
        return None
    found[-1] = _tinted(found[-1][..., 0] / 255, HERE)
    return np.vstack([np.hstack(found[:2]), np.hstack(found[2:])])


def _split(_folder: Path) -> Bytes:
    """Sixty-four pictures of eight classes, a row each; the last of every class are held out, and pale."""
    rows = np.array([tuple(bytes.fromhex(colour[1:])) for colour in CLASS_COLOURS[:SIDE]])
    held_out = np.array([np.random.default_rng(row).permutation(SIDE) < 2 for row in range(SIDE)])
    return np.where(held_out[..., None], DARK, rows[:, None, :]).astype(np.uint8)


def _columns(_folder: Path) -> Bytes:
    """A table of numbers in which two columns are the same."""
    shades = np.random.default_rng(16).uniform(0.15, 0.8, (SIDE, SIDE))
    shades[:, 5] = shades[:, 2]
    same = np.isin(np.arange(SIDE), (2, 5))[None, :, None]
    return np.where(same, _tinted(shades + 0.15, HERE), _tinted(shades, PALE))


def _valley(folder: Path) -> Bytes | None:
    """The loss of a network in a plane of its weights, pale where it is high, and a way down through it."""
    found = landscape.read(folder)
    if found is None:
        return None
    logs = np.log(np.maximum(found.losses, 1e-3))[::-1]
    rows, columns = (np.linspace(0, length - 1, SIDE).round().astype(int) for length in logs.shape)
    shares = (logs - logs.min()) / (logs.max() - logs.min())
    pixels = _tinted(shares[np.ix_(rows, columns)] ** 2, PALE)
    for across, up in found.ways["sgd"].points:
        column, row = ((place - ends[0]) / (ends[-1] - ends[0]) for place, ends in ((across, found.x), (up, found.y)))
        pixels[round((1 - float(row)) * (SIDE - 1)), round(float(column) * (SIDE - 1))] = HERE
    return pixels


def _worksheet(_folder: Path) -> Bytes:
    """Two strokes, the two classes of the warm-up."""
    return _signed(np.eye(SIDE) - np.eye(SIDE)[::-1])


_MOSAICS: Mapping[str, Callable[[Path], Bytes | None]] = {
    "home": _photograph(SHIP), "convolution": _edges, "pooling": _pooled, "warmup": _worksheet, "network": _magnitude, "learning": _valley,
    "seeing": _photograph(PLANE), "train": _curve("digits"), "runs": _curve("splits-stratified-5"), "draw": _photograph(SEVEN),
    "resolution": _photograph(CAR), "architectures": _confusion, "dropout": _dropped, "splits": _split, "audit": _columns,
    "data": _four, "own": _crowd, "glossary": _pooled,
}  # fmt: skip


# --- colours -----------------------------------------------------------------------------------------------------------


def _image(which: tuple[str, int], folder: Path) -> Bytes | None:
    """uint8 (H, W, 3)."""
    found = test_images.first_image(*which, folder)
    return None if found is None else np.broadcast_to(found[0], (*found[0].shape[:2], 3)).astype(np.uint8)


def _blocks(values: NDArray[np.number], side: int) -> Shares:
    """(8 · side, 8 · side) -> (8, 8, side · side)."""
    parts = values.reshape(SIDE, side, SIDE, side).swapaxes(1, 2)
    return parts.reshape(SIDE, SIDE, side * side).astype(np.float64)


def _tinted(shares: Shares, colour: tuple[int, int, int]) -> Bytes:
    """From the dark ground (0) to a colour (1)."""
    part = np.clip(shares, 0, 1)[..., None]
    mixed: Bytes = np.rint((1 - part) * DARK + part * np.array(colour)).astype(np.uint8)
    return mixed


def _signed(values: Shares) -> Bytes:
    shares = values / np.abs(values).max()
    return np.where((shares < 0)[..., None], _tinted(-shares, BELOW), _tinted(shares, ABOVE))
