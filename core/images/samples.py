"""Images to look at in a lesson, as numpy arrays, torch-free where that is possible.

A few of each data set that is here, scikit-learn's two photographs, and what somebody uploads.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

from core.datasets import arrays, formats
from core.datasets import files as dataset_files
from core.images.decoding import Bytes, open_image, pixels
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of

PHOTOGRAPHS = ("china", "flower")
"""Of scikit-learn: a Chinese temple (Lu Lezhi), a dahlia (dolanh); both CC BY 2.0."""
LONGEST = 48
"""Pixels of the longer side of a photograph: large enough to know what it is, small enough to see each pixel."""


def of_dataset(name: str, folder: Path) -> Bytes:
    """uint8 (N, C, S, S): the `samples` of its row. LabError where the data set is missing or damaged."""
    state = dataset_files.state(name, folder)
    if not state.present:
        raise LabError(f"the data set {name} is not in {folder}")
    return _of_dataset(name, folder, state.path, changed(state.path))


def changed(path: Path | None) -> tuple[tuple[str, int, int], ...]:
    """What tells whether the files of a data set are still the same: name, time and size of each."""
    files = sorted(path.iterdir()) if path and path.is_dir() else [path] if path else []
    looks = [(file.name, file.stat()) for file in files]
    return tuple((name, look.st_mtime_ns, look.st_size) for name, look in looks)


@lru_cache(maxsize=16)
def _of_dataset(name: str, folder: Path, path: Path | None, changed: object) -> Bytes:
    try:
        return cheaply(name, path)
    except (OSError, EOFError, ValueError):  # packed or pickled: read whole, and verified, which takes a second
        images: Bytes = arrays.read(name, folder).images[list(source_of(name).samples)]
        return images


def cheaply(name: str, path: Path | None) -> Bytes:
    """uint8 (N, C, S, S) straight from the files, in milliseconds. OSError, EOFError or ValueError where they are packed,
    pickled or not as expected. `path` as in core.datasets.files.State.
    """
    source = source_of(name)
    first = formats.READERS[source.readers[0]].first
    if first is None:
        raise OSError(f"{name} has no quick reader")
    return first(source, path, source.samples)


@lru_cache(maxsize=4)
def photograph(name: str, longest: int = LONGEST) -> Bytes:
    """uint8 (3, H, W): one of PHOTOGRAPHS, reduced. LabError for another name."""
    if name not in PHOTOGRAPHS:
        raise LabError(f"unknown photograph {name!r}; choose one of {', '.join(PHOTOGRAPHS)}")
    return reduced(open_image(formats.scikit_learn_folder() / "images" / f"{name}.jpg"), longest)


def uploaded(file: IO[bytes], longest: int = LONGEST) -> Bytes:
    """uint8 (3, H, W), or (1, H, W) where the image has no colour; reduced. LabError for what is no image."""
    return reduced(open_image(file), longest)


def reduced(image: Image.Image, longest: int = LONGEST) -> Bytes:
    """uint8 (3 or 1, H, W) with `longest` pixels at most along each side; the rest as `pixels` of core/images/decoding.py."""
    found = pixels(image, 3, longest).transpose(2, 0, 1)
    grey = (found == found[:1]).all()
    return found[:1] if grey else found


def as_grey(image: Bytes) -> Bytes:
    """uint8 (3, H, W) -> (1, H, W), weighed as the eye does (ITU-R 601)."""
    if image.shape[0] == 1:
        return image
    return np.asarray(Image.fromarray(image.transpose(1, 2, 0)).convert("L"))[None]
