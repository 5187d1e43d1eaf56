"""What is lost when an image is made smaller: bytes, differences, and the fine parts of its spectrum.

Images of a data set or an upload, reduced and restored, and what that costs. Torch-free.

The spectrum tells how much an image changes, from slowly to quickly. A wave with k ups and downs across an image
needs more than 2 k pixels along the side, or it cannot be told from a slower one: with `side` pixels all that is
finer than side / 2 waves is lost (Nyquist 1928, Shannon 1949).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.datasets import arrays
from core.images.decoding import Bytes
from core.images.plain_resampling import resized
from core.images.preprocessing import prepare
from core.vocabulary.sources import source_of

Floats = npt.NDArray[np.float64]

PEAK = 255


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The same images at one side, and as a network gets them."""

    side: int
    reduced: Bytes
    """uint8 (N, C, side, side)."""
    restored: Bytes
    """uint8 (N, C, S, S)."""


def of_dataset(name: str, folder: Path, first: int, count: int) -> tuple[Bytes, list[str]]:
    """uint8 (count, C, S, S) from image `first` of the data set on, counted from 0, and their classes.

    The training part comes first. Fewer images at the end of the set; LabError where it is missing or damaged.
    """
    data = arrays.read(name, folder)
    chosen = slice(first, first + count)
    return data.images[chosen], [data.classes[label] for label in data.labels[chosen].tolist()]


def fit_upload(image: Bytes, dataset: str) -> Bytes:
    """uint8 (C, H, W), any size -> (1, C, S, S) in the form of a data set (core/images/preprocessing.py)."""
    return prepare(image.transpose(1, 2, 0), dataset, source_of(dataset).shape).seen


def pairs(images: Bytes, sides: Sequence[int], filter: str) -> list[Pair]:
    """uint8 (N, C, S, S) at each of the sides."""
    reduced = {side: resized(images, side, filter) for side in sides}
    return [Pair(side, small, resized(small, images.shape[-1], filter)) for side, small in reduced.items()]


# --- what is lost ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loss:
    """What some images lose at one side; means over the images."""

    side: int
    raw: int
    """Bytes of the reduced pixels, one for each colour of each pixel."""
    png: float
    """Bytes of the reduced image as a PNG file, losslessly compressed."""
    difference: float
    """Mean distance of a restored value from the original's, in levels of 0 to 255."""
    psnr: float | None
    """Peak signal-to-noise ratio in decibels, of the mean squared distance over all images; None: nothing differs."""
    above: float
    """The share of the originals' energy that is finer than the side can hold, 0 to 1."""


def loss(originals: Bytes, reduced: Bytes, restored: Bytes) -> Loss:
    """uint8 (N, C, S, S), the same at (N, C, side, side), and restored to (N, C, S, S)."""
    side = reduced.shape[-1]
    files = float(np.mean([len(png(image)) for image in reduced]))
    return Loss(side, reduced[0].size, files, difference(originals, restored), psnr(originals, restored), above(energy(originals), side))


def difference(originals: Bytes, restored: Bytes) -> float:
    """The mean absolute distance of two arrays of the same shape, in levels.

    >>> difference(np.array([0, 255], np.uint8), np.array([10, 255], np.uint8))
    5.0
    """
    return float(np.abs(originals.astype(np.float64) - restored).mean())


def psnr(originals: Bytes, restored: Bytes) -> float | None:
    """10 log10(255^2 / mean squared distance) in decibels; None where nothing differs."""
    squared = float(((originals.astype(np.float64) - restored) ** 2).mean())
    return 10 * float(np.log10(PEAK**2 / squared)) if squared else None


def png(image: Bytes) -> bytes:
    """uint8 (C, H, W), 1 or 3 channels -> its PNG file."""
    file = io.BytesIO()
    Image.fromarray(image[0] if len(image) == 1 else image.transpose(1, 2, 0)).save(file, "PNG", optimize=True)
    return file.getvalue()


# --- the spectrum ---------------------------------------------------------------------------------------------------


def energy(images: Bytes) -> Floats:
    """uint8 (N, C, S, S) -> (S // 2 + 1,): the energy at each fineness, 0 ... S // 2 waves across the image.

    Energy is the sum of squared distances from each channel's mean brightness, split up by the discrete Fourier
    transform (Parseval: the parts add up to the whole). A wave counts by its faster direction, across or down, for that
    is the one that needs the pixels.
    """
    side = images.shape[-1]
    values = images.astype(np.float64)
    power = np.abs(np.fft.fft2(values - values.mean((2, 3), keepdims=True))) ** 2 / side**2
    waves = np.abs(np.fft.fftfreq(side, 1 / side)).round().astype(int)
    fineness = np.maximum(waves[:, None], waves[None, :])
    found: Floats = np.bincount(fineness.ravel(), power.sum((0, 1)).ravel(), side // 2 + 1).astype(np.float64)
    return found


def above(energies: Floats, side: int) -> float:
    """The share of the energy (from `energy`) that is finer than `side` / 2 waves; 0 of an image without any.

    >>> above(np.array([0.0, 6.0, 1.0, 1.0]), side=2)
    0.25
    """
    whole = energies.sum()
    finer = energies[np.arange(len(energies)) > side / 2].sum()
    return float(finer / whole) if whole else 0.0
