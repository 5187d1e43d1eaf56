"""An image from outside as an image of a set of one's own: opened, checked, and brought to the set's form and size."""

from __future__ import annotations

import dataclasses

from PIL import Image

from core.datasets.own.images import Pixels
from core.datasets.own.records import OwnSet
from core.images.decoding import ImageLike, open_image
from core.images.preprocessing import AUTO, Prepared, Steps, in_form
from core.vocabulary.sources import form_of, is_own


def on_square(dataset: str, steps: Steps = AUTO) -> Steps:
    """The steps for a drawing made on the square to draw on. For a set of one's own nothing on it is paper, and every stroke
    belongs to the drawing, however many there are; for the others it is looked for, as on a photograph."""
    if not is_own(dataset):
        return steps
    ground, drawing = ("off" if step == "auto" else step for step in (steps.ground, steps.drawing))
    return dataclasses.replace(steps, ground=ground, drawing=drawing)


def prepared(image: ImageLike | bytes, about: OwnSet, name: str = "the picture", steps: Steps = AUTO) -> Prepared:
    """Every step on the way of an image into a set: a PIL image, uint8 pixels (H, W) or (H, W, C), or the bytes of a file.

    Raises LabError, in one line, for what is no image, and for a drawing without ink.
    """
    opened = open_image(image, name) if isinstance(image, bytes) else image
    return in_form(opened, form_of(about.drawn, about.channels, about.side), about.shape, steps)


def pixels_for(image: ImageLike | bytes, about: OwnSet, name: str = "the picture", steps: Steps = AUTO) -> Pixels:
    """uint8 (C, S, S): what `OwnStore.add` takes. LabError as `prepared`."""
    found: Pixels = prepared(image, about, name, steps).seen[0]
    return found


def has_colour(image: Image.Image) -> bool:
    """Whether an image has more than shades of grey, judged at 64 pixels a side."""
    small = image.convert("RGB")
    small.thumbnail((64, 64))
    bands = [band.tobytes() for band in small.split()]
    return any(abs(one - other) > 8 for pair in ((0, 1), (1, 2)) for one, other in zip(bands[pair[0]], bands[pair[1]], strict=True))
