"""A data set as tensors: read whole, verified, once per process, and shared.

The training part comes first, the official test part behind it, so one index names an image everywhere.
Every layout of a set gives the same bits. torchvision reads the CIFAR-10 python version; the CIFAR-10 binary version,
which it does not read, and the idx files, for which its import would cost more than the reading, take a few lines of ours.
torchvision and scikit-learn cost over a second to import, so each is imported where it is needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.datasets import formats
from core.datasets.catalog import SOURCES, Layout, Source
from core.datasets.files import content, ready, source_of
from core.system.once import Once
from core.vocabulary.errors import LabError

_DIGITS_SEED = 0  # of the draw that makes the test part of `digits`; changing it changes the data set


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Labelled images, shared by everyone in the process: read them, never write them.

    images: uint8 (N, C, H, W), 0..255; labels: int64 (N,), indices into `classes`. Indices below
    `train_size` are the official training part, the rest the official test part. `fingerprint`: sha256 in
    hex of both tensors.
    """

    name: str
    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    train_size: int
    fingerprint: str

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width

    @property
    def test_size(self) -> int:
        """The number of images of the official test part."""
        return len(self.labels) - self.train_size


_loaded: Once[DataSet] = Once()


def load(name: str, folder: Path, sources: Mapping[str, Source] = SOURCES) -> DataSet:
    """The data set `name` from the data folder `folder`: loaded by the first call, shared by all later ones.

    Raises LabError for an unknown name, a missing set, or a truncated or altered file, which it names.
    """
    source = source_of(name, sources)
    return _loaded.get((source, folder.absolute()), lambda: _read(source, folder, sources))


def _read(source: Source, folder: Path, sources: Mapping[str, Source]) -> DataSet:
    if source.layouts:
        layout, paths = ready(source.name, folder, sources)
        try:
            images, labels = _READERS[layout.kind](layout, paths)
        except LabError as error:
            raise LabError(f"{error}; python -m core data {source.name} --fetch fetches it again") from error
    else:
        images, labels = _digits(source)
    labels = labels.to(torch.int64)
    return DataSet(source.name, images, labels, source.classes, source.train, fingerprint(images, labels))


def fingerprint(images: Tensor, labels: Tensor) -> str:
    """sha256 in hex over the bytes of both tensors; tells in a run's provenance which data it saw."""
    digest = hashlib.sha256()
    for tensor in (images, labels):
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()


def _digits(source: Source) -> tuple[Tensor, Tensor]:
    """scikit-learn's digits, (1797, 1, 8, 8): values 0..16 spread over 0..255.

    There is no official test part: a stratified fifth, 360 images drawn once for all with a fixed seed,
    is taken for it. Inside both parts the images keep scikit-learn's order.
    """
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]
    from sklearn.model_selection import train_test_split  # type: ignore[import-untyped]

    values, labels = load_digits(return_X_y=True)
    train, test = train_test_split(
        np.arange(len(labels)), test_size=source.test, stratify=labels, random_state=_DIGITS_SEED
    )
    order = np.concatenate([np.sort(train), np.sort(test)])
    images = np.rint(values[order] * (255 / 16)).astype(np.uint8).reshape(-1, *source.shape)
    return torch.from_numpy(images), torch.from_numpy(labels[order])


def _read_idx(layout: Layout, paths: tuple[Path, ...]) -> tuple[Tensor, Tensor]:
    """The idx files, plain or gzipped."""
    train_images, train_labels, test_images, test_labels = map(formats.parse, map(content, paths, layout.files))
    images, labels = np.concatenate([train_images, test_images]), np.concatenate([train_labels, test_labels])
    return torch.from_numpy(images).unsqueeze(1), torch.from_numpy(labels)


def _read_binary(layout: Layout, paths: tuple[Path, ...]) -> tuple[Tensor, Tensor]:
    """The CIFAR-10 binary version: rows of one label byte and 3 x 32 x 32 bytes, plane by plane."""
    rows = [np.frombuffer(data, np.uint8).reshape(-1, 3073) for data in map(content, paths, layout.files)]
    images = np.concatenate([batch[:, 1:] for batch in rows]).reshape(-1, 3, 32, 32)
    return torch.from_numpy(images), torch.from_numpy(np.concatenate([batch[:, 0] for batch in rows]))


def _read_python(layout: Layout, paths: tuple[Path, ...]) -> tuple[Tensor, Tensor]:
    """The CIFAR-10 python version: pickles, so torchvision opens them only when their hashes have matched."""
    for path, file in zip(paths, layout.files, strict=True):
        content(path, file)
    from torchvision.datasets import CIFAR10  # type: ignore[import-untyped]

    *batches, names = [file.name for file in layout.files]

    class Verified(CIFAR10):  # type: ignore[misc]
        base_folder = layout.folder
        # No md5 here: torchvision would hash every file twice more.
        train_list = [[name, None] for name in batches[:-1]]
        test_list = [[batches[-1], None]]
        meta = {"filename": names, "key": "label_names", "md5": None}

    parts: list[Any] = [Verified(paths[0].parent.parent, train=train) for train in (True, False)]
    images = np.concatenate([part.data for part in parts])  # (N, H, W, C)
    labels = np.concatenate([part.targets for part in parts])
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))), torch.from_numpy(labels)


_READERS: dict[str, Callable[[Layout, tuple[Path, ...]], tuple[Tensor, Tensor]]] = {
    "idx": _read_idx,
    "binary": _read_binary,
    "python": _read_python,
}
