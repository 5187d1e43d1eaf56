"""A data set as numpy arrays: read whole, verified, once per process, and shared. Torch-free, for what only looks at images.

core/datasets/loading.py makes tensors of the same memory. The training part comes first, the official test part behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets.files import how_to_get, ready
from core.datasets.formats import NO_FILES, READERS, Files, Images, Labels
from core.system.once import Once
from core.vocabulary.datasets import SOURCES, Source
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Labelled images, shared by everyone in the process: read them, never write them."""

    images: Images
    """uint8 (N, C, H, W), 0 to 255."""
    labels: Labels
    """int64 (N,), indices into `classes`."""
    classes: tuple[str, ...]
    train_size: int
    """So many of the first are the official training part, the rest is the official test part."""

    @property
    def test_size(self) -> int:
        """The number of images of the official test part."""
        return len(self.labels) - self.train_size


LOADED = 12
"""So many data sets stay in memory; the one that nobody asked for longest goes first."""
_read_once: Once[Arrays] = Once(LOADED)
_fingerprints: Once[str] = Once(LOADED)


def read(name: str, folder: Path, sources: Mapping[str, Source] = SOURCES) -> Arrays:
    """The data set `name` from the data folder `folder`: read by the first call, shared by all later ones.

    Raises LabError for an unknown name, a missing set, or a truncated or altered file, which it names.
    """
    source = source_of(name, sources)
    return _read_once.get((source, folder.absolute()), lambda: _read(source, folder, sources))


def fingerprint(name: str, folder: Path) -> str:
    """sha256 in hex over images and labels, as a run's provenance has it (core/datasets/loading.py). LabError as `read`."""
    return _fingerprints.get((source_of(name), folder.absolute()), lambda: _hashed(read(name, folder)))


def _hashed(found: Arrays) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(found.images).data)
    digest.update(np.ascontiguousarray(found.labels).data)
    return digest.hexdigest()


def _read(source: Source, folder: Path, sources: Mapping[str, Source]) -> Arrays:
    if source.layouts:
        files = Files(*ready(source.name, folder, sources))
        try:
            images, labels = READERS[files.layout.kind].read(source, files)
        except LabError as error:
            raise LabError(f"{error}; {how_to_get(source.name)}") from error
    else:
        images, labels = READERS[source.reader].read(source, NO_FILES)
    return Arrays(images, labels.astype(np.int64), source.classes, source.train)
