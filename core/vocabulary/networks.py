"""The networks, one row each: a network is a short tuple of steps; the layer table (here) and the module both come from it.

A row is data alone: core/models/networks.py makes the module with torch. A new network is one row in NETWORKS.

Nothing is padded. A convolution moves on by one pixel, a pooling by its own size. The last step, a dense
layer with one output per class, is the same for all networks and is added when one is built.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.vocabulary.errors import LabError

Shape = tuple[int, ...]  # of one image or one layer's output, without the batch: (C, H, W) or (features,)


@dataclass(frozen=True, slots=True)
class Layer:
    """One row of the layer table. An activation stands in the row of the layer that it follows."""

    name: str  # "Conv2d 3->32, 3x3", "MaxPool2d 2", "Dropout 0.25", "Linear 576->512"
    output_shape: Shape
    parameters: int  # weights and biases
    activation: str = ""  # "", "ReLU" or "Sigmoid"


@dataclass(frozen=True, slots=True)
class Conv:
    """`filters` filters of `size` x `size` slide over all channels; each leaves one feature map."""

    filters: int
    size: int
    activation: str = "ReLU"

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        channels, height, width = shape
        margin = self.size - 1  # the filter must lie inside the image
        output = (self.filters, height - margin, width - margin)
        parameters = self.filters * (channels * self.size * self.size + 1)
        name = f"Conv2d {channels}->{self.filters}, {self.size}x{self.size}"
        return Layer(name, output, parameters, self.activation)


@dataclass(frozen=True, slots=True)
class Pool:
    """Keeps the largest value of each `size` x `size` block; an edge that fills no block is dropped."""

    size: int

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        channels, height, width = shape
        return Layer(f"MaxPool2d {self.size}", (channels, height // self.size, width // self.size), 0)


@dataclass(frozen=True, slots=True)
class Drop:
    """While training, sets each value to 0 with probability `rate` and scales the rest by 1 / (1 - rate)."""

    rate: float

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        return Layer(f"Dropout {self.rate:g}", shape, 0)


@dataclass(frozen=True, slots=True)
class Dense:
    """Connects every input with each of `outputs`; feature maps are first laid out in one row."""

    outputs: int
    activation: str = "ReLU"

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        inputs = math.prod(shape)
        parameters = self.outputs * (inputs + 1)
        return Layer(f"Linear {inputs}->{self.outputs}", (self.outputs,), parameters, self.activation)


Step = Conv | Pool | Drop | Dense


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A network before it has met an image: the steps up to the last hidden one."""

    name: str
    dataset: str
    """The data set whose images it was made for."""
    about: str
    source: str
    steps: tuple[Step, ...]


_KANNOJIA = "Kannojia and Jaiswal 2018, IJCSE 6(9)"
_KADAM = "Kadam 2020, Journal of Scientific Research 64(2)"
_REPORT = "the course report"

# A starred line is one block of layers.
_BLUEPRINTS = (
    Blueprint(
        "report",
        "cifar10",
        "Two blocks of three convolutions; the report's network for CIFAR-10.",
        f"{_REPORT}, study 1, after {_KANNOJIA}; the dropout rates are the paper's",
        (
            *(Conv(32, 3), Conv(32, 3), Conv(32, 3), Pool(2), Drop(0.25)),
            *(Conv(64, 3), Conv(64, 3), Conv(64, 3), Pool(2), Drop(0.25)),
            *(Dense(512), Drop(0.5)),
        ),
    ),
    Blueprint(
        "mnist-cnn",
        "mnist",
        "Two blocks of two convolutions; the paper's network for MNIST.",
        _KANNOJIA,
        (
            *(Conv(32, 3), Conv(32, 3), Pool(2)),
            *(Conv(64, 3), Conv(64, 3), Pool(2)),
            *(Dense(512), Drop(0.2)),
        ),
    ),
    Blueprint(
        "arc1",
        "fashion-mnist",
        "No convolution at all: one hidden layer of 128 sigmoids.",
        f"{_KADAM}, Arc1; where its dropout stands is our reading",
        (Dense(128, "Sigmoid"), Drop(0.1)),
    ),
    Blueprint(
        "arc2",
        "fashion-mnist",
        "Two convolutions, one pooling: the most parameters of the five, nearly all in one dense layer.",
        f"{_KADAM}, Arc2",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            *(Dense(64), Drop(0.25)),
        ),
    ),
    Blueprint(
        "arc3",
        "fashion-mnist",
        "Three convolutions, two poolings: deeper than arc2 with a fifth of its parameters.",
        f"{_KADAM}, Arc3",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            *(Dense(64), Drop(0.25)),
        ),
    ),
    Blueprint(
        "arc4",
        "fashion-mnist",
        "Four convolutions, three poolings: the deepest of the five and the smallest.",
        f"{_KADAM}, Arc4",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            *(Dense(64), Drop(0.25)),
        ),
    ),
    Blueprint(
        "arc5",
        "fashion-mnist",
        "Two blocks of two 3x3 convolutions and a wide dense layer.",
        f"{_KADAM}, Arc5",
        (
            *(Conv(32, 3), Conv(32, 3), Pool(2), Drop(0.25)),
            *(Conv(64, 3), Conv(64, 3), Pool(2), Drop(0.25)),
            *(Dense(512), Drop(0.5)),
        ),
    ),
    Blueprint(
        "arc2-report",
        "fashion-mnist",
        "The report's Arc2: as arc2, without the dropout behind the dense layer.",
        f"{_REPORT}, study 2",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Drop(0.25)),
            Dense(64),
        ),
    ),
    Blueprint(
        "arc3-report",
        "fashion-mnist",
        "The report's Arc3: its second pooling stands behind the third convolution.",
        f"{_REPORT}, study 2; the place of the second pooling is our reading of its table",
        (
            *(Conv(64, 2), Pool(2), Drop(0.25)),
            *(Conv(64, 2), Conv(64, 2), Pool(2), Drop(0.25)),
            Dense(64),
        ),
    ),
    Blueprint(
        "digits-cnn",
        "digits",
        "Two convolutions that fit pictures of 8x8: trains in seconds.",
        "this project",
        (*(Conv(32, 3), Conv(64, 3), Pool(2), Drop(0.25)), *(Dense(64), Drop(0.25))),
    ),
)

NETWORKS: dict[str, Blueprint] = {blueprint.name: blueprint for blueprint in _BLUEPRINTS}
"""Whoever needs a list of the networks derives it here when it is asked for, never at import."""


def layer_table(name: str, shape: Shape, classes: int = 10, dropout: float | None = None) -> list[Layer]:
    """The rows of the network `name`, by arithmetic alone: no weights are made. Takes and raises as
    core.models.networks.build.

    Convolution, pooling, dropout and dense layers have rows; activations and the flattening have none.

    >>> layer_table("arc1", (1, 28, 28))[0]
    Layer(name='Linear 784->128', output_shape=(128,), parameters=100480, activation='Sigmoid')
    """
    return [layer for _, _, layer in walk(name, shape, classes, dropout)]


def multiplications(name: str, shape: Shape) -> int:
    """How many multiplications one image (C, H, W) costs in a forward pass: each weight once for each place."""
    work = 0
    for layer in layer_table(name, shape):
        channels, *places = layer.output_shape
        biases = channels if layer.parameters else 0
        work += (layer.parameters - biases) * math.prod(places)
    return work


def total_parameters(table: Sequence[Layer]) -> int:
    """The number of weights and biases of all rows together."""
    return sum(layer.parameters for layer in table)


def walk(name: str, shape: Shape, classes: int, dropout: float | None) -> list[tuple[Step, Shape, Layer]]:
    """Each step with the shape that it gets and the row that it makes; raises as core.models.networks.build."""
    _check(name, shape, classes, dropout)
    passed: list[tuple[Step, Shape, Layer]] = []
    reached: Shape = tuple(shape)
    for number, step in enumerate(_steps(NETWORKS[name], classes, dropout), start=1):
        layer = step.layer(reached)
        if isinstance(step, Conv | Pool) and min(layer.output_shape) < 1:
            raise LabError(
                f"network {name!r} cannot take {_times(shape)} pictures: layer {number}, {layer.name}, "
                f"gets {_times(reached)} and needs at least {step.size}x{step.size}"
            )
        passed.append((step, reached, layer))
        reached = layer.output_shape
    return passed


def _steps(blueprint: Blueprint, classes: int, dropout: float | None) -> Iterator[Step]:
    for step in blueprint.steps:
        yield Drop(dropout) if isinstance(step, Drop) and dropout is not None else step
    yield Dense(classes, activation="")


def _check(name: str, shape: Shape, classes: int, dropout: float | None) -> None:
    if name not in NETWORKS:
        raise LabError(f"unknown network {name!r}; choose one of {', '.join(NETWORKS)}")
    if len(shape) != 3 or not all(isinstance(side, int) and side >= 1 for side in shape):
        raise LabError(f"a picture's shape is three whole numbers from 1, (C, H, W), not {tuple(shape)}")
    if not isinstance(classes, int) or classes < 2:
        raise LabError(f"classes must be a whole number from 2, not {classes!r}")
    if dropout is not None and not (isinstance(dropout, int | float) and 0 <= dropout < 1):
        raise LabError(f"dropout must be at least 0 and below 1, not {dropout!r}")


def _times(shape: Shape) -> str:
    return "x".join(str(side) for side in shape)
