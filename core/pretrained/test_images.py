"""Fashion-MNIST's test images for a page that shows some of them: whole where the data set is, else from one PNG.

The PNG lies under pretrained/: the first official test images, and behind them those that one of the report's four
networks is surest and wrong about. A text chunk of it tells which image a tile is, and its class. Torch-free.
Fashion-MNIST: Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747, MIT licence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets import files as dataset_files
from core.datasets import formats
from core.pretrained import sheet
from core.pretrained.cards import FOLDER, read_outputs
from core.pretrained.outputs import Answers

DATASET = "fashion-mnist"
NAME = "fashion-mnist-test.png"
FIRST = 300
MISTAKES = 30
"""Of each network, so many of the mistakes that it is surest of."""
ACROSS, SIDE = 20, 28


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


def tiles(data: Path, folder: Path = FOLDER) -> Tiles | None:
    """All test images where the data set is in `data`, else those of the PNG in `folder`; None without either."""
    return whole(data) if dataset_files.state(DATASET, data).present else read(folder)


@lru_cache(maxsize=2)
def whole(data: Path) -> Tiles:
    """All 10,000 official test images, verified. LabError where they are missing or altered."""
    layout, paths = dataset_files.ready(DATASET, data)
    images, labels = map(formats.parse, map(dataset_files.content, paths[2:], layout.files[2:]))
    truth = tuple(labels.tolist())
    return Tiles(tuple(range(len(truth))), truth, images, len(truth))


def read(folder: Path = FOLDER) -> Tiles | None:
    """The tiles of the PNG in the folder; None where there is none. LabError when it is damaged."""
    path = folder / NAME
    try:
        return _read_once(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=4)
def _read_once(path: Path, changed: int) -> Tiles:
    images, told = sheet.read(path, SIDE)
    try:
        indices, labels = tuple(map(int, told["indices"])), tuple(map(int, told["labels"]))
        if not len(images) >= len(labels) == len(indices):
            raise ValueError(f"{len(indices)} tiles are named and {len(images)} are there")
    except (ValueError, KeyError, TypeError) as error:
        raise sheet.damaged(path, error) from error
    return Tiles(indices, labels, images[: len(indices)], min(FIRST, len(indices)))


def renew(folder: Path, data: Path, runs: Sequence[str]) -> bool:
    """Makes the PNG once the kept answers of all these runs and the data set are there; True where it wrote it."""
    kept = [outputs for run in runs if (outputs := read_outputs(run, folder)) is not None]
    if len(kept) < len(runs) or not dataset_files.state(DATASET, data).present:
        return False
    return write(folder, whole(data), {index for outputs in kept for index in Answers.of(outputs, SIDE).mistakes(MISTAKES)})


def write(folder: Path, everything: Tiles, chosen: Iterable[int]) -> bool:
    """Makes the PNG of the first images and the `chosen` ones; False where it is there already with just these."""
    first = everything.indices[:FIRST]
    wanted = (*first, *sorted(set(chosen) - set(first)))
    there = read(folder)
    if there is not None and there.indices == wanted:
        return False
    images, labels = np.stack([everything.image(index) for index in wanted]), [everything.labels[index] for index in wanted]
    sheet.write(folder / NAME, images, ACROSS, {"indices": wanted, "labels": labels})
    return True
