"""A few images of a data set, read straight from its files: in milliseconds, without torch and scikit-learn.

For the first page, which must be up at once. Files that are packed, pickled or not as expected give no image;
whoever trains on them reads them with core/datasets/loading.py, which verifies them.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.images import samples

HEIGHT = 128
"""Pixels; shown at half of it, so that they are sharp on a dense screen too."""
GAP = 12


def strip(name: str, path: Path | None) -> bytes | None:
    """Four images in a row as PNG; None where they cannot be had cheaply. `path` as in core.datasets.files.State."""
    try:
        return _strip(name, path, samples.changed(path))
    except OSError:
        return None


@lru_cache(maxsize=16)
def _strip(name: str, path: Path | None, changed: object) -> bytes | None:
    try:
        images = samples.cheaply(name, path)
    except (OSError, EOFError, ValueError):
        return None
    return _png(images)


def _png(images: np.ndarray) -> bytes:
    """uint8 (4, H, W) or (4, H, W, 3), enlarged without smoothing, with transparent gaps."""
    row = Image.new("RGBA", (len(images) * (HEIGHT + GAP) - GAP, HEIGHT), (0, 0, 0, 0))
    for place, image in enumerate(images):
        enlarged = Image.fromarray(image).convert("RGB").resize((HEIGHT, HEIGHT), Image.Resampling.NEAREST)
        row.paste(enlarged, (place * (HEIGHT + GAP), 0))
    file = io.BytesIO()
    row.save(file, "PNG")
    return file.getvalue()
