"""What a term looks like, where it can be shown: real numbers, computed in milliseconds from what comes with the app."""

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
from core.pretrained import test_images
from demo.ui import mosaics

GROUND, BELOW, ABOVE = np.array((14, 18, 22)), np.array((240, 150, 70)), np.array((110, 175, 240))
"""Zero, the most negative and the most positive number, on dark ground."""
Numbers = NDArray[np.float64]
GAP = 2
"""Pixels between two pictures."""


@lru_cache(maxsize=64)
def picture(term: str, folder: Path) -> str:
    """A PNG as a data: address; "" where the term has none."""
    if term in _MOSAICS:
        return mosaics.mosaic(_MOSAICS[term], folder)
    digit, photograph = (test_images.first_image(*which, folder) for which in (("mnist", 0), ("cifar10", 1)))
    if term not in _DRAWN or digit is None or photograph is None:
        return ""
    file = io.BytesIO()
    Image.fromarray(_DRAWN[term](digit[0][:, :, 0] / 255, photograph[0])).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _edges(digit: Numbers, stride: int = 1, activation: str = "none") -> Numbers:
    return walkthrough.convolution(digit[None], kernels.preset("sobel_x")[None], activation=activation, stride=stride).outputs


def _signed(values: Numbers) -> Bytes:
    share = np.abs(values / np.abs(values).max())[..., None]
    coloured: Bytes = np.rint(GROUND + (np.where(values[..., None] < 0, BELOW, ABOVE) - GROUND) * share).astype(np.uint8)
    return coloured


def _beside(*images: Bytes) -> Bytes:
    """With a grey line between them."""
    gap = np.full((images[0].shape[0], GAP, 3), 110, np.uint8)
    return np.concatenate([part for image in images for part in (image, gap)][:-1], axis=1)


def _channels(photograph: Bytes) -> Bytes:
    """Red, green and blue alone."""
    return _beside(*(np.where(np.arange(3) == channel, photograph, 0).astype(np.uint8) for channel in range(3)))


def _small(photograph: Bytes) -> Bytes:
    """The same picture with 8 x 8 pixels and as it is."""
    few = Image.fromarray(photograph).resize((8, 8), Image.Resampling.BILINEAR).resize((32, 32), Image.Resampling.NEAREST)
    return _beside(np.asarray(few), photograph)


def _padded(digit: Numbers) -> Bytes:
    """The border of zeros in orange."""
    whole = np.full((*np.add(digit.shape, 4), 3), (255, 169, 14), np.uint8)
    whole[2:-2, 2:-2] = np.rint(255 * digit).astype(np.uint8)[..., None]
    return whole


_MOSAICS: Mapping[str, str] = {
    "confusion_matrix": "architectures", "dropout": "dropout", "stratified": "splits", "validation": "splits", "accuracy": "train", "epoch": "train",
}  # fmt: skip
"""Term -> the page whose mosaic shows it."""
_DRAWN: Mapping[str, Callable[[Numbers, Bytes], Bytes]] = {
    "convolution": lambda digit, _: _signed(_edges(digit)),
    "feature_map": lambda digit, _: _signed(_edges(digit)),
    "kernel": lambda _digit, _: _signed(kernels.preset("sobel_x")),
    "weight": lambda _digit, _: _signed(kernels.preset("sobel_x")),
    "activation": lambda digit, _: _signed(_edges(digit, activation="ReLU")),
    "relu": lambda digit, _: _beside(_signed(_edges(digit)), _signed(_edges(digit, activation="ReLU"))),
    "stride": lambda digit, _: _signed(_edges(digit, stride=2)),
    "padding": lambda digit, _: _padded(digit),
    "pooling": lambda digit, _: _signed(walkthrough.pooling(digit[None], 4).outputs[0]),
    "channel": lambda _, photograph: _channels(photograph),
    "augmentation": lambda _, photograph: _beside(photograph, photograph[:, ::-1]),
    "resolution": lambda _, photograph: _small(photograph),
    "totv": lambda _, photograph: _small(photograph),
}
