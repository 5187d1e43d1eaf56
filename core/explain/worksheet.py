"""The warm-up of the assignment: four images of 4x4 pixels, two filters, and which of the two tells the classes apart.

The task is printed in `published.json`; the answers are computed here, and a test compares them with the printed ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from core.explain.kernels import bits
from core.explain.walkthrough import Numbers, convolution, pooling
from core.studies.published import published

POOL = 2
ACTIVATION = "ReLU"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one filter makes of one image."""

    feature_map: Numbers
    """(2, 2), after the activation."""
    pooled: float


def images() -> dict[str, Numbers]:
    """Name ("class 1 a") -> (4, 4) of 0 and 1."""
    return {name: bits(rows) for name, rows in published()["warm_up"]["images"].items()}


def filters() -> dict[str, Numbers]:
    """Name ("plus") -> (3, 3) of 0 and 1."""
    return {name: bits(rows) for name, rows in published()["warm_up"]["filters"].items()}


def bias() -> float:
    """Added to every sum, for both filters."""
    return float(published()["warm_up"]["bias"])


def answer(image: Numbers, kernel: Numbers) -> Answer:
    """Convolution, bias, ReLU, and the maximum of the whole 2x2 feature map."""
    made = convolution(image[None], kernel[None], bias(), ACTIVATION).outputs
    return Answer(made, float(pooling(made[None], POOL).outputs.item()))


def in_torch() -> str:
    """The line of PyTorch that gives `answer(image, kernel).pooled`; `F` is torch.nn.functional."""
    return f"F.max_pool2d(torch.relu(F.conv2d(image[None, None], kernel[None, None]) + ({bias():g})), {POOL}).item()"


def class_of(name: str) -> str:
    """The class that an image belongs to.

    >>> class_of("class 1 a")
    'class 1'
    """
    return name.rpartition(" ")[0]


def pooled(kernel: str) -> dict[str, float]:
    """Image -> the pooled value of one filter."""
    return {name: answer(image, filters()[kernel]).pooled for name, image in images().items()}


def separates(values: Mapping[str, float], threshold: float) -> bool:
    """Whether one class lies wholly below the threshold and the other wholly above it."""
    sides = {(class_of(name), value > threshold) for name, value in values.items()}
    between = all(value != threshold for value in values.values())
    return between and len(sides) == 2 and len({side for _, side in sides}) == 2


def gap(values: Mapping[str, float]) -> tuple[float, float] | None:
    """The thresholds between these two numbers separate the classes; None where none does."""
    levels = sorted(set(values.values()))
    pairs = itertools.pairwise(levels)
    return next(((low, high) for low, high in pairs if separates(values, (low + high) / 2)), None)
