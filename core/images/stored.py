"""Single images and all labels of a data set, straight from its files, without torch and without holding the set in memory.

The indices are those of core/datasets/loading.py: the official training part first, the test part behind it. Which layout a
set lies in makes no difference to what is read.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets import files as dataset_files
from core.datasets import formats
from core.datasets.formats import CIFAR_RECORD, IDX_HEAD, NO_FILES, Files
from core.images.decoding import Bytes
from core.vocabulary.datasets import Source
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of

Labels = NDArray[np.uint8]
IDX_LABELS = 8
"""Bytes before the first label of an idx file of labels: magic number, count."""


@dataclass(frozen=True, slots=True)
class _Access:
    """How one layout is read."""

    labels: Callable[[Source, Files], Labels]
    images: Callable[[Source, Files, Sequence[int]], Bytes]


def labels(dataset: str, folder: Path) -> Labels:
    """uint8 (N,): the class of every image. LabError where the data set is missing or damaged."""
    source, files, key = _files(dataset, folder)
    return _labels(source.name, files, key)


def images(dataset: str, folder: Path, indices: Sequence[int]) -> Bytes:
    """uint8 (n, C, S, S), 0 to 255: the images of these indices, in this order. LabError where the data set is missing or
    damaged, IndexError for an index that it does not have."""
    source, files, _ = _files(dataset, folder)
    if any(not 0 <= index < source.train + source.test for index in indices):
        raise IndexError(f"{dataset} has the images 0 to {source.train + source.test - 1}")
    try:
        found = _access(source, files).images(source, files, indices)
        return found.reshape(-1, *source.shape)
    except (OSError, EOFError, ValueError) as error:
        raise LabError(f"the images of {dataset} cannot be read: {error}") from error


def _files(dataset: str, folder: Path) -> tuple[Source, Files, object]:
    """The row, the files, and what changes when they do."""
    source = source_of(dataset)
    if not source.layouts:
        return source, NO_FILES, None
    files = Files(*dataset_files.ready(dataset, folder))
    return source, files, tuple(path.stat().st_mtime_ns for path in files.paths)


@lru_cache(maxsize=8)
def _labels(dataset: str, files: Files, changed: object) -> Labels:
    source = source_of(dataset)
    try:
        return _access(source, files).labels(source, files)
    except (OSError, EOFError, ValueError) as error:
        raise LabError(f"the labels of {dataset} cannot be read: {error}") from error


def _read(path: Path, start: int, count: int) -> bytes:
    """Bytes of a file; of a gzipped one, of what is in it."""
    if path.suffix == ".gz":
        return _unpacked(path, path.stat().st_mtime_ns)[start : start + count]
    with path.open("rb") as stream:
        stream.seek(start)
        return stream.read(count)


@lru_cache(maxsize=2)
def _unpacked(path: Path, changed: int) -> bytes:
    import gzip

    with gzip.open(path) as stream:
        return stream.read()


def _stacked(parts: Sequence[bytes]) -> Bytes:
    return np.frombuffer(b"".join(parts), np.uint8)


# --- idx: images and labels of the training part, then of the test part -------------------------------------------------


def _idx_labels(source: Source, files: Files) -> Labels:
    return _stacked([_read(files.paths[1], IDX_LABELS, source.train), _read(files.paths[3], IDX_LABELS, source.test)])


def _idx_images(source: Source, files: Files, indices: Sequence[int]) -> Bytes:
    size = source.side**2
    places = [(files.paths[0], index) if index < source.train else (files.paths[2], index - source.train) for index in indices]
    return _stacked([_read(path, IDX_HEAD + place * size, size) for path, place in places])


# --- the binary version of CIFAR-10: a label and three planes an image -------------------------------------------------


def _of_batches(files: Files, index: int) -> tuple[Path, int]:
    """The file that holds an image, and its place in it: the last file is the test part."""
    each = files.layout.files[0].size // CIFAR_RECORD
    return files.paths[index // each], index % each


def _binary_labels(source: Source, files: Files) -> Labels:
    batches = [np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, CIFAR_RECORD) for path in files.paths]
    return np.concatenate([batch[:, 0].copy() for batch in batches])


def _binary_images(source: Source, files: Files, indices: Sequence[int]) -> Bytes:
    places = [_of_batches(files, index) for index in indices]
    return _stacked([_read(path, place * CIFAR_RECORD + 1, CIFAR_RECORD - 1) for path, place in places])


# --- the python version: pickles, opened only when their hashes have matched --------------------------------------------


def _pickled(files: Files, number: int) -> dict[str, object]:
    content = dataset_files.content(files.paths[number], files.layout.files[number])
    found: dict[str, object] = pickle.loads(content, encoding="latin1")
    return found


def _python_labels(source: Source, files: Files) -> Labels:
    return np.concatenate([np.array(_pickled(files, number)["labels"], np.uint8) for number in range(len(files.paths) - 1)])


def _python_images(source: Source, files: Files, indices: Sequence[int]) -> Bytes:
    each = 10_000
    needed = {index // each: np.asarray(_pickled(files, index // each)["data"], np.uint8) for index in sorted(set(indices), key=lambda i: i // each)}
    return np.stack([needed[index // each][index % each] for index in indices]) if len(indices) else np.empty(0, np.uint8)


# --- sets of one's own: arrays in the order of arrival, and the order of the split ---------------------------------------


def _own_labels(source: Source, files: Files) -> Labels:
    classes, order = (np.load(path, allow_pickle=False) for path in files.paths[1:])
    return np.asarray(classes[order], np.uint8)


def _own_images(source: Source, files: Files, indices: Sequence[int]) -> Bytes:
    found, _, order = (np.load(path, mmap_mode="r", allow_pickle=False) for path in files.paths)
    return np.array(found[order[list(indices)]])


# --- any other format: read whole, and kept, for such a set is small ----------------------------------------------------


@lru_cache(maxsize=2)
def _whole(source: Source, files: Files) -> tuple[Bytes, Labels]:
    found, classes = formats.READERS[files.layout.kind or source.reader].read(source, files)
    return found, classes.astype(np.uint8)


_ACCESS = {
    "idx": _Access(_idx_labels, _idx_images),
    "binary": _Access(_binary_labels, _binary_images),
    "own": _Access(_own_labels, _own_images),
    "python": _Access(_python_labels, _python_images),
}
"""Kind of a layout -> how it is read without the rest."""
_WHOLE = _Access(lambda source, files: _whole(source, files)[1], lambda source, files, indices: _whole(source, files)[0][list(indices)])


def _access(source: Source, files: Files) -> _Access:
    return _ACCESS.get(files.layout.kind or source.reader, _WHOLE)
