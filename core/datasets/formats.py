"""The file formats of the data sets, read with numpy alone: torchvision's readers take over a second to import."""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

IDX_HEAD = 16
"""Bytes before the first image of an idx file of images: magic number, count, height, width."""
CIFAR_RECORD = 3073
"""Bytes of one image of the CIFAR-10 binary version: its label, then the red, green and blue planes of 32x32."""


def parse(data: bytes) -> npt.NDArray[np.uint8]:
    """The read-only array in an idx file (LeCun 1998): 0, 0, 8, D; D sizes as big-endian uint32; the values."""
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", count=dimensions, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(tuple(map(int, shape)))


# --- single training images, in milliseconds ------------------------------------------------------------------------


def read_idx(folder: Path, indices: Sequence[int]) -> npt.NDArray[np.uint8]:
    """uint8 (N, 28, 28): these images of the idx file of training images, gzipped or not. OSError where there is none."""
    file = next((file for file in sorted(folder.glob("train-images*")) if file.suffix != ".part"), None)
    if file is None:
        raise OSError(f"no pictures in {folder}")
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        data = stream.read(IDX_HEAD + (max(indices) + 1) * 28 * 28)
    return np.frombuffer(data, np.uint8, offset=IDX_HEAD).reshape(-1, 28, 28)[list(indices)]


def read_cifar(folder: Path, indices: Sequence[int]) -> npt.NDArray[np.uint8]:
    """uint8 (N, 32, 32, 3): these images of the first batch of the binary version. OSError where there is none."""
    with (folder / "data_batch_1.bin").open("rb") as stream:
        data = stream.read((max(indices) + 1) * CIFAR_RECORD)
    records = np.frombuffer(data, np.uint8).reshape(-1, CIFAR_RECORD)[list(indices)]
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def read_digits(indices: Sequence[int]) -> npt.NDArray[np.uint8]:
    """uint8 (N, 8, 8): scikit-learn carries the set as a table of 64 values from 0 to 16 and the label."""
    with gzip.open(scikit_learn_folder() / "data" / "digits.csv.gz", "rt") as lines:
        rows = [line.split(",")[:64] for _, line in zip(range(max(indices) + 1), lines, strict=False)]
    values = np.array([rows[index] for index in indices], np.float64).reshape(-1, 8, 8)
    return np.round(values * 255 / 16).astype(np.uint8)


def scikit_learn_folder() -> Path:
    """The folder of scikit-learn's data sets, found without importing it. OSError where it is not installed."""
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise OSError("scikit-learn is not installed")
    return Path(package.submodule_search_locations[0]) / "datasets"
