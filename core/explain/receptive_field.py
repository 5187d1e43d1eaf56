"""What a network can see and where its weights are, by arithmetic over its steps: no weights, no images."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from core.vocabulary import networks
from core.vocabulary.errors import LabError
from core.vocabulary.layers import Conv, Dense, GlobalPool, Pool, Shape
from core.vocabulary.networks import blueprint


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of an image: rows `top` ... `bottom` - 1, columns `left` ... `right` - 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def pixels(self) -> int:
        """How many pixels it covers."""
        return self.height * self.width

    def share(self, shape: Shape) -> float:
        """How much of an image (C, H, W) it covers, 0 to 1."""
        return self.pixels / (shape[1] * shape[2])


def receptive_field(network: str, layer: int, unit: tuple[int, int], shape: Shape) -> Box:
    """The pixels of an image (C, H, W) that one unit depends on: row and column of a feature map of a layer.

    `layer` counts the rows of the layer table from 0. Where filters have gaps (dilation) the box holds also the pixels
    between; a unit that sees padding alone has an empty one. Raises LabError for a unit that is not there.

    >>> receptive_field("arc2-report", 3, (0, 0), (1, 28, 28))
    Box(top=0, left=0, bottom=5, right=5)
    """
    height, width = _map_size(network, layer, shape)
    row, column = unit
    if not (0 <= row < height and 0 <= column < width):
        raise LabError(f"unit is {unit}; layer {layer} of {network} has {height}x{width} places, counted from 0")
    top, bottom = _pixels(network, layer, row, shape, 1)
    left, right = _pixels(network, layer, column, shape, 2)
    return Box(top, left, bottom, right)


def _pixels(network: str, layer: int, place: int, shape: Shape, axis: int) -> tuple[int, int]:
    """From and to of the pixels along one axis (1 rows, 2 columns) that a place of a layer's maps depends on."""
    steps = blueprint(network).steps[: layer + 1]
    shapes = [shape, *(row.output_shape for row in networks.layer_table(network, shape))]
    needed = {place}
    for step, before in zip(reversed(steps), reversed(shapes[: layer + 1]), strict=True):
        side = before[axis]
        if isinstance(step, GlobalPool):
            needed = set(range(side))
        elif isinstance(step, Conv | Pool):
            window = step.window
            reached = {at * window.stride - window.padding + cell * window.dilation for at in needed for cell in range(window.size)}
            needed = {at for at in reached if 0 <= at < side}  # the rest is padding, which nothing of the image enters
    return (min(needed), max(needed) + 1) if needed else (0, 0)


@dataclass(frozen=True, slots=True)
class Reach:
    """The pixels of a layer's places as its windows lie, also beyond the image's edges: `size` of them from
    `start` + `jump` * place on, the same down and across."""

    start: int
    size: int
    jump: int


def reach(network: str, layer: int, shape: Shape) -> Reach:
    """How a layer's places lie on images (C, H, W). Behind a global pooling each sees the whole image."""
    start, size, jump = 0, 1, 1
    for step in blueprint(network).steps[: layer + 1]:
        if isinstance(step, GlobalPool):
            return Reach(0, max(shape[1:]), 0)
        if isinstance(step, Conv | Pool):
            window = step.window
            start, size, jump = start - window.padding * jump, size + (window.span - 1) * jump, jump * window.stride
    return Reach(start, size, jump)


def _map_size(network: str, layer: int, shape: Shape) -> tuple[int, int]:
    table = networks.layer_table(network, shape)
    if not 0 <= layer < len(table) or len(table[layer].output_shape) != 3:
        raise LabError(f"layer is {layer}; expected the number of a layer of {network} that makes feature maps, from 0")
    _, height, width = table[layer].output_shape
    return height, width


def last_convolution(network: str) -> int | None:
    """The number of the last convolution in the layer table, from 0; None for a network without one."""
    found = [number for number, step in enumerate(blueprint(network).steps) if isinstance(step, Conv)]
    return found[-1] if found else None


LEAST_CELLS = 3
"""A map with fewer cells a side cannot tell the corners of an image from its middle."""


def map_layer(network: str, shape: Shape) -> int | None:
    """The number of the convolution, from 0, whose maps tell where something is: the last with LEAST_CELLS a side.

    Where none has so many it is the first convolution, which has the most; None for a network without one before
    the maps are averaged (global pooling).

    >>> map_layer("arc4", (1, 28, 28)), last_convolution("arc4")
    (6, 9)
    """
    table = networks.layer_table(network, shape)
    before = itertools.takewhile(lambda step: not isinstance(step, GlobalPool), blueprint(network).steps)
    convolutions = [number for number, step in enumerate(before) if isinstance(step, Conv)]
    fine = [number for number in convolutions if min(table[number].output_shape[1:]) >= LEAST_CELLS]
    return fine[-1] if fine else next(iter(convolutions), None)


def convolution_number(network: str, layer: int) -> int:
    """Which of the network's convolutions a layer of its table is, from 0."""
    return sum(isinstance(step, Conv) for step in blueprint(network).steps[:layer])


def fields(network: str, layer: int, shape: Shape) -> tuple[list[Box], list[Box]]:
    """The fields of the cells along the first column and along the first row of a layer's maps, as their windows lie:
    with padding they begin beyond the image's edges.

    Rows and columns are independent of each other, so these tell the field of every cell.
    """
    height, width = _map_size(network, layer, shape)
    lie = reach(network, layer, shape)

    def box(row: int, column: int) -> Box:
        top, left = lie.start + row * lie.jump, lie.start + column * lie.jump
        return Box(top, left, top + lie.size, left + lie.size)

    return [box(row, 0) for row in range(height)], [box(0, column) for column in range(width)]


def depth(network: str) -> int:
    """How many of a network's layers have weights, the last one included."""
    return 1 + sum(isinstance(step, Conv | Dense) for step in blueprint(network).steps)


@dataclass(frozen=True, slots=True)
class Weights:
    """Where the weights and biases of a network are."""

    convolutions: int
    first_dense: int
    """Of the first layer that connects everything with everything."""
    rest: int
    """Of the dense layers behind it, and of batch normalisation."""

    @property
    def total(self) -> int:
        """All of them together."""
        return self.convolutions + self.first_dense + self.rest


def weights(network: str, shape: Shape) -> Weights:
    """The parameters of a network for images (C, H, W), by the kind of their layer."""
    layers = networks.layer_table(network, shape)
    convolutions = sum(layer.parameters for layer in layers if layer.name.startswith("Conv"))
    first_dense = next(layer.parameters for layer in layers if layer.name.startswith("Linear"))
    return Weights(convolutions, first_dense, networks.total_parameters(layers) - convolutions - first_dense)
