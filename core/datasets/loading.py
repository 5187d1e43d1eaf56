"""A data set as tensors: read whole, verified, once per process, and shared.

The training part comes first, the official test part behind it, so one index names an image everywhere.
Every layout of a set gives the same bits; core/datasets/arrays.py reads them, for what needs no torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from core.datasets import arrays
from core.system.once import Once
from core.vocabulary.datasets import SOURCES, Source
from core.vocabulary.sources import source_of


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


_loaded: Once[DataSet] = Once(arrays.LOADED)


def load(name: str, folder: Path, sources: Mapping[str, Source] = SOURCES) -> DataSet:
    """The data set `name` from the data folder `folder`: loaded by the first call, shared by all later ones.

    Raises LabError for an unknown name, a missing set, or a truncated or altered file, which it names.
    """
    source = source_of(name, sources)
    return _loaded.get((source, folder.absolute()), lambda: _tensors(name, folder, sources))


def _tensors(name: str, folder: Path, sources: Mapping[str, Source]) -> DataSet:
    found = arrays.read(name, folder, sources)
    images, labels = torch.from_numpy(found.images), torch.from_numpy(found.labels)
    return DataSet(name, images, labels, found.classes, found.train_size, fingerprint(images, labels))


def fingerprint(images: Tensor, labels: Tensor) -> str:
    """sha256 in hex over the bytes of both tensors; tells in a run's provenance which data it saw."""
    digest = hashlib.sha256()
    for tensor in (images, labels):
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()
