"""A few pictures of a data set, read straight from its files: in milliseconds, without torch and scikit-learn.

For the first page, which must be up at once. Files that are packed, pickled or not as expected give no picture;
whoever trains on them reads them with core/datasets.py, which verifies them.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

FIRST = (3, 5, 8, 12)
"""Which pictures: different classes in every data set."""
HEIGHT = 128
"""Pixels; shown at half of it, so that they are sharp on a dense screen too."""
GAP = 12
IDX_HEAD, CIFAR_RECORD = 16, 3073


@lru_cache(maxsize=16)
def strip(name: str, path: Path | None) -> bytes | None:
    """Four pictures in a row as PNG; None where they cannot be had cheaply. `path` as in core.sources.State."""
    try:
        pictures = _digits() if path is None else _cifar(path) if name == "cifar10" else _idx(path)
    except (OSError, EOFError, ValueError):
        return None
    return _png(pictures)


def _idx(folder: Path) -> np.ndarray:
    """uint8 (4, 28, 28) of the file of training pictures, gzipped or not."""
    file = next((file for file in sorted(folder.glob("train-images*")) if file.suffix != ".part"), None)
    if file is None:
        raise OSError(f"no pictures in {folder}")
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        data = stream.read(IDX_HEAD + (max(FIRST) + 1) * 28 * 28)
    return np.frombuffer(data, np.uint8, offset=IDX_HEAD).reshape(-1, 28, 28)[list(FIRST)]


def _cifar(folder: Path) -> np.ndarray:
    """uint8 (4, 32, 32, 3) of the binary version: a label, then the red, green and blue planes."""
    with (folder / "data_batch_1.bin").open("rb") as stream:
        data = stream.read((max(FIRST) + 1) * CIFAR_RECORD)
    records = np.frombuffer(data, np.uint8).reshape(-1, CIFAR_RECORD)[list(FIRST)]
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def _digits() -> np.ndarray:
    """uint8 (4, 8, 8): scikit-learn carries the set as a table of 64 values from 0 to 16 and the label."""
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise OSError("scikit-learn is not installed")
    file = Path(package.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(file, "rt") as lines:
        rows = [line.split(",")[:64] for _, line in zip(range(max(FIRST) + 1), lines, strict=False)]
    values = np.array([rows[place] for place in FIRST], np.float64).reshape(-1, 8, 8)
    return np.round(values * 255 / 16).astype(np.uint8)


def _png(pictures: np.ndarray) -> bytes:
    """uint8 (4, H, W) or (4, H, W, 3), enlarged without smoothing, with transparent gaps."""
    row = Image.new("RGBA", (len(pictures) * (HEIGHT + GAP) - GAP, HEIGHT), (0, 0, 0, 0))
    for place, picture in enumerate(pictures):
        enlarged = Image.fromarray(picture).convert("RGB").resize((HEIGHT, HEIGHT), Image.Resampling.NEAREST)
        row.paste(enlarged, (place * (HEIGHT + GAP), 0))
    file = io.BytesIO()
    row.save(file, "PNG")
    return file.getvalue()
