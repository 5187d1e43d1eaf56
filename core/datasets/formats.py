"""The readers of the data sets' formats: whole sets as numpy arrays, and single training images in milliseconds.

A layout of a row (core/vocabulary/datasets.py) names its reader; a row without layouts names one itself. torchvision costs over a
second to import, so it is imported where it is needed; all else is read with numpy alone, scikit-learn's digits from their file.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.datasets.draws import stratified_part
from core.datasets.files import content
from core.vocabulary.datasets import Layout, Source

Images = npt.NDArray[np.uint8]
"""(N, C, H, W), 0 to 255."""
Labels = npt.NDArray[np.integer[Any]]
"""(N,), indices into the classes of the set."""

IDX_HEAD = 16
"""Bytes before the first image of an idx file of images: magic number, count, height, width."""
CIFAR_RECORD = 3073
"""Bytes of one image of the CIFAR-10 binary version: its label, then the red, green and blue planes of 32x32."""
DIGITS_SEED = 0
"""Of the draw that makes the test part of `digits`; changing it changes the data set."""


@dataclass(frozen=True, slots=True)
class Files:
    """A complete layout on disk: its row and the paths of its files, in the same order."""

    layout: Layout
    paths: tuple[Path, ...]

    def contents(self) -> list[bytes]:
        """The unpacked bytes of each file. LabError where one is not what was published."""
        return list(map(content, self.paths, self.layout.files))


NO_FILES = Files(Layout("", "", "", (), ()), ())


@dataclass(frozen=True, slots=True)
class Reader:
    """How one format is read."""

    read: Callable[[Source, Files], tuple[Images, Labels]]
    """The whole set, its official training part first; from NO_FILES for a set that comes with a package."""
    first: Callable[[Source, Path | None, Sequence[int]], Images] | None = None
    """Single training images, unverified, from the folder of their layout. OSError, EOFError or ValueError where that folder is
    not as expected; None where a format has no quick way."""


# --- idx: MNIST and Fashion-MNIST -----------------------------------------------------------------------------------


def _read_idx(source: Source, files: Files) -> tuple[Images, Labels]:
    train_images, train_labels, test_images, test_labels = map(parse, files.contents())
    return np.concatenate([train_images, test_images])[:, None], np.concatenate([train_labels, test_labels])


def parse(data: bytes) -> npt.NDArray[np.uint8]:
    """The read-only array in an idx file (LeCun 1998): 0, 0, 8, D; D sizes as big-endian uint32; the values."""
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", count=dimensions, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(tuple(map(int, shape)))


def _first_idx(source: Source, folder: Path | None, indices: Sequence[int]) -> Images:
    """Of the file of training images, gzipped or not."""
    file = next((file for file in sorted(folder.glob("train-images*")) if file.suffix != ".part"), None) if folder else None
    if file is None:
        raise OSError(f"no pictures in {folder}")
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        data = stream.read(IDX_HEAD + (max(indices) + 1) * source.side**2)
    return np.frombuffer(data, np.uint8, offset=IDX_HEAD).reshape(-1, *source.shape)[list(indices)]


# --- CIFAR-10 -------------------------------------------------------------------------------------------------------


def _read_binary(source: Source, files: Files) -> tuple[Images, Labels]:
    """The binary version: rows of one label byte and 3 x 32 x 32 bytes, plane by plane."""
    rows = [np.frombuffer(data, np.uint8).reshape(-1, CIFAR_RECORD) for data in files.contents()]
    images = np.concatenate([batch[:, 1:] for batch in rows]).reshape(-1, *source.shape)
    return images, np.concatenate([batch[:, 0] for batch in rows])


def _first_binary(source: Source, folder: Path | None, indices: Sequence[int]) -> Images:
    """Of the first batch."""
    if folder is None:
        raise OSError("no pictures")
    with (folder / "data_batch_1.bin").open("rb") as stream:
        data = stream.read((max(indices) + 1) * CIFAR_RECORD)
    records = np.frombuffer(data, np.uint8).reshape(-1, CIFAR_RECORD)[list(indices)]
    return records[:, 1:].reshape(-1, *source.shape)


def _read_python(source: Source, files: Files) -> tuple[Images, Labels]:
    """The python version: pickles, so torchvision opens them only when their hashes have matched."""
    files.contents()
    from torchvision.datasets import CIFAR10  # type: ignore[import-untyped]

    *batches, names = [file.name for file in files.layout.files]

    class Verified(CIFAR10):  # type: ignore[misc]
        base_folder = files.layout.folder
        # No md5 here: torchvision would hash every file twice more.
        train_list = [[name, None] for name in batches[:-1]]
        test_list = [[batches[-1], None]]
        meta = {"filename": names, "key": "label_names", "md5": None}

    parts: list[Any] = [Verified(files.paths[0].parent.parent, train=train) for train in (True, False)]
    images = np.concatenate([part.data for part in parts])  # (N, H, W, C)
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)), np.concatenate([part.targets for part in parts])


# --- sets of one's own ----------------------------------------------------------------------------------------------


def _read_own(source: Source, files: Files) -> tuple[Images, Labels]:
    """Images and labels in the order of their arrival, and the order in which a split takes them: training part, test part."""
    images, labels, order = (np.load(io.BytesIO(data), allow_pickle=False) for data in files.contents())
    return images[order], labels[order]


def _first_own(source: Source, folder: Path | None, indices: Sequence[int]) -> Images:
    if folder is None:
        raise OSError("no pictures")
    images, _, order = (np.load(folder / file.name, mmap_mode="r", allow_pickle=False) for file in source.layouts[0].files)
    return np.array(images[order[list(indices)]])


# --- scikit-learn's digits ------------------------------------------------------------------------------------------


def _read_digits(source: Source, files: Files) -> tuple[Images, Labels]:
    """(1797, 1, 8, 8): values 0..16 spread over 0..255.

    There is no official test part: a stratified fifth, 360 images drawn once for all with a fixed seed,
    is taken for it. Inside both parts the images keep scikit-learn's order.
    """
    table = np.loadtxt(_digits_file(), delimiter=",", dtype=np.int64)
    values, labels = table[:, :-1], table[:, -1]
    train, test = stratified_part(labels, source.test, DIGITS_SEED)
    order = np.concatenate([np.sort(train), np.sort(test)])
    return np.rint(values[order] * (255 / 16)).astype(np.uint8).reshape(-1, *source.shape), labels[order]


def _first_digits(source: Source, folder: Path | None, indices: Sequence[int]) -> Images:
    with gzip.open(_digits_file(), "rt") as lines:
        rows = [line.split(",")[:64] for _, line in zip(range(max(indices) + 1), lines, strict=False)]
    values = np.array([rows[index] for index in indices], np.float64).reshape(-1, *source.shape)
    return np.round(values * 255 / 16).astype(np.uint8)


def _digits_file() -> Path:
    """scikit-learn carries the set as a table of 64 values from 0 to 16 and the label."""
    return scikit_learn_folder() / "data" / "digits.csv.gz"


def scikit_learn_folder() -> Path:
    """The folder of scikit-learn's data sets, found without importing it. OSError where it is not installed."""
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise OSError("scikit-learn is not installed")
    return Path(package.submodule_search_locations[0]) / "datasets"


READERS: dict[str, Reader] = {
    "idx": Reader(_read_idx, _first_idx),
    "binary": Reader(_read_binary, _first_binary),
    "python": Reader(_read_python),
    "own": Reader(_read_own, _first_own),
    "digits": Reader(_read_digits, _first_digits),
}
