"""The steps that a network is made of: convolution, normalisation, pooling, dropout, dense. Data alone, without torch.

A step becomes a row of the layer table once it meets the output of the step before it; core/training/models/networks.py makes the
modules. A step checks its own values and raises LabError, in words, for one outside its range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.vocabulary.errors import LabError

Shape = tuple[int, ...]  # of one image or one layer's output, without the batch: (C, H, W) or (features,)

ACTIVATIONS = {"relu": "ReLU", "leaky": "LeakyReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "none": ""}
"""The word in a layer list -> the class of torch.nn; "" for none."""
LEAK = 0.01
"""The slope of LeakyReLU below 0."""
EPSILON = 1e-5
"""Batch normalisation adds it to the variance before the root is taken."""

RANGES: dict[str, tuple[int, int]] = {
    "filters": (1, 512), "size": (1, 11), "stride": (1, 8), "padding": (0, 80), "dilation": (1, 8),
    "pool size": (2, 16), "pool stride": (1, 16), "outputs": (1, 4096),
}  # fmt: skip
"""The whole numbers that a step has, each with its least and its largest value."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One row of the layer table. An activation stands in the row of the layer that it follows."""

    name: str  # "Conv2d 3->32, 3x3", "MaxPool2d 2", "Dropout 0.25", "Linear 576->512"
    output_shape: Shape
    parameters: int  # weights and biases
    activation: str = ""  # "", "ReLU", "LeakyReLU", "Sigmoid" or "Tanh"
    multiplications: int = 0
    """Of one image in a forward pass: each weight once for each place."""
    receptive_field: int = 1
    """Side in pixels of the square of the image that one output depends on, at most the image's longer side."""


@dataclass(frozen=True, slots=True)
class Window:
    """How a layer moves over the maps before it, the same down and across."""

    size: int
    stride: int
    padding: int = 0
    dilation: int = 1

    @property
    def span(self) -> int:
        """Pixels from its first to its last number, both counted."""
        return self.dilation * (self.size - 1) + 1

    def places(self, side: int) -> int:
        """How many places it has along a side of so many pixels; 0 or less where it does not fit."""
        return (side + 2 * self.padding - self.span) // self.stride + 1

    def over(self, shape: Shape) -> Shape:
        """(C, H, W) that it moves over -> (C, rows, columns) of its places."""
        channels, height, width = shape
        return channels, self.places(height), self.places(width)


@dataclass(frozen=True, slots=True)
class Conv:
    """`filters` filters of `size` x `size` slide over all channels; each leaves one feature map.

    They move on by `stride` pixels, over maps with `padding` zeros on each side; the numbers of a filter lie `dilation`
    pixels apart.
    """

    filters: int
    size: int
    activation: str = "ReLU"
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __post_init__(self) -> None:
        for name in ("filters", "size", "stride", "padding", "dilation"):
            _check(name, getattr(self, name), *RANGES[name])
        _check_activation(self.activation)
        if self.padding >= self.window.span:
            raise LabError(f"padding is {self.padding}; expected at most {self.window.span - 1}, less than the kernel spans")

    @property
    def window(self) -> Window:
        """What moves over the maps."""
        return Window(self.size, self.stride, self.padding, self.dilation)

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        channels, rows, columns = self.window.over(shape)
        weights = self.filters * channels * self.size * self.size
        name = f"Conv2d {channels}->{self.filters}, {self.size}x{self.size}"
        more = [f", {word} {value}" for word, value, usual in
                (("stride", self.stride, 1), ("padding", self.padding, 0), ("dilation", self.dilation, 1)) if value != usual]  # fmt: skip
        return Layer("".join([name, *more]), (self.filters, rows, columns), weights + self.filters, self.activation,
                     weights * rows * columns)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchNorm:
    """Brings each map, or each unit of a dense layer, to mean 0 and variance 1 over the batch, then scales and shifts it
    by two learned numbers (Ioffe and Szegedy 2015, arXiv:1502.03167). A trained network uses running means and variances.
    """

    activation: str = ""

    def __post_init__(self) -> None:
        _check_activation(self.activation)

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        kind = "BatchNorm2d" if len(shape) == 3 else "BatchNorm1d"
        return Layer(f"{kind} {shape[0]}", shape, 2 * shape[0], self.activation, math.prod(shape))


@dataclass(frozen=True, slots=True)
class Pool:
    """Keeps the largest value, or the mean, of each `size` x `size` block; an edge that fills no block is dropped.

    `stride` None moves on by a whole block. `kind` is "max" or "average".
    """

    size: int
    stride: int | None = None
    kind: str = "max"

    def __post_init__(self) -> None:
        _check("size", self.size, *RANGES["pool size"])
        if self.stride == self.size:
            object.__setattr__(self, "stride", None)  # one step, one value: equal steps compare equal
        if self.stride is not None:
            _check("stride", self.stride, *RANGES["pool stride"])
        if self.kind not in ("max", "average"):
            raise LabError(f"kind is {self.kind!r}; expected max or average")

    @property
    def window(self) -> Window:
        """What moves over the maps."""
        return Window(self.size, self.size if self.stride is None else self.stride)

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        stride = "" if self.stride is None else f", stride {self.stride}"
        return Layer(f"{'MaxPool2d' if self.kind == 'max' else 'AvgPool2d'} {self.size}{stride}", self.window.over(shape), 0)


@dataclass(frozen=True, slots=True)
class GlobalPool:
    """Leaves of each map its mean (Lin et al. 2013, arXiv:1312.4400)."""

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        return Layer("AdaptiveAvgPool2d 1", (shape[0], 1, 1), 0)


@dataclass(frozen=True, slots=True)
class Drop:
    """While training, sets each value to 0 with probability `rate` and scales the rest by 1 / (1 - rate)."""

    rate: float

    def __post_init__(self) -> None:
        if isinstance(self.rate, bool) or not isinstance(self.rate, int | float) or not 0 <= self.rate < 1:
            raise LabError(f"rate is {self.rate}; expected a number from 0, below 1")

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        return Layer(f"Dropout {self.rate:g}", shape, 0)


@dataclass(frozen=True, slots=True)
class Dense:
    """Connects every input with each of `outputs`; feature maps are first laid out in one row."""

    outputs: int
    activation: str = "ReLU"

    def __post_init__(self) -> None:
        _check("outputs", self.outputs, *RANGES["outputs"])
        _check_activation(self.activation)

    def layer(self, shape: Shape) -> Layer:
        """The row of this step, which gets an output of `shape`."""
        inputs = math.prod(shape)
        weights = self.outputs * inputs
        return Layer(f"Linear {inputs}->{self.outputs}", (self.outputs,), weights + self.outputs, self.activation, weights)


Step = Conv | BatchNorm | Pool | GlobalPool | Drop | Dense


def _check(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LabError(f"{name} is {value}; expected a whole number from {low} to {high}")


def _check_activation(name: str) -> None:
    if name not in ACTIVATIONS.values():
        raise LabError(f"unknown activation {name!r}; choose one of {', '.join(filter(None, ACTIVATIONS.values()))} or ''")
