"""The lesson `learning`: its place in the menu, and what a link to it restores. What draws it is in page.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from demo.ui.page import Page
from demo.visitor.links import Kind, Linked


def _spell(tiny: Any) -> str:
    """Image and target, rate, and the parameters: numbers, parted by commas."""
    own = tiny.parameters
    return ",".join(f"{number:.12g}" for number in (*tiny.image.ravel(), tiny.target, tiny.rate, *own.kernel.ravel(), own.bias, own.weight, own.output_bias))


def _parse(text: str) -> Any:
    from core.explain.backpropagation import Parameters
    from demo.components.learning import Tiny
    from demo.lessons.learning.tiny import RATES  # a page's own modules are imported when it is opened

    numbers = np.array([float(word) for word in text.split(",")])
    if len(numbers) != 30 or not np.isfinite(numbers).all():
        raise ValueError(text)
    (target, rate), (bias, weight, output_bias) = numbers[16:18].tolist(), numbers[27:].tolist()
    return Tiny(numbers[:16].reshape(4, 4), target, Parameters(numbers[18:27].reshape(3, 3), bias, weight, output_bias), rate, RATES)


def _parse_number(text: str) -> tuple[str, int]:
    name, place = text.split(".")
    return name, int(place)


TINY = Kind(_spell, _parse, (object,))
NAMED = Kind(lambda asked: f"{asked[0]}.{asked[1]}", _parse_number, (tuple,))

PAGE = Page(55, section="lessons", linked=(
    Linked("section"),
    Linked("step", "lab.learning.step", TINY),
    Linked("curve", "lab.learning.curve", TINY),
    Linked("along", "lab.learning.curve.asked", NAMED),
))  # fmt: skip
