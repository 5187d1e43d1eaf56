"""Official test images that come with the app: something to classify and to show where a data set is not fetched. Torch-free.

Under pretrained/ lie one PNG each with the first images of MNIST and CIFAR-10, and a larger one of Fashion-MNIST: its
first test images, and behind them those that one of the report's four networks is surest and wrong about. Each PNG
holds many square images beside each other, and a text chunk that tells which they are. scikit-learn's digits are
always at hand. MNIST: LeCun, Cortes, Burges 1998, CC BY-SA 3.0; CIFAR-10: Krizhevsky 2009; Fashion-MNIST: Xiao, Rasul,
Vollgraf 2017, arXiv:1708.07747, MIT licence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from core.datasets import arrays, formats
from core.datasets import files as dataset_files
from core.images.decoding import Bytes
from core.pretrained.outputs import Answers, read_outputs
from core.system.atomic import whole_file
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of

CHUNK = "tiles"
"""The text chunk of a PNG with what is to be known about its images, as JSON."""
FIRST_COUNT, FIRST_ACROSS = 12, 4
FIRST_DATASETS = ("mnist", "cifar10")
TILES_DATASET = "fashion-mnist"
TILES_FILE = "fashion-mnist-test.png"
TILES_FIRST = 300
TILES_MISTAKES = 30
"""Of each network, so many of the mistakes that it is surest of."""
TILES_ACROSS, TILES_SIDE = 20, 28


# --- the first images of a data set ----------------------------------------------------------------------------------


def first_image(dataset: str, number: int, folder: Path) -> tuple[Bytes, int] | None:
    """(uint8 (H, W, C), its class by number) of an official test image; None where it does not come with the app."""
    if not 0 <= number < FIRST_COUNT:
        return None
    if dataset == TILES_DATASET:
        tiles = read_tiles(folder)
        return (tiles.image(number)[:, :, None], tiles.labels[number]) if tiles else None
    path = first_file(dataset, folder)
    if dataset not in FIRST_DATASETS or not path.exists():
        return None
    images, labels = _read_first(path, source_of(dataset).side, path.stat().st_mtime_ns)
    found = images[number]
    return (found if found.ndim == 3 else found[:, :, None]), labels[number]


def first_file(dataset: str, folder: Path) -> Path:
    """The path of the image that holds the first test images of a data set."""
    return folder / f"{dataset}-test.png"


@lru_cache(maxsize=4)
def _read_first(path: Path, side: int, changed: int) -> tuple[Bytes, tuple[int, ...]]:
    images, about = read_sheet(path, side)
    try:
        labels = tuple(map(int, about["labels"]))
        if not len(labels) == len(images) == FIRST_COUNT:
            raise ValueError(f"{len(labels)} classes and {len(images)} pictures instead of {FIRST_COUNT}")
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from error
    return images, labels


def renew_first(folder: Path, data: Path) -> list[str]:
    """Makes the PNGs that are missing, of the data sets that are there; their names."""
    missing = [dataset for dataset in FIRST_DATASETS if not first_file(dataset, folder).exists() and dataset_files.state(dataset, data).present]
    for dataset in missing:
        _write_first(dataset, folder, data)
    return [first_file(dataset, folder).name for dataset in missing]


def _write_first(dataset: str, folder: Path, data: Path) -> None:
    whole = arrays.read(dataset, data)
    first = slice(whole.train_size, whole.train_size + FIRST_COUNT)
    images = whole.images[first].transpose(0, 2, 3, 1)
    grey = images.shape[3] == 1
    write_sheet(first_file(dataset, folder), images[..., 0] if grey else images, FIRST_ACROSS, {"labels": whole.labels[first].tolist()})


# --- Fashion-MNIST, for a page that shows some of its test images ---------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Some images of the official test set."""

    indices: tuple[int, ...]
    """Which ones: each one's place in the test set. The first `drawable` of them are the test set's first."""
    labels: tuple[int, ...]
    images: NDArray[np.uint8]
    """(N, 28, 28), 0 black to 255 white."""
    drawable: int
    """How many of them a random draw may take: the rest was chosen, so that it would not be fair."""
    _places: dict[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {index: place for place, index in enumerate(self.indices)})

    def __contains__(self, index: int) -> bool:
        return index in self._places

    def image(self, index: int) -> NDArray[np.uint8]:
        """(28, 28), the test image with this index."""
        found: NDArray[np.uint8] = self.images[self._places[index]]
        return found

    def examples(self, label: int, count: int) -> list[int]:
        """The indices of the first `count` images of a class."""
        own = (index for index, its in zip(self.indices[: self.drawable], self.labels, strict=False) if its == label)
        return [index for _, index in zip(range(count), own, strict=False)]


def tiles(data: Path, folder: Path) -> Tiles | None:
    """All test images where the data set is in `data`, else those of the PNG in `folder`; None without either."""
    return all_tiles(data) if dataset_files.state(TILES_DATASET, data).present else read_tiles(folder)


@lru_cache(maxsize=2)
def all_tiles(data: Path) -> Tiles:
    """All 10,000 official test images, verified. LabError where they are missing or altered."""
    layout, paths = dataset_files.ready(TILES_DATASET, data)
    images, labels = map(formats.parse, map(dataset_files.content, paths[2:], layout.files[2:]))
    truth = tuple(labels.tolist())
    return Tiles(tuple(range(len(truth))), truth, images, len(truth))


def read_tiles(folder: Path) -> Tiles | None:
    """The tiles of the PNG in the folder; None where there is none. LabError when it is damaged."""
    path = folder / TILES_FILE
    try:
        return _read_tiles(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=4)
def _read_tiles(path: Path, changed: int) -> Tiles:
    images, about = read_sheet(path, TILES_SIDE)
    try:
        indices, labels = tuple(map(int, about["indices"])), tuple(map(int, about["labels"]))
        if not len(images) >= len(labels) == len(indices):
            raise ValueError(f"{len(indices)} tiles are named and {len(images)} are there")
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from error
    return Tiles(indices, labels, images[: len(indices)], min(TILES_FIRST, len(indices)))


def renew_tiles(folder: Path, data: Path, runs: Sequence[str]) -> bool:
    """Makes the PNG once the kept answers of all these runs and the data set are there; True where it wrote it."""
    kept = [outputs for run in runs if (outputs := read_outputs(run, folder)) is not None]
    if len(kept) < len(runs) or not dataset_files.state(TILES_DATASET, data).present:
        return False
    return write_tiles(folder, all_tiles(data), {index for outputs in kept for index in Answers.of(outputs, TILES_SIDE).mistakes(TILES_MISTAKES)})


def write_tiles(folder: Path, everything: Tiles, chosen: Iterable[int]) -> bool:
    """Makes the PNG of the first images and the `chosen` ones; False where it is there already with just these."""
    first = everything.indices[:TILES_FIRST]
    indices = (*first, *sorted(set(chosen) - set(first)))
    present = read_tiles(folder)
    if present is not None and present.indices == indices:
        return False
    images, labels = np.stack([everything.image(index) for index in indices]), [everything.labels[index] for index in indices]
    write_sheet(folder / TILES_FILE, images, TILES_ACROSS, {"indices": indices, "labels": labels})
    return True


# --- many images in one PNG -----------------------------------------------------------------------------------------


def write_sheet(path: Path, images: Bytes, across: int, about: dict[str, Any]) -> None:
    """uint8 (N, S, S) or (N, S, S, 3), `across` beside each other, row by row; the last row is filled up with black."""
    side, rows = images.shape[1], -(-len(images) // across)
    tiles = np.zeros((rows * across, *images.shape[1:]), np.uint8)
    tiles[: len(images)] = images
    sheet = tiles.reshape(rows, across, *images.shape[1:]).swapaxes(1, 2)
    text = PngImagePlugin.PngInfo()
    text.add_text(CHUNK, json.dumps(about))
    with whole_file(path) as out:
        Image.fromarray(sheet.reshape(rows * side, across * side, *images.shape[3:])).save(out, "PNG", pnginfo=text, optimize=True)


def read_sheet(path: Path, side: int) -> tuple[Bytes, dict[str, Any]]:
    """(uint8 (N, side, side) or (N, side, side, 3), `about`), the filling behind the last image included.

    FileNotFoundError where there is none; LabError when it is damaged.
    """
    try:
        with Image.open(path) as image:
            about = json.loads(image.info[CHUNK])
            sheet = np.asarray(image)
        rows, across = sheet.shape[0] // side, sheet.shape[1] // side
        images = sheet.reshape(rows, side, across, side, *sheet.shape[2:]).swapaxes(1, 2)
        return images.reshape(-1, side, side, *sheet.shape[2:]), about
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> LabError:
    """What to do about a file that does not hold what it should."""
    return LabError(f"{path} is damaged ({error!r}); python -m core pretrain makes it")
