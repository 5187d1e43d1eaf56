"""A closed collection as a data set: its images as arrays with a hash, an order for each way of splitting them, and its row.

`images.npy` uint8 (N, C, S, S) and `labels.npy` uint8 (N,) have the images in the order of their arrival, stored once;
`order-SPLIT.npy` int64 (N,) are their indices, those of the training part first. The row (core/vocabulary/sources.py) is
written last, so that a set is never half there.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.datasets.own import parts
from core.datasets.own.images import pixels_of
from core.datasets.own.records import Contribution, OwnSet
from core.system.atomic import whole_folder, write_whole
from core.vocabulary.errors import LabError
from core.vocabulary.sources import FILES, ROW, SPLITS

SAMPLES = 4
"""Training images that stand for the set on a page."""
_DATA = "data-"


def write(folder: Path, about: OwnSet, images: Sequence[Contribution], pngs: Sequence[bytes], split: str, seed: int) -> None:
    """Writes arrays and row of a set into its folder and removes those before. `split`: what the plain name means.

    LabError where the split is impossible; a split that nobody asked for and that is impossible is left out with its reason.
    """
    found, refused = _splits(about, images, split, seed)
    labels = np.array([image.label for image in images], np.uint8)
    pixels = np.stack([pixels_of(png, about.shape) for png in pngs])
    arrays = {FILES[0]: pixels, FILES[1]: labels}
    arrays |= {f"order-{name}.npy": np.concatenate([its.train, its.test]) for name, its in found.items()}
    contents = {name: _npy(array) for name, array in arrays.items()}
    described = {name: {"size": len(content), "digest": hashlib.sha256(content).hexdigest()} for name, content in contents.items()}
    whole = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    data = folder / f"{_DATA}{whole[:16]}"
    if not data.exists():
        with whole_folder(data) as part:
            for name, content in contents.items():
                write_whole(part / name, content)
    row = {
        "title": about.title, "classes": list(about.classes), "shape": list(about.shape), "drawn": about.drawn, "folder": data.name,
        "files": [described[name] for name in FILES], "split": split, "seed": seed, "refused": refused,
        "splits": {name: {"order": described[f"order-{name}.npy"], "seed": its.seed, **_counts(its, labels, len(about.classes))}
                   for name, its in found.items()},
    }  # fmt: skip
    write_whole(folder / ROW, json.dumps(row, ensure_ascii=False))
    for old in folder.glob(f"{_DATA}*"):
        if old != data:
            shutil.rmtree(old, ignore_errors=True)


def split_of(folder: Path) -> tuple[str, int]:
    """The split and the seed that a set was closed with. LabError where its row cannot be read."""
    try:
        row = json.loads((folder / ROW).read_text(encoding="utf-8"))
        return str(row["split"]), int(row["seed"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LabError(f"{folder / ROW} cannot be read: {error}") from error


def remove(folder: Path) -> None:
    """The set is no data set any more: its row goes, then its arrays."""
    (folder / ROW).unlink(missing_ok=True)
    for data in folder.glob(f"{_DATA}*"):
        shutil.rmtree(data, ignore_errors=True)


def _splits(about: OwnSet, images: Sequence[Contribution], wanted: str, seed: int) -> tuple[dict[str, parts.Parts], dict[str, str]]:
    if wanted not in SPLITS:
        raise LabError(f"unknown split {wanted!r}; choose one of {', '.join(SPLITS)}")
    found, refused = {wanted: parts.split(wanted, images, about.classes, seed)}, {}
    for name in SPLITS:
        if name != wanted:
            try:
                found[name] = parts.split(name, images, about.classes, seed)
            except LabError as error:
                refused[name] = str(error)
    return found, refused


def _counts(its: parts.Parts, labels: npt.NDArray[np.uint8], classes: int) -> dict[str, Any]:
    train = labels[its.train]
    return {"train": len(its.train), "test": len(its.test), "train_counts": np.bincount(train, minlength=classes).tolist(), "samples": _samples(train)}


def _samples(train: npt.NDArray[np.uint8]) -> list[int]:
    """Indices into the training part, of as many different classes as there are, in turn."""
    of_class = [np.flatnonzero(train == label).tolist() for label in np.unique(train)]
    turns = [members[turn] for turn in range(SAMPLES) for members in of_class if turn < len(members)]
    return [int(index) for index in turns[:SAMPLES]]


def _npy(array: npt.NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()
