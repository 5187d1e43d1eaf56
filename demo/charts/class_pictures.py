"""A picture of each class, to stand beside its name in a figure: test images that come with the app, small, as data: addresses."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

from core.images.decoding import Bytes
from core.pretrained import showcase, test_images
from core.vocabulary.errors import LabError
from core.vocabulary.sources import source_of
from demo.server import services

SIDE = 28
"""Pixels of a picture on the page."""


def of(dataset: str) -> tuple[str, ...]:
    """`of_classes` with what comes with this app."""
    return of_classes(dataset, services.pretrained_folder())


@lru_cache(maxsize=8)
def of_classes(dataset: str, folder: Path) -> tuple[str, ...]:
    """A picture for each class of the data set, in their order, from the folder of what comes with the app.

    Empty where not every class has one there, and for digits: their names are pictures already.
    """
    try:
        found = _first_of_each(dataset, folder)
    except LabError:
        return ()  # a damaged file is told where its images are the subject
    return tuple(map(_address, found)) if len(found) == len(source_of(dataset).classes) else ()


def _first_of_each(dataset: str, folder: Path) -> list[Bytes]:
    if dataset == showcase.DATASET and (ten := showcase.read(folder)):
        first = dict(zip(reversed(ten.labels), reversed(ten.images), strict=True))
    elif dataset == test_images.TILES_DATASET and (tiles := test_images.read_tiles(folder)):
        first = {label: tiles.image(tiles.examples(label, 1)[0]) for label in set(tiles.labels)}
    else:
        return []
    return [first[label] for label in sorted(first)]


def _address(image: Bytes) -> str:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
